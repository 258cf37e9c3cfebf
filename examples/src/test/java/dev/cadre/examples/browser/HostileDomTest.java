// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.computer.Action;
import dev.cadre.computer.Action.Button;
import dev.cadre.computer.Action.Point;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Scene;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages built so that judging an action might fail: whatever happens to the judge, what was not approved is not done. */
@ExtendWith(RequiresChromium.class)
class HostileDomTest {
    private static final Point AT_366 = new Point(56, 366);
    private static final Action CLICK = new Action.Click(AT_366, Button.LEFT, List.of());

    /** Ways to send a form, with what may trip over them; {@code b} is the button. */
    enum Dom {
        LABELS_FOR_EACH_OTHER(
                "<label for=c1><button id=b>Buy</button></label>",
                "<label for=c2>x<input id=c1 style=top:700px></label><label for=c1>y<input id=c2 style=top:700px></label>"),
        INPUT_OF_MATHML("<math><input><mtext><button id=b>Buy</button></mtext></math>", ""),
        LABEL_OF_MATHML("<math><label><mtext><button id=b>Buy</button></mtext></label></math>", ""),
        BUTTON_IN_SVG(
                "<svg><foreignObject><button id=b>Buy</button></foreignObject></svg>", "<svg><label></label></svg>"),
        NAMES_OF_METHODS(
                "<button id=b>Buy</button>" + named("input", "constructor", "elements", "nodeType", "form", "tagName"),
                named(
                        "form",
                        "documentElement",
                        "elementFromPoint",
                        "activeElement",
                        "getSelection",
                        "body",
                        "location",
                        "title")),
        BUTTON_OF_ANOTHER_DOCUMENT(
                "<i id=place></i>",
                "<iframe style=display:none src=/other></iframe><script>onload = () => { const frame = document.querySelector('iframe');"
                        + " frame.contentDocument.body.innerHTML = '<p><label><button id=b>Buy</button></label></p>';"
                        + " place.replaceWith(frame.contentDocument.querySelector('p')); frame.remove() }</script>"),
        PROTOTYPES_THAT_THROW(
                "<button id=b>Buy</button>",
                "<script>for (const type of [Object, Array, Set, Element, HTMLElement, HTMLButtonElement, Node, Document, Event, MouseEvent, UIEvent])"
                        + " for (const name of Object.getOwnPropertyNames(type.prototype)) if (!['constructor', 'addEventListener', 'focus'].includes(name))"
                        + " try { Object.defineProperty(type.prototype, name, {get() { throw 1 }, configurable: true}) } catch (e) {}</script>"),
        TREES_WITHIN_TREES(
                "<button id=b>Buy</button>",
                "<div id=deep style=display:none></div><script>let at = deep; for (let i = 0; i < 20000; i++) {"
                        + " const tree = at.attachShadow({mode: 'open'}); at = document.createElement('div'); tree.append(at) }</script>"),
        MORE_ELEMENTS_THAN_CAN_BE_JUDGED(
                "<i id=place></i>",
                "<script>const host = document.createElement('div'); host.innerHTML = '<button id=b>Buy</button>';"
                        + " host.attachShadow({mode: 'open'}).innerHTML = '<slot>' + '<slot><slot></slot></slot>'.repeat(20000);"
                        + " let here = host; for (let i = 0; i < 100; i++) { const one = document.createElement('b'); one.append(here);"
                        + " here = one } place.replaceWith(here); b.append(document.createElement('x-host'));"
                        + " b.lastChild.attachShadow({mode: 'open'}).innerHTML = '<slot></slot>'.repeat(20000)</script>"),
        NO_BODY(
                "<button id=b>Buy</button>",
                "<script>onload = () => { const all = [...document.body.childNodes];"
                        + " document.body.remove(); document.documentElement.append(...all) }</script>"),
        CUSTOM_ELEMENTS_THAT_THROW(
                "<x-throws><button id=b is=x-button>Buy</button></x-throws>",
                "<script>class Throws extends HTMLElement { get form() { throw 1 } attributeChangedCallback() { throw 1 } };"
                        + " class Press extends HTMLButtonElement { get type() { throw 1 } get form() { throw 1 } };"
                        + " customElements.define('x-throws', Throws); customElements.define('x-button', Press, {extends: 'button'})</script>");

        private final String button;
        private final String more;

        Dom(String button, String more) {
            this.button = button;
            this.more = more;
        }

        private static String named(String tag, String... names) {
            var html = new StringBuilder();
            for (String name : names) {
                html.append("<%1$s name=%2$s id=%2$s style=top:700px></%1$s>".formatted(tag, name));
            }
            return html.toString();
        }

        /** The button lies at 350, below what goes away while the pointer is where it says so. */
        String covered() {
            return """
                    <style>.late, .late * { position: absolute; top: 0; left: 0; width: 400px; height: 32px; margin: 0 }
                    .late { top: 350px; left: 40px }
                    .cover { background: white; transition: visibility 0s 1000s }
                    #away { position: absolute; top: 500px; left: 40px; width: 400px; height: 32px }
                    #away:hover ~ form .cover { visibility: hidden; transition: none }</style>
                    <div id=away>Away</div><form class=late method=post action=/order>%s<div class=cover>Harmless</div></form>
                    """.formatted(button) + more;
        }

        /** A field whose first key moves the focus to the button. */
        String withField() {
            return "<textarea id=t style='position:absolute;top:350px;left:40px;width:400px;height:32px'></textarea>"
                    + "<form method=post action=/order>%s</form>%s".formatted(button, more)
                    + "<script>t.addEventListener('keydown', () => b.focus())</script>";
        }
    }

    private static FormServer site;
    private static SharedBrowser browser;

    @BeforeAll
    static void start() throws Exception {
        site = new FormServer();
        browser = SharedBrowser.startingAt(site.address());
    }

    @AfterAll
    static void stop() {
        browser.close();
        site.close();
    }

    @BeforeEach
    void forget() {
        site.forget();
    }

    private static void move(Environment page, int y) throws Exception {
        var move = new Action.Move(new Point(56, y), List.of());
        page.perform(move, page.scene(move));
    }

    @ParameterizedTest
    @EnumSource(Dom.class)
    void click_whateverItIsJudgedOn_passesOnlyIfApproved(Dom dom) throws Exception {
        site.with(dom.covered());
        List<Action> actions = List.of(
                CLICK,
                new Action.DoubleClick(AT_366, List.of()),
                new Action.Drag(List.of(AT_366, new Point(90, 368)), List.of()));
        for (Action action : actions) {
            try (Environment page = browser.open()) {
                Scene judged = page.scene(action);
                assertThat(judged.target()).as("%s", action).contains("Harmless");
                assertThat(judged.risks()).isEmpty();
                move(page, 516);

                assertThatIllegalStateException()
                        .as("%s", action)
                        .isThrownBy(() -> page.perform(action, judged))
                        .withMessageContaining("would now risk [");

                page.perform(new Action.Look(), judged); // and lets the page settle
                assertThat(site.posted()).as("%s", action).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Dom.class)
    void key_whateverItIsJudgedOn_passesOnlyIfApproved(Dom dom) throws Exception {
        site.with(dom.withField());
        try (Environment page = browser.open()) {
            page.perform(CLICK, page.scene(CLICK));
            var press = new Action.Press(List.of("ENTER"));
            Scene judged = page.scene(press);
            assertThat(judged.risks()).isEmpty();

            assertThatIllegalStateException().isThrownBy(() -> page.perform(press, judged));

            page.perform(new Action.Look(), judged); // and lets the page settle
            assertThat(site.posted()).isEmpty();
        }
    }
}
