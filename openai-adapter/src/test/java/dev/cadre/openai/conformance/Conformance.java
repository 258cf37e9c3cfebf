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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** What both halves of the profile share. */
final class Conformance {
    static final String KEY = "sk-conformance";
    private static final String SKIPPED = "conformance: skipped, because there is no node on the path";
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    private static final String EXACTLY_ONE = "\n    InputItem:\n      oneOf:\n";
    private static final String AT_LEAST_ONE = "\n    InputItem:\n      anyOf:\n";
    private static final CallPurpose PURPOSE =
            new CallPurpose(CallPurpose.Kind.WORK, "run", "subtask", "type", "{}", Tier.NANO);

    private Conformance() {}

    /** The servers; where there is no Node, the tests are skipped, with one line for all. With Node nothing is ever skipped. */
    static NodeKit kit() throws IOException, InterruptedException {
        Optional<NodeKit> kit = NodeKit.installed();
        if (kit.isEmpty()) {
            if (TOLD.compareAndSet(false, true)) {
                System.out.println(SKIPPED);
            }
            throw new TestAbortedException(SKIPPED);
        }
        return kit.get();
    }

    /**
     * OpenAI's description of its API, a copy that is read with one kindness: it wants an input to be exactly one of some
     * alternatives, and a message with a list of contents, as in its own examples, is two of them.
     */
    static Path description(NodeKit kit) throws IOException {
        String text = Files.readString(original());
        assertThat(text).as("the alternatives of an input").containsOnlyOnce(EXACTLY_ONE);
        Path copy = kit.folder().resolve("openapi.yaml");
        return Files.writeString(copy, text.replace(EXACTLY_ONE, AT_LEAST_ONE));
    }

    /** The file, or {@code openapi.yaml} in the folder that the property names. */
    private static Path original() {
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
