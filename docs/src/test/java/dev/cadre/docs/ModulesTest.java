// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The modules are where readers and builds look for them: in the table of the README, and in the BOM. */
class ModulesTest {
    private static final Pattern OWN_ARTIFACT = Pattern.compile("(?m)^  <artifactId>(cadre-[a-z0-9-]+)</artifactId>$");
    private static final Pattern MANAGED_ARTIFACT =
            Pattern.compile("(?m)^      <dependency>.*<artifactId>(cadre-[a-z0-9-]+)</artifactId>");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| `(cadre-[a-z0-9-]+)` \\|");

    /** Nobody depends on programs, documents and the suite. */
    private static final List<String> NOT_IN_BOM =
            List.of("cadre-bom", "cadre-cli", "cadre-docs", "cadre-examples", "cadre-model-suite");

    private static String artifact(Path module) {
        var own = OWN_ARTIFACT.matcher(pom(module));
        assertThat(own.find()).as(module.toString()).isTrue();
        return own.group(1);
    }

    private static String pom(Path module) {
        return Documents.text(module.resolve("pom.xml"));
    }

    @Test
    void bom_hasEveryArtifactThatOthersDependOn() {
        var artifacts = new ArrayList<>(
                Documents.modules().stream().map(ModulesTest::artifact).toList());
        artifacts.removeAll(NOT_IN_BOM);

        assertThat(MANAGED_ARTIFACT
                        .matcher(pom(Documents.ROOT.resolve("bom")))
                        .results()
                        .map(artifact -> artifact.group(1)))
                .containsExactlyInAnyOrderElementsOf(artifacts);
    }

    @Test
    void readme_hasARowForEveryModule() {
        List<String> rows = ROW.matcher(Documents.README.text())
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Documents.modules().stream()
                        .map(module -> module.getFileName() + " " + artifact(module))
                        .toList());
    }
}
