// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

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
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of a real browser, without a model: each test has a page of its own, and all have one browser. */
@ExtendWith(RequiresChromium.class)
class ChromiumTest {
    private static final String MANY = """
            <a style=top:350px href="/other">here</a>
            <a style=top:400px href="http://elsewhere.invalid/">there</a>
            <a style=top:450px href="/file" download>file</a>
            <input style=top:500px type=file>
            <iframe style="position:absolute;top:550px;left:40px;width:400px;height:100px" srcdoc="<p>inner"></iframe>""";

    /** Where the pointer may go to change what is elsewhere. */
    private static final String AWAY =
            "<div id=away style='position:absolute;top:500px;left:40px;width:400px;height:32px'>Away</div>";

    private static final String AT_350 =
            "<style>.at { position: absolute; top: 350px; left: 40px; width: 400px; height: 32px; display: block }"
                    + " .at * { margin: 0 }</style>";

    private static final Point AT_366 = new Point(56, 366);

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

    private static Action click(int y) {
        return new Action.Click(new Point(56, y), Button.LEFT, List.of());
    }

    /** Does what any rule would approve. */
    private static void perform(Environment page, Action action) throws Exception {
        page.perform(action, page.scene(action));
    }

    private static Set<Risk> risks(Environment page, Action action) throws Exception {
        return page.scene(action).risks();
    }

    @Test
    void scene_saysWhatAnActionRisks() throws Exception {
        site.with(MANY);
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(116))).isEmpty();
            assertThat(risks(page, click(266))).isEmpty();
            assertThat(risks(page, click(316))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(risks(page, click(366))).isEmpty();
            assertThat(risks(page, click(416))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, click(466))).containsExactly(Risk.DOWNLOADS);
            assertThat(risks(page, click(516))).containsExactly(Risk.UPLOADS);
            assertThat(risks(page, click(600))).containsExactly(Risk.UNKNOWN);
            assertThat(risks(page, new Action.Look())).isEmpty();

            perform(page, click(116));
            assertThat(risks(page, new Action.Type("Ada"))).isEmpty();
            assertThat(risks(page, new Action.Type("Ada\n"))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(risks(page, new Action.Press(List.of("ENTER")))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(risks(page, new Action.Press(List.of("TAB")))).isEmpty();

            perform(page, click(216));
            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.SECRET);
            assertThat(risks(page, new Action.Press(List.of("x")))).containsExactly(Risk.SECRET);
        }
    }

    @Test
    void scene_namesThePage_whateverItsScriptsPretend() throws Exception {
        site.with("<script>document.elementFromPoint = () => document.body; Set.prototype.add = () => {};</script>");
        try (Environment page = browser.open()) {
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
        try (Environment page = browser.open()) {
            perform(page, new Action.DoubleClick(new Point(200, 116), List.of()));
            perform(page, new Action.Type("Grace"));
            perform(page, new Action.Press(List.of("CTRL", "A")));
            perform(page, new Action.Type("Ada"));
            perform(page, new Action.Press(List.of("TAB")));
            perform(page, new Action.Type("Rome"));
            perform(page, new Action.Press(List.of("ARROWLEFT")));
            perform(page, new Action.Press(List.of("BACKSPACE")));
            perform(page, new Action.Press(List.of("SHIFT", "X")));
            byte[] upper = page.screenshot().bytes();
            perform(page, new Action.Scroll(new Point(500, 400), 0, 600, List.of()));
            assertThat(page.screenshot().bytes()).isNotEqualTo(upper);
            perform(page, new Action.Press(List.of("ENTER")));
            perform(page, new Action.Pause());
        }

        assertThat(site.posted()).containsExactly("name=Ada&street=RoXe&word=");
    }

    @Test
    void scene_isNotDeceivedByTheNamesOfElements() throws Exception {
        site.with("""
                <img name=activeElement><img name=baseURI><form name=elementFromPoint></form><form name=title></form>
                <form action=/order><input name=getAttribute><input name=closest><input name=matches>
                  <input name=elements><input name=action><input name=shadowRoot><input name=parentNode>
                  <input style=top:350px type=password autofocus><button style=top:400px>again</button></form>""");
        try (Environment page = browser.open()) {
            perform(page, click(366));

            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.SECRET);
            assertThat(risks(page, new Action.Press(List.of("ENTER"))))
                    .containsExactlyInAnyOrder(Risk.SECRET, Risk.SUBMITS_FORM);
            assertThat(risks(page, click(416))).containsExactly(Risk.SUBMITS_FORM);
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    @Test
    void scene_seesWhereAnActionWouldReallyGo() throws Exception {
        site.with("""
                <form action=/order><button style=top:350px formaction=http://elsewhere.invalid/>sends there</button></form>
                <label style=top:400px><a style=top:0;left:0 href=http://elsewhere.invalid/>a link in a label</a></label>
                <svg style=position:absolute;top:450px;left:40px width=400 height=32>
                  <a xlink:href=http://elsewhere.invalid/><rect width=400 height=32 /></a></svg>
                <div id=host style=position:absolute;top:500px;left:40px;width:400px;height:32px>slotted</div>
                <x-closed style=position:absolute;top:550px;left:40px;width:400px;height:32px><b>inside</b></x-closed>
                <img usemap=#m style=position:absolute;top:600px;left:40px;width:400px;height:32px src=/picture>
                <input style=top:650px TYPE=FILE>
                <a style=top:700px href=/other ping='/here http://elsewhere.invalid/'>tells another</a>
                <script>
                  host.attachShadow({mode: 'open'}).innerHTML = '<a style=position:static href=http://elsewhere.invalid/><slot></slot></a>';
                  document.querySelector('x-closed').attachShadow({mode: 'closed'}).innerHTML = '<slot></slot>';
                </script>""");
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(366))).containsExactlyInAnyOrder(Risk.SUBMITS_FORM, Risk.LEAVES_SITE);
            assertThat(risks(page, click(410))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, click(466))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, click(510))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, click(560))).containsExactly(Risk.UNKNOWN);
            assertThat(risks(page, click(616))).containsExactly(Risk.UNKNOWN);
            assertThat(risks(page, click(666))).containsExactly(Risk.UPLOADS);
            assertThat(risks(page, click(716))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, new Action.Click(new Point(56, 116), Button.BACK, List.of())))
                    .containsExactly(Risk.UNKNOWN);
        }
    }

    /** What no script sees into: a shadow tree that is closed, on whatever element, and the copy that an SVG draws. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<div>CLOSED<a href=http://elsewhere.invalid/ style=display:block>link</a></template></div>",
                "<p>CLOSED<form method=post action=/order><button>Buy</button></form></template></p>",
                "<span>CLOSED<a href=http://elsewhere.invalid/><slot></slot></a></template><b>slotted</b></span>",
                "<section><template shadowrootmode=open><div>CLOSED<a href=/other>inner</a></template></div></template></section>",
                "<x-closed>CLOSED<button>inner</button></template></x-closed>",
                "<svg><defs><a id=x href=http://elsewhere.invalid/><rect width=400 height=32 /></a></defs><use href=#x /></svg>",
                "<main><script>document.currentScript.parentNode.attachShadow({mode: 'closed'}).innerHTML = '<a href=/other>there</a>'</script></main>",
            })
    void element_thatNoScriptSeesInto_isUnknown(String html) throws Exception {
        site.with(AT_350 + "<div class=at>" + html.replace("CLOSED", "<template shadowrootmode=closed>") + "</div>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(366))).containsExactly(Risk.UNKNOWN);
            assertThat(risks(page, new Action.Drag(List.of(new Point(500, 600), AT_366), List.of())))
                    .contains(Risk.UNKNOWN);
        }
    }

    /** A closed tree may lend what is in it to a name outside, so that another element acts on it. */
    @Test
    void element_thatActsOnWhatNoScriptSees_isUnknown() throws Exception {
        site.with("""
                <button style=top:350px form=lent>Buy</button>
                <div id=lent><template shadowrootmode=closed shadowrootreferencetarget=f>
                  <form id=f action=http://elsewhere.invalid/></form></template></div>
                <label style=top:400px for=pressed>Harmless</label>
                <div id=pressed><template shadowrootmode=closed shadowrootreferencetarget=b>
                  <form action=http://elsewhere.invalid/><button id=b>Buy</button></form></template></div>
                <script>document.title = 'referenceTarget' in ShadowRoot.prototype ? 'lends' : 'does not'</script>""");
        try (Environment page = browser.open()) {
            assumeThat(page.scene(new Action.Look()).title()).isEqualTo("lends"); // older ones know no such name
            assertThat(risks(page, click(366))).contains(Risk.UNKNOWN);
            assertThat(risks(page, click(416))).contains(Risk.UNKNOWN);
        }
    }

    @Test
    void element_thatHoldsNothingHidden_isKnown() throws Exception {
        site.with(AT_350 + "<x-plain class=at><template shadowrootmode=open><details open><summary>more</summary>"
                + "<slot></slot></details></template>text</x-plain>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(366))).isEmpty();
        }
    }

    /** The answer of DevTools repeats the attributes of what it is asked about, and a page makes them as long as it likes. */
    @Test
    void element_thatIsTooLongToBeAskedAbout_isUnknown() throws Exception {
        site.with(AT_350 + "<div class=at id=long>text</div><script>long.title = 'x'.repeat(3e7)</script>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(366))).containsExactly(Risk.UNKNOWN);
        }
    }

    /** Nor is its name bounded by anything, with which a person is asked. */
    @Test
    void element_whoseNameIsTooLong_isUnknown_andShownInPart() throws Exception {
        site.with("<script>const long = document.createElement('x-' + 'y'.repeat(9e6));"
                + " long.style = 'position:absolute;top:350px;left:40px;width:400px;height:32px;display:block';"
                + " document.documentElement.append(long)</script>");
        try (Environment page = browser.open()) {
            Scene scene = page.scene(click(366));

            assertThat(scene.risks()).containsExactly(Risk.UNKNOWN);
            assertThat(scene.target()).startsWith("x-yyy").hasSizeLessThan(200);
        }
    }

    @Test
    void fieldInAClosedTree_isUnknown_alsoWhenTheFocusComesWithTheFirstKey() throws Exception {
        site.with(AT_350 + "<div class=at><template shadowrootmode=closed><input type=password"
                + " style='width: 400px'></template></div>");
        try (Environment page = browser.open()) {
            perform(page, click(266));
            var onwards = new Action.Press(List.of("TAB", "TAB", "x")); // over the button into the tree
            assertThat(risks(page, onwards)).isEmpty();
            assertThatIllegalStateException()
                    .isThrownBy(() -> perform(page, onwards))
                    .withMessageEndingWith("would now risk [UNKNOWN]");

            perform(page, click(366));
            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.UNKNOWN);
        }
    }

    /** By a style alone, to an element of the same name, so that only what is inside tells them apart. */
    @Test
    void closedTree_thatComesUnderThePointer_isNotClicked() throws Exception {
        site.with(AT_350 + """
                <style>#cover { position: absolute; top: 350px; left: 40px; width: 400px; height: 32px; background: white;
                  transition: visibility 0s 1000s }
                #away:hover ~ #cover { visibility: hidden; transition: none }</style>
                """ + AWAY + """
                <div class=at aria-label=Same><template shadowrootmode=closed><form method=post action=/order>
                  <button style='width: 400px; height: 32px'>Buy</button></form></template></div>
                <div id=cover aria-label=Same></div>""");
        var twice = new Action.DoubleClick(AT_366, List.of());
        var drag = new Action.Drag(List.of(AT_366, new Point(90, 368)), List.of());
        for (Action action : List.of(click(366), twice, drag)) {
            assertChangeIsSeen(action, "div \"Same\" would now risk [UNKNOWN]");
        }
        assertThat(site.posted()).isEmpty();
    }

    /** The attribute says one thing, and the animation another. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a href=/other><set attributeName=href to=http://elsewhere.invalid/ />RECT</a>",
                "<a><set attributeName=href to=http://elsewhere.invalid/ />RECT</a>",
                "<a xlink:href=/other><animate attributeName=xlink:href values=http://elsewhere.invalid/ dur=9s />RECT</a>",
                "<a id=x href=/other>RECT</a><set href=#x attributeName=href to=http://elsewhere.invalid/ />",
            })
    void link_whoseAddressIsAnimated_isJudgedByWhereItLeads(String link) throws Exception {
        site.with(AT_350 + "<svg class=at xmlns:xlink=http://www.w3.org/1999/xlink>"
                + link.replace("RECT", "<rect width=400 height=32 />") + "</svg>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(366))).containsExactly(Risk.LEAVES_SITE);
        }
    }

    @Test
    void scene_knowsThatABaseMovesEveryAddress() throws Exception {
        site.with("<base href=http://elsewhere.invalid/><a style=top:350px href=other>there</a>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, click(366))).containsExactly(Risk.LEAVES_SITE);
            assertThat(risks(page, click(316))).containsExactlyInAnyOrder(Risk.SUBMITS_FORM, Risk.LEAVES_SITE);
        }
    }

    @Test
    void scene_judgesKeysByWhatTheyAre() throws Exception {
        try (Environment page = browser.open()) {
            perform(page, click(116));
            for (String enter : List.of("enter", "Return", "\r", "\n")) {
                assertThat(risks(page, new Action.Press(List.of(enter)))).containsExactly(Risk.SUBMITS_FORM);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> page.scene(new Action.Press(List.of("ARROWENTER"))))
                    .withMessage("there is no key 'ARROWENTER'");
            for (int tabs = 0; tabs < 4; tabs++) {
                perform(page, new Action.Press(List.of("TAB"))); // to the button
            }
            for (String space : List.of("SPACE", " ", "space")) {
                assertThat(risks(page, new Action.Press(List.of(space)))).containsExactly(Risk.SUBMITS_FORM);
            }
            var drag = new Action.Drag(List.of(new Point(60, 310), new Point(90, 320)), List.of());
            assertThat(risks(page, drag)).containsExactly(Risk.SUBMITS_FORM);
        }
    }

    /** What lies over a button goes away where the pointer comes, without a script. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "form:hover .cover { display: none }",
                ".cover { transition: visibility 0s 1000s } .cover:hover { visibility: hidden; transition: none }",
                "button:hover + .cover { display: none } .cover { pointer-events: none }",
            })
    void scene_isWhatLiesUnderThePointer(String style) throws Exception {
        site.with("""
                <style>form.covered { position: absolute; top: 350px; left: 40px; width: 400px; height: 32px; margin: 0 }
                .covered button { top: 0; left: 0 }
                .cover { position: absolute; top: 0; left: 0; width: 400px; height: 32px; background: white } %s</style>
                <form class=covered method=post action=/order><button>Buy</button><div class=cover>Harmless</div></form>""".formatted(style));
        var twice = new Action.DoubleClick(new Point(56, 366), List.of());
        var drag = new Action.Drag(List.of(new Point(56, 366), new Point(90, 368)), List.of());
        for (Action action : List.of(click(366), twice, drag)) {
            try (Environment page = browser.open()) {
                assertThat(risks(page, action)).as("%s", action).containsExactly(Risk.SUBMITS_FORM);
                assertThat(page.scene(action).target()).startsWith("button \"Buy\"");
            }
        }
    }

    /**
     * What was approved may be gone by the time of the press, by a style alone: the page judges what is really hit, also when it
     * has been opened anew, which takes all listeners away.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<script>onload = () => { const all = document.documentElement.outerHTML.replace(/<script.*/, ''); document.open(); document.write(all); document.close() }</script>"
            })
    void scene_thatChangesAfterTheLastLook_isNotActedUpon(String more) throws Exception {
        site.with("""
                <style>.late, .late * { position: absolute; top: 0; left: 0; width: 400px; height: 32px; margin: 0 }
                .late { top: 350px; left: 40px }
                .cover { background: white; transition: visibility 0s 1000s }
                #away:hover ~ form .cover { visibility: hidden; transition: none }</style>
                """ + AWAY
                + "<form class=late method=post action=/order><button>Buy</button><div class=cover>Harmless</div></form>"
                + more);
        var twice = new Action.DoubleClick(AT_366, List.of());
        var drag = new Action.Drag(List.of(AT_366, new Point(90, 368)), List.of());
        for (Action action : List.of(click(366), twice, drag)) {
            assertChangeIsSeen(action, "button \"Buy\" would now risk [");
        }
        assertThat(site.posted()).isEmpty();

        try (Environment page = browser.open()) {
            perform(page, click(316));
            perform(page, new Action.Pause());
        }
        assertThat(site.posted()).as("approved").hasSize(1);
    }

    /** What comes under the pointer may be another document, whose events the page does not get. */
    @Test
    void frame_thatComesUnderThePointer_isNotClicked() throws Exception {
        site.with("""
                <style>iframe { position: absolute; top: 350px; left: -900px; width: 400px; height: 100px; transition: left 0s 1000s }
                #away:hover ~ iframe { left: 40px; transition: none }</style>
                """ + AWAY + """
                <iframe srcdoc="<form method=post action=/order target=_top><button style='width: 300px; height: 60px'>Buy</button></form>">
                </iframe>""");
        for (Action action : List.of(click(366), new Action.Drag(List.of(AT_366, new Point(90, 368)), List.of()))) {
            assertChangeIsSeen(action, "something else is there");
        }
        assertThat(site.posted()).isEmpty();
    }

    private void assertChangeIsSeen(Action action, String message) throws Exception {
        try (Environment page = browser.open()) {
            Scene judged = page.scene(action);
            assertThat(judged.risks()).isEmpty();
            perform(page, new Action.Move(new Point(56, 516), List.of()));

            assertThatIllegalStateException()
                    .isThrownBy(() -> page.perform(action, judged))
                    .withMessageStartingWith("the page has changed: " + message);
            perform(page, new Action.Look());
        }
    }

    @Test
    void drag_fromOneElementToAnother_isDone() throws Exception {
        site.with("""
                <style>#a, #b { position: absolute; left: 40px; width: 400px; height: 32px }
                #a { top: 350px } #b { top: 400px }
                #over { position: absolute; top: 0; left: 0; width: 400px; height: 32px; visibility: hidden }
                #b:hover #over { visibility: visible }</style>
                <div id=a>First</div><div id=b onmouseup="document.title = 'let go'">Second<i id=over>Third</i></div>""");
        try (Environment page = browser.open()) {
            perform(page, new Action.Drag(List.of(AT_366, new Point(60, 416)), List.of()));
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("let go");

            var within = new Action.Drag(List.of(new Point(56, 416), new Point(500, 600)), List.of());
            assertThat(page.scene(within).target()).endsWith("when the pointer is at the end");
            perform(page, within);
        }
    }

    /** The cover goes away when the pointer is at the end, or when the button is down. */
    @Test
    void drag_isJudgedByBothItsEnds_andOnceMoreBeforeItIsLetGo() throws Exception {
        site.with("""
                <style>.half { position: absolute; left: 240px; width: 200px; height: 32px; background: white }
                #first { top: 350px; transition: visibility 0s 1000s }
                #first:hover { visibility: hidden; transition: none }
                #second { top: 400px }
                button:active + #second { display: none }</style>
                <form method=post action=/order><button style=top:350px>Buy</button><div id=first class=half>Harmless</div>
                  <button style=top:400px>Pay</button><div id=second class=half>Harmless</div></form>""");
        try (Environment page = browser.open()) {
            assertThat(risks(page, new Action.Drag(List.of(new Point(56, 366), new Point(300, 366)), List.of())))
                    .containsExactly(Risk.SUBMITS_FORM);

            var drag = new Action.Drag(List.of(new Point(56, 416), new Point(300, 416)), List.of());
            Scene judged = page.scene(drag);
            assertThat(judged.risks()).isEmpty();
            assertThatIllegalStateException()
                    .isThrownBy(() -> page.perform(drag, judged))
                    .withMessageEndingWith("would now risk [SUBMITS_FORM]");
            perform(page, new Action.Pause());
        }
        assertThat(site.posted()).isEmpty();
    }

    /** A page may give a key to any of its elements; the scene would not know which. */
    @Test
    void keyThatAPageGivesToAButton_doesNothing() throws Exception {
        site.with("<form method=post action=/order><button style=top:350px accesskey=x>Buy</button></form>");
        try (Environment page = browser.open()) {
            for (String key : List.of("x", "X")) {
                for (String with : List.of("ALT", "CTRL", "SHIFT")) {
                    perform(page, new Action.Press(List.of(with, key)));
                    perform(page, new Action.Press(List.of(with, "ALT", key)));
                }
            }
            perform(page, new Action.Pause());
        }
        assertThat(site.posted()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<input id=f type=password>",
                "<input id=f type=PassWord>",
                "<input id=f autocomplete=current-password>",
                "<input id=f autocomplete='section-a New-Password'>",
                "<input id=f inputmode=numeric autocomplete=one-time-code>",
                "<input id=f autocomplete='billing cc-number'>",
                "<input id=f type=tel autocomplete=cc-csc>",
                "<textarea id=f style='-webkit-text-security: disc; position: absolute'></textarea>",
                "<div id=f contenteditable style='-webkit-text-security: square; position: absolute'>x</div>",
                "<input id=f type=password><script>f.type = 'text'</script>",
                "<div id=there></div><script>there.innerHTML = '<input id=f type=password>'; f.setAttribute('type', 'text')</script>",
                "<input id=f type=password><script>setTimeout(() => f.type = 'text', 1)</script>",
                "<div id=h><template shadowrootmode=open>FIELD</template></div><script>SHOW</script>",
                "<div id=h><template shadowrootmode=open></template></div><script>h.shadowRoot.innerHTML = `FIELD`; SHOW</script>",
                "<div id=h></div><script>h.attachShadow({mode: 'open'}).innerHTML = `FIELD`; onload = () => SHOW</script>",
                "<div id=there></div><script>onload = () => setTimeout(() => {"
                        + " there.innerHTML = '<p id=h></p>'; h.attachShadow({mode: 'open'}).innerHTML = `FIELD`; SHOW }, 1)</script>",
            })
    void field_forASecret_isKnown(String field) throws Exception {
        site.with(
                "<style>#f { top: 350px; left: 40px; width: 400px; height: 32px }</style>"
                        + field.replace(
                                        "SHOW",
                                        "setTimeout(() => h.shadowRoot.querySelector('input').type = 'text', 1)")
                                .replace(
                                        "FIELD",
                                        "<input type=password style='position: absolute; top: 350px; left: 40px; width: 400px'>"));
        try (Environment page = browser.open()) {
            perform(page, click(366));

            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.SECRET);
            assertThat(risks(page, new Action.Press(List.of("x")))).containsExactly(Risk.SECRET);
            assertThat(risks(page, new Action.Drag(List.of(new Point(500, 600), new Point(56, 366)), List.of())))
                    .containsExactly(Risk.SECRET);
        }
    }

    @Test
    void action_whoseFirstPartMovesThePage_isNotFinished() throws Exception {
        site.with("""
                <form method=post action=/buy><button style=top:350px>Buy</button></form>
                <button style=top:350px onclick="this.remove()">Next</button>""");
        try (Environment page = browser.open()) {
            var twice = new Action.DoubleClick(new Point(56, 366), List.of());
            assertThat(risks(page, twice)).isEmpty();
            assertThatIllegalStateException()
                    .isThrownBy(() -> perform(page, twice))
                    .withMessageEndingWith("would now risk [SUBMITS_FORM]");

            perform(page, click(266));
            var onwards = new Action.Press(List.of("TAB", "SPACE")); // from the box to the button
            assertThatIllegalStateException().isThrownBy(() -> perform(page, onwards));
        }
        assertThat(site.posted()).isEmpty();
    }

    @Test
    void dragsWaitsAndWheels_doWhatTheySay() throws Exception {
        site.with("""
                <form method=post action=/drag><input id=r style=top:350px type=range name=far min=0 max=100 value=0>
                  <input name=late style=top:400px disabled><input name=deep style=top:450px>
                  <button style=top:500px>Go</button></form>
                <div id=box style=position:absolute;top:550px;left:40px;width:400px;height:60px;overflow:auto>
                  <div style=height:900px></div></div>
                <script>
                  setTimeout(() => { const late = document.querySelector('[name=late]'); late.disabled = false; late.value = 'yes'; }, 600);
                  box.onscroll = () => document.querySelector('[name=deep]').value = box.scrollTop > 0 ? 'down' : 'up';
                </script>""");
        try (Environment page = browser.open()) {
            perform(
                    page,
                    new Action.Drag(List.of(new Point(48, 366), new Point(200, 366), new Point(600, 366)), List.of()));
            perform(page, new Action.Scroll(new Point(100, 580), 0, 200, List.of()));
            perform(page, new Action.Move(new Point(100, 700), List.of("SHIFT")));
            perform(page, new Action.Pause());
            perform(page, click(516));
        }
        assertThat(site.posted()).containsExactly("far=100&late=yes&deep=down");
    }

    /** A page chooses how many frames it has, and their names: nothing of them is asked for. */
    @Test
    void page_whoseFramesHaveLongNames_isSeen() throws Exception {
        site.with("<script>for (let i = 0; i < 40; i++) { const f = document.createElement('iframe');"
                + " f.name = 'x'.repeat(1e6); document.body.append(f) }</script>");
        try (Environment page = browser.open()) {
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    /** Its main frame was made before it was shown, in another tree of frames. */
    @Test
    void page_thatWasPrerendered_isSeen() throws Exception {
        site.with("<a style=top:350px href=/other>here</a><script type=speculationrules>"
                + "{\"prerender\": [{\"urls\": [\"/other\"], \"eagerness\": \"immediate\"}]}</script>");
        try (Environment page = browser.open()) {
            for (int i = 0; i < 3; i++) {
                perform(page, new Action.Pause());
            }
            perform(page, click(366));

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Thanks");
            assertThat(site.asked()).containsOnlyOnce("GET /other");
        }
    }

    @Test
    void popUp_isClosed_andThePageStaysInFront() throws Exception {
        site.with(
                "<a style=top:350px target=_blank href=/other>tab</a><button style=top:400px onclick=\"const other ="
                        + " window.open('/other'); setTimeout(() => document.title = other.closed ? 'alone' : 'not alone', 700)\">window</button>");
        try (Environment page = browser.open()) {
            byte[] before = page.screenshot().bytes();
            perform(page, click(366));
            perform(page, click(416));
            perform(page, new Action.Pause());
            perform(page, click(116));
            perform(page, new Action.Type("Ada"));

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("alone");
            assertThat(page.screenshot().bytes()).isNotEqualTo(before);
        }
    }

    /** DevTools repeat it with the answer. */
    @Test
    void formOfMegabytes_isSent_andThePageGoesOn() throws Exception {
        site.with("<form id=long method=post action=/order><textarea id=text name=a></textarea></form>"
                + "<script>onload = () => { text.value = 'x'.repeat(5e6); long.submit() }</script>");
        try (Environment page = browser.open()) {
            for (int i = 0; i < 20 && site.posted().isEmpty(); i++) {
                page.perform(new Action.Pause(), page.scene(new Action.Pause()));
            }
            page.perform(new Action.Pause(), page.scene(new Action.Pause()));

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Thanks");
        }
        assertThat(site.posted()).singleElement().asString().hasSizeGreaterThan(5_000_000);
    }

    @Test
    void dialog_isDismissed() throws Exception {
        site.with("<button style=top:350px onclick='alert(1)'>alert</button>");
        try (Environment page = browser.open()) {
            perform(page, click(366));

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }
}
