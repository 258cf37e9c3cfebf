// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What both halves of the profile share. */
final class Conformance {
    static final String KEY = "sk-conformance";
    private static final CallPurpose PURPOSE =
            new CallPurpose(CallPurpose.Kind.WORK, "run", "subtask", "type", "{}", Tier.NANO);

    private Conformance() {}

    /** The servers; where there is no Node, the tests are skipped with one line. With Node nothing is ever skipped. */
    static NodeKit kit() throws IOException, InterruptedException {
        Optional<NodeKit> kit = NodeKit.installed();
        if (kit.isEmpty()) {
            String line = "conformance: skipped, because there is no node on the path";
            System.out.println(line);
            throw new TestAbortedException(line);
        }
        return kit.get();
    }

    /** OpenAI's description of its API: the file, or {@code openapi.yaml} in the folder that the property names. */
    static Path description() {
        Path named = Path.of(System.getProperty("cadre.root", ""))
                .resolve(System.getProperty("cadre.openapi", ""))
                .normalize()
                .toAbsolutePath();
        return Stream.of(named.resolve("openapi.yaml"), named)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no OpenAPI description at " + named + ": name its folder or file by -Dcadre.openapi=PATH"));
    }

    static CallContext plain() {
        return CallContext.of(PURPOSE, Duration.ofMinutes(2));
    }

    static CallContext streamed(Consumer<String> text) {
        return new CallContext(PURPOSE, Duration.ofMinutes(2), text);
    }

    /** Says how much was shown, and that nothing was left out. */
    static void tell(String what, int shown, int expected) {
        System.out.printf("conformance: %d %s%n", shown, what);
        assertThat(shown).as(what).isEqualTo(expected);
    }
}
