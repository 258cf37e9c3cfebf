// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.computer.Action;
import dev.cadre.computer.Action.Button;
import dev.cadre.computer.Action.Point;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Risk;
import dev.cadre.computer.Scene;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A page with no script can bring a frame, whose events it does not get, where the next part of an action goes to. Each key and
 * line, and the end of a drag, goes only where a look right before it found no more risk than was approved.
 */
@ExtendWith(RequiresChromium.class)
class KeysIntoFramesTest {
    private static final String FRAME =
            "<iframe style='position:absolute;top:350px;left:40px;width:400px;height:100px' %s></iframe>";
    private static final String FORM =
            "<form method=post action=/frame><input name=word type=password %s><button>Buy</button></form>";
    private static final Action THE_BOX = new Action.Click(new Point(56, 266), Button.LEFT, List.of());

    private static FormServer site;
    private static FormServer other;
    private static SharedBrowser browser;

    @BeforeAll
    static void start() throws Exception {
        site = new FormServer();
        other = new FormServer();
        browser = SharedBrowser.startingAt(site.address(), other.address("localhost"));
    }

    @AfterAll
    static void stop() {
        browser.close();
        other.close();
        site.close();
    }

    @BeforeEach
    void forget() {
        site.forget();
        other.forget();
    }

    private static void perform(Environment page, Action action) throws Exception {
        page.perform(action, page.scene(action));
    }

    /** From the check box over the button of the page into the frame. */
    @ParameterizedTest
    @CsvSource({
        "TAB TAB TAB SPACE, false",
        "TAB TAB TAB ENTER, false",
        "TAB TAB x ENTER, false",
        "TAB TAB TAB SPACE, true"
    })
    void keys_doNotGoIntoAFrame(String keys, boolean isOfAnotherSite) throws Exception {
        String form = FORM.formatted("value=x");
        site.with(FRAME.formatted(
                isOfAnotherSite ? "src=" + other.address("localhost") + "form" : "srcdoc='" + form + "'"));
        other.answering(form);
        var press = new Action.Press(List.of(keys.split(" ")));
        try (Environment page = browser.open()) {
            perform(page, THE_BOX);
            Scene scene = page.scene(press);
            assertThat(scene.risks()).doesNotContain(Risk.UNKNOWN, Risk.SECRET);

            assertThatIllegalStateException()
                    .isThrownBy(() -> page.perform(press, scene))
                    .withMessageStartingWith("the page has changed: ")
                    .withMessageEndingWith(" would now risk [UNKNOWN]");

            perform(page, new Action.Pause());
            assertThat(page.scene(new Action.Type("x")).risks()).containsExactly(Risk.UNKNOWN);
        }
        assertThat(site.posted()).isEmpty();
        assertThat(other.posted()).isEmpty();
    }

    @Test
    void keys_thatMayGoAnywhere_goIntoAFrame() throws Exception {
        site.with(FRAME.formatted("srcdoc=\"" + FORM.formatted("") + "\""));
        var press = new Action.Press(List.of("TAB", "TAB", "x", "ENTER"));
        try (Environment page = browser.open()) {
            perform(page, THE_BOX);
            Scene scene = page.scene(press);

            page.perform(press, Scene.of(scene.address(), scene.title(), scene.target(), Set.of(Risk.UNKNOWN)));

            perform(page, new Action.Pause());
        }
        assertThat(site.posted()).containsExactly("word=x");
    }

    /** A frame that a key has given the focus to does not get the rest of that key. */
    @Test
    void keysThatAreLetGo_doNotGoIntoAFrame() throws Exception {
        site.with(
                FRAME.formatted("srcdoc=\"<script>onkeyup = () => parent.document.title = 'let go'</script><input>\""));
        try (Environment page = browser.open()) {
            perform(page, THE_BOX);
            perform(page, new Action.Press(List.of("TAB", "TAB")));

            assertThat(page.scene(new Action.Type("x")).risks()).containsExactly(Risk.UNKNOWN);
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    /** The first line sends a form, and the page that answers has a frame that takes the focus. */
    @Test
    void lines_doNotGoIntoAFrame() throws Exception {
        site.with("<form action=/answer><input name=q style=top:350px><button style=top:400px>Go</button></form>");
        site.answering(FRAME.formatted("srcdoc='" + FORM.formatted("autofocus") + "'"));
        var lines = new Action.Type("user\ns3cret\n");
        try (Environment page = browser.open()) {
            perform(page, new Action.Click(new Point(56, 366), Button.LEFT, List.of()));
            Scene scene = page.scene(lines);
            assertThat(scene.risks()).containsExactly(Risk.SUBMITS_FORM);

            assertThatIllegalStateException().isThrownBy(() -> page.perform(lines, scene));

            perform(page, new Action.Pause());
        }
        assertThat(site.asked()).contains("GET /answer");
        assertThat(site.posted()).isEmpty();
    }

    /** While the link is dragged, a style brings the frame to where it is let go. */
    @Test
    void drag_doesNotEndInAFrame() throws Exception {
        site.with("""
                <style>iframe { left: -900px !important } a:active ~ iframe { left: 40px !important }</style>
                <a style=top:300px;left:500px;width:100px draggable=true href=/other>drag me</a>"""
                + FRAME.formatted("srcdoc=\"<input type=password style='width:380px;height:90px' autofocus"
                        + " oninput='parent.document.title = value'>\""));
        var drag = new Action.Drag(
                List.of(
                        new Point(520, 316),
                        new Point(480, 340),
                        new Point(400, 380),
                        new Point(100, 400),
                        new Point(102, 401)),
                List.of());
        try (Environment page = browser.open()) {
            Scene scene = page.scene(drag);
            assertThat(scene.risks()).isEmpty();

            assertThatIllegalStateException().isThrownBy(() -> page.perform(drag, scene));

            perform(page, new Action.Pause());
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }
}
