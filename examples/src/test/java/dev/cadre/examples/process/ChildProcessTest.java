// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildProcessTest {
    private static final String CANARY = "sk-canary-of-the-parent";
    private static final Map<String, String> KEYS = Map.of(
            "OPENAI_API_KEY", CANARY,
            "OPENAI_BASE_URL", "https://user:" + CANARY + "@host.invalid/",
            "AWS_SECRET_ACCESS_KEY", CANARY,
            "HTTPS_PROXY", "http://user:" + CANARY + "@proxy.invalid",
            "GIT_ASKPASS", CANARY,
            "GIT_CONFIG_PARAMETERS", "'http.extraheader=" + CANARY + "'",
            "SSH_AUTH_SOCK", CANARY,
            "UNHEARD_OF", CANARY);

    /** A process with keys in its environment, which starts a program that prints its own. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] command) throws IOException, InterruptedException {
            System.exit(ChildProcess.of(List.of(command)).inheritIO().start().waitFor());
        }
    }

    private static String printedBy(String... grandchild) throws IOException, InterruptedException {
        var command = Stream.concat(
                        Stream.of(java(), "-cp", System.getProperty("java.class.path"), Parent.class.getName()),
                        Stream.of(grandchild))
                .toList();
        var parent = new ProcessBuilder(command).redirectErrorStream(true);
        parent.environment().putAll(KEYS);
        Process process = parent.start();
        String printed = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** A program that prints its environment. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            System.out.println("the child's environment: " + System.getenv());
        }
    }

    @Test
    void child_getsNoKeyOfItsParent() throws Exception {
        String printed = printedBy(java(), "-cp", System.getProperty("java.class.path"), Child.class.getName());

        assertThat(printed).contains("the child's environment: ", "PATH=").doesNotContain(CANARY);
        KEYS.keySet().forEach(name -> assertThat(printed).doesNotContain(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "Path", "HOME", "TMPDIR", "SystemRoot", "LC_ALL"})
    void variable_thatProgramsNeed_isKept(String name) {
        assertThat(ChildProcess.isKept(name)).isTrue();
    }

    @Test
    void variables_ofTheCallersOwn_areAdded() {
        var builder = ChildProcess.of(List.of("program"));
        builder.environment().put("OWN", "1");

        assertThat(builder.environment()).containsEntry("OWN", "1");
        assertThat(builder.environment().keySet()).allMatch(name -> name.equals("OWN") || ChildProcess.isKept(name));
    }

    /** Whoever starts a program in another way hands it everything. */
    @Test
    void programs_areStartedHereAlone() throws IOException {
        Path sources = Path.of("src/main/java");
        try (var files = Files.walk(sources)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> read(file).matches("(?s).*(new ProcessBuilder\\(|\\.exec\\().*"))
                            .map(file -> file.getFileName().toString()))
                    .containsExactly("ChildProcess.java");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
