// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.computer.Action;
import dev.cadre.computer.Action.Button;
import dev.cadre.computer.Action.Point;
import dev.cadre.computer.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a browser may reach from its start on, and what its end leaves: each test starts its own. */
@ExtendWith(RequiresChromium.class)
class ChromiumLifecycleTest {
    private static final String KEY = "sk-canary-in-the-environment";
    private static final Pattern PROFILE = Pattern.compile("--user-data-dir=(\\S+)");

    @TempDir
    Path folder;

    private FormServer site;
    private FormServer elsewhere;

    @BeforeEach
    void start() throws IOException {
        site = new FormServer();
        elsewhere = new FormServer();
    }

    @AfterEach
    void stop() {
        site.close();
        elsewhere.close();
    }

    private static Action click(int y) {
        return new Action.Click(new Point(56, y), Button.LEFT, List.of());
    }

    /** Does what any rule would approve. */
    private static void perform(Environment page, Action action) throws Exception {
        page.perform(action, page.scene(action));
    }

    @Test
    void otherOrigins_areOutOfReach_forPagesAndTheirParts() throws Exception {
        site.with("<a style=top:350px href='%1$s'>there</a><a style=top:400px target=_blank href='%1$stab'>tab</a>"
                        .formatted(elsewhere.address())
                + "<img src='%1$spicture'><iframe src='%1$sframe'></iframe><script>fetch('%1$sfetch', {mode: 'no-cors'})</script>"
                        .formatted(elsewhere.address()));
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            perform(page, click(416));
            perform(page, new Action.Pause());
            perform(page, click(366));
            perform(page, new Action.Pause());

            assertThat(page.scene(new Action.Look()).title()).isNotEqualTo("Order");
        }
        assertThat(elsewhere.asked()).isEmpty();

        try (Environment page =
                Chromium.startingAt(site.address(), elsewhere.address()).open()) {
            perform(page, click(366));
            perform(page, new Action.Pause());
        }
        assertThat(elsewhere.asked()).contains("GET /picture", "GET /frame", "GET /fetch", "GET /");
    }

    @ParameterizedTest
    @CsvSource({"localhost, 127.0.0.1", "LOCALHOST, 127.0.0.1", "[::1], ::1"})
    void allowedOrigin_isReached_howeverItIsWritten(String host, String interfaceAddress) throws Exception {
        try (var named = new FormServer(InetAddress.getByName(interfaceAddress));
                Environment page = Chromium.startingAt(named.address(host)).open()) {
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    @Test
    void close_leavesNeitherProcessNorProfile() throws Exception {
        long processes = browsers();
        Environment page = Chromium.startingAt(site.address()).open();
        assertThat(browsers()).isGreaterThan(processes);
        Path profile = profile();
        assertThat(profile).isNotEmptyDirectory();

        Thread.currentThread().interrupt();
        page.close();
        page.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(browsers()).isEqualTo(processes);
        assertThat(profile).doesNotExist();
    }

    @Test
    void killOfTheProcess_leavesNeitherBrowserNorProfile() throws Exception {
        Process doomed = doomed();
        List<ProcessHandle> browser;
        try {
            browser = browserOf(doomed);
            assertThat(folder).isNotEmptyDirectory();
        } finally {
            doomed.destroyForcibly().waitFor();
        }

        assertThat(browser).hasSizeGreaterThan(2);
        awaitEnd(browser);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void processesOfTheBrowser_haveNoKeyOfOursInTheirEnvironment() throws Exception {
        Process doomed = doomed();
        List<ProcessHandle> browser = List.of();
        var environments = new ArrayList<String>();
        try {
            browser = browserOf(doomed);
            for (ProcessHandle each : browser) {
                Path environ = Path.of("/proc/" + each.pid() + "/environ");
                if (Files.isReadable(environ)) { // a process in a sandbox shows its own to nobody
                    environments.add(Files.readString(environ, StandardCharsets.ISO_8859_1));
                }
            }
            assertThat(Files.readString(Path.of("/proc/" + doomed.pid() + "/environ")))
                    .contains(KEY);
        } finally {
            doomed.destroyForcibly().waitFor();
            awaitEnd(browser);
        }

        assertThat(environments)
                .hasSizeGreaterThan(1)
                .noneMatch(environment -> environment.contains(KEY))
                .anyMatch(environment -> environment.contains("PATH="));
    }

    /** A process of its own, with a key in its environment, that opens a browser and waits. */
    private Process doomed() throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        DoomedBrowser.class.getName(),
                        site.address().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("OPENAI_API_KEY", KEY);
        return builder.start();
    }

    private static List<ProcessHandle> browserOf(Process doomed) throws IOException {
        return Stream.of(doomed.inputReader().readLine().split(" "))
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                .toList();
    }

    private static void awaitEnd(List<ProcessHandle> processes) throws Exception {
        CompletableFuture.allOf(processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
                .get(60, TimeUnit.SECONDS);
    }

    @Test
    void address_thatIsNoPage_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Chromium.startingAt(URI.create("file:///etc/passwd")))
                .withMessage("no http or https address: file:///etc/passwd");
    }

    /** The processes that this one started, with theirs. */
    private static long browsers() {
        return ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .count();
    }

    /** The folder that the browser of this process was told to use. */
    private static Path profile() {
        return ProcessHandle.current()
                .descendants()
                .flatMap(each -> each.info().commandLine().stream())
                .flatMap(line -> PROFILE.matcher(line).results())
                .map(found -> Path.of(found.group(1)))
                .findFirst()
                .orElseThrow();
    }
}
