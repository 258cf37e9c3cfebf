// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.computer.Action;
import dev.cadre.computer.Action.Button;
import dev.cadre.computer.Action.Point;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Risk;
import dev.cadre.computer.Scene;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The real browser, without a model. */
@ExtendWith(RequiresChromium.class)
class ChromiumTest {
    private static final String MANY = """
            <a style=top:350px href="/other">here</a>
            <a style=top:400px href="http://elsewhere.invalid/">there</a>
            <a style=top:450px href="/file" download>file</a>
            <input style=top:500px type=file>
            <iframe style="position:absolute;top:550px;left:40px;width:400px;height:100px" srcdoc="<p>inner"></iframe>""";

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

    private static Set<Risk> risks(Environment page, Action action) throws Exception {
        return page.scene(action).risks();
    }

    @Test
    void scene_saysWhatAnActionRisks() throws Exception {
        site.with(MANY);
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            assertThat(risks(page, click(116))).isEmpty();
            assertThat(risks(page, click(266))).isEmpty();
            assertThat(risks(page, click(316))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(risks(page, click(366))).isEmpty();
            assertThat(risks(page, click(416))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, click(466))).containsExactly(Risk.DOWNLOADS);
            assertThat(risks(page, click(516))).containsExactly(Risk.UPLOADS);
            assertThat(risks(page, click(600))).containsExactly(Risk.UNKNOWN);
            assertThat(risks(page, new Action.Look())).isEmpty();

            page.perform(click(116));
            assertThat(risks(page, new Action.Type("Ada"))).isEmpty();
            assertThat(risks(page, new Action.Type("Ada\n"))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(risks(page, new Action.Press(List.of("ENTER")))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(risks(page, new Action.Press(List.of("TAB")))).isEmpty();

            page.perform(click(216));
            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.SECRET);
            assertThat(risks(page, new Action.Press(List.of("x")))).containsExactly(Risk.SECRET);
        }
    }

    @Test
    void scene_namesThePage_whateverItsScriptsPretend() throws Exception {
        site.with("<script>document.elementFromPoint = () => document.body; Set.prototype.add = () => {};</script>");
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            Scene scene = page.scene(click(316));

            assertThat(scene.address()).isEqualTo(site.address().toString());
            assertThat(scene.title()).isEqualTo("Order");
            assertThat(scene.target()).isEqualTo("button \"Send the order\"");
            assertThat(scene.risks()).containsExactly(Risk.SUBMITS_FORM);
        }
    }

    @Test
    void actions_doWhatTheySay() throws Exception {
        site.with("<div style='position:absolute;top:2000px;height:10px'>deep</div>");
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            page.perform(new Action.DoubleClick(new Point(200, 116), List.of()));
            page.perform(new Action.Type("Grace"));
            page.perform(new Action.Press(List.of("CTRL", "A")));
            page.perform(new Action.Type("Ada"));
            page.perform(new Action.Press(List.of("TAB")));
            page.perform(new Action.Type("Rome"));
            page.perform(new Action.Press(List.of("ARROWLEFT")));
            page.perform(new Action.Press(List.of("BACKSPACE")));
            page.perform(new Action.Press(List.of("SHIFT", "X")));
            byte[] upper = page.screenshot().bytes();
            page.perform(new Action.Scroll(new Point(500, 400), 0, 600, List.of()));
            assertThat(page.screenshot().bytes()).isNotEqualTo(upper);
            page.perform(new Action.Press(List.of("ENTER")));
            page.perform(new Action.Pause());
        }

        assertThat(site.posted()).containsExactly("name=Ada&street=RoXe&word=");
    }

    @Test
    void otherOrigins_areOutOfReach_forPagesAndTheirParts() throws Exception {
        site.with("<a style=top:350px href='%1$s'>there</a><a style=top:400px target=_blank href='%1$stab'>tab</a>"
                        .formatted(elsewhere.address())
                + "<img src='%1$spicture'><iframe src='%1$sframe'></iframe><script>fetch('%1$sfetch', {mode: 'no-cors'})</script>"
                        .formatted(elsewhere.address()));
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            page.perform(click(416));
            page.perform(new Action.Pause());
            page.perform(click(366));
            page.perform(new Action.Pause());

            assertThat(page.scene(new Action.Look()).title()).isNotEqualTo("Order");
        }
        assertThat(elsewhere.asked()).isEmpty();

        try (Environment page =
                Chromium.startingAt(site.address(), elsewhere.address()).open()) {
            page.perform(click(366));
            page.perform(new Action.Pause());
        }
        assertThat(elsewhere.asked()).contains("GET /picture", "GET /frame", "GET /fetch", "GET /");
    }

    @Test
    void dialog_isDismissed() throws Exception {
        site.with("<button style=top:350px onclick='alert(1)'>alert</button>");
        try (Environment page = Chromium.startingAt(site.address()).open()) {
            page.perform(click(366));

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    @Test
    void close_leavesNeitherProcessNorProfile() throws Exception {
        Set<Path> before = profiles();
        long processes = browsers();
        Environment page = Chromium.startingAt(site.address()).open();
        assertThat(browsers()).isGreaterThan(processes);
        assertThat(profiles()).hasSizeGreaterThan(before.size());

        Thread.currentThread().interrupt();
        page.close();
        page.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(browsers()).isEqualTo(processes);
        assertThat(profiles()).isEqualTo(before);
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

    private static Set<Path> profiles() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("cadre-chromium"))
                    .collect(java.util.stream.Collectors.toSet());
        }
    }
}
