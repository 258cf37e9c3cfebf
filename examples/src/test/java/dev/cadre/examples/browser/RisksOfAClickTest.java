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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever of a page would act on a click, the rule is told, also where the page has no script. */
@ExtendWith(RequiresChromium.class)
class RisksOfAClickTest {
    private static final String STYLE =
            "<style>.at { position: absolute !important; top: 350px !important; left: 40px !important; width: 400px;"
                    + " height: 40px; padding: 0; margin: 0; display: block } .at * { position: static; width: 380px; margin: 0 }"
                    + "</style>";
    private static final Point AT_366 = new Point(56, 366);
    private static final Action CLICK = new Action.Click(AT_366, Button.LEFT, List.of());
    private static final int PAUSES = 10;
    private static final String SILENCE =
            "data:audio/wav;base64," + Base64.getEncoder().encodeToString(silence());

    /** A second of it, as WAV. */
    private static byte[] silence() {
        int bytes = 8_000;
        return ByteBuffer.allocate(44 + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(36 + bytes)
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(bytes)
                .putInt(bytes)
                .putShort((short) 1)
                .putShort((short) 8)
                .put("data".getBytes(StandardCharsets.US_ASCII))
                .putInt(bytes)
                .array();
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

    private static Set<Risk> risks(Environment page, Action action) throws Exception {
        return page.scene(action).risks();
    }

    private static void perform(Environment page, Action action) throws Exception {
        page.perform(action, page.scene(action));
    }

    /** A click goes on to every control around what it hits. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<input readonly value=Harmless>",
                "<input disabled value=Harmless>",
                "<input type=button value=Harmless>",
                "<input type=checkbox>",
                "<input type=file>",
                "<textarea>Harmless</textarea>",
                "<select size=2><option>Harmless</select>",
                "<div><template shadowrootmode=open><button type=button style='width: 380px; height: 30px'>Harmless</button></template></div>",
            })
    void control_inAButtonThatSends_sends(String inner) throws Exception {
        site.with(STYLE + "<form method=post action=/buy><button class=at>%s</button></form>".formatted(inner));
        try (Environment page = browser.open()) {
            assertThat(risks(page, CLICK)).contains(Risk.SUBMITS_FORM);
        }
    }

    /** Characters that a pattern takes for white space are part of an address. */
    @ParameterizedTest
    @CsvSource({
        "&nbsp;javascript:x, true",
        "&#x2028;javascript:x, true",
        "&#xfeff;javascript:x, true",
        "' &#1;JavaScript:x', false",
        "java&#10;script:x, false",
        "javascript:x, false"
    })
    void address_isWhatTheBrowserTakesItFor(String address, boolean isPage) throws Exception {
        site.with(
                ("<a style=top:350px download href='%1$s'>here</a><a style=top:400px ping='&nbsp;%1$s' href='#'>there</a>"
                                + "<base href=http://elsewhere.invalid/>")
                        .formatted(address));
        try (Environment page = browser.open()) {
            assertThat(risks(page, CLICK)).isEqualTo(isPage ? Set.of(Risk.DOWNLOADS, Risk.LEAVES_SITE) : Set.of());
        }
    }

    /** The controls of the browser have a menu that saves, and no script sees it; without the attribute they may come at any time. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<audio class=at controls></audio>",
                "<video class=at controls></video>",
                "<video class=at></video>",
                "<div><template shadowrootmode=open><audio controls style='position: absolute; top: 350px; left: 40px'></audio></template></div>",
                "<label class=at><audio controls></audio></label>",
            })
    void media_mayDoWhatNoScriptSees(String media) throws Exception {
        site.with(STYLE + media);
        try (Environment page = browser.open()) {
            assertThat(risks(page, CLICK)).containsExactlyInAnyOrder(Risk.UNKNOWN, Risk.DOWNLOADS);
            assertThat(risks(page, new Action.Drag(List.of(AT_366, new Point(60, 370)), List.of())))
                    .contains(Risk.UNKNOWN, Risk.DOWNLOADS);
        }
    }

    @Test
    void keysInTheControlsOfMedia_mayDoWhatNoScriptSees_andAClickThatWasApprovedIsDone() throws Exception {
        site.with(STYLE + "<audio class=at tabindex=0 controls src='" + SILENCE
                + "' onplay=\"document.title = 'plays'\"></audio>"
                + "<script>onload = () => document.querySelector('audio').focus()</script>");
        try (Environment page = browser.open()) {
            for (String key : List.of("SPACE", "ENTER", "TAB", "DOWN")) {
                assertThat(risks(page, new Action.Press(List.of(key))))
                        .as(key)
                        .containsExactlyInAnyOrder(Risk.UNKNOWN, Risk.DOWNLOADS);
            }

            perform(page, CLICK); // on Play

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("plays");
        }
    }

    /** Chromium saves what a link leads to, and what a form answers, when this key is held. */
    @Test
    void alt_onWhatLeadsSomewhere_downloads() throws Exception {
        site.with(
                "<a style=top:350px href=/other>here</a><form action=/order><button style=top:400px>Send</button></form>"
                        + "<div style=position:absolute;top:450px;left:40px;width:400px>text</div>");
        List<String> alt = List.of("ALT");
        try (Environment page = browser.open()) {
            assertThat(risks(page, new Action.Click(AT_366, Button.LEFT, alt))).containsExactly(Risk.DOWNLOADS);
            assertThat(risks(page, new Action.DoubleClick(AT_366, alt))).containsExactly(Risk.DOWNLOADS);
            assertThat(risks(page, new Action.Click(new Point(56, 416), Button.LEFT, alt)))
                    .containsExactlyInAnyOrder(Risk.SUBMITS_FORM, Risk.DOWNLOADS);
            assertThat(risks(page, new Action.Click(new Point(56, 456), Button.LEFT, alt)))
                    .isEmpty();

            for (int tabs = 0; tabs < 6; tabs++) {
                perform(page, new Action.Press(List.of("TAB"))); // to the link
            }
            assertThat(page.scene(new Action.Press(List.of("ENTER"))).target()).isEqualTo("a \"here\"");
            assertThat(risks(page, new Action.Press(List.of("ENTER")))).isEmpty();
            assertThat(risks(page, new Action.Press(List.of("OPTION", "ENTER"))))
                    .containsExactly(Risk.DOWNLOADS);

            perform(page, new Action.Click(AT_366, Button.LEFT, alt));
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    /** A page that a key or another button has a link open has no opener. */
    @ParameterizedTest
    @CsvSource({"LEFT, CTRL", "LEFT, SHIFT", "MIDDLE, ''"})
    void page_thatALinkOpens_isClosed(Button button, String held) throws Exception {
        site.with("<a style=top:350px href=/other>here</a>");
        try (Environment page = browser.open()) {
            long pages = browser.pages();

            perform(page, new Action.Click(AT_366, button, held.isEmpty() ? List.of() : List.of(held)));

            for (int i = 0; i < PAUSES && !site.asked().contains("GET /other"); i++) {
                perform(page, new Action.Pause());
            }
            for (int i = 0; i < PAUSES && browser.pages() > pages; i++) {
                perform(page, new Action.Pause());
            }
            assertThat(browser.pages()).isEqualTo(pages);
            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
        }
    }

    /** Text that is shown as dots is a secret where the text goes to, and not only in the element that has the focus. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<div class=at contenteditable><span id=f>x</span></div>",
                "<div class=at contenteditable><p>open</p><b><span id=f>x</span></b></div>",
                "<div class=at><template shadowrootmode=open><div contenteditable><span style='-webkit-text-security: disc'>xxxxxxxxxxxx</span></div></template></div>",
            })
    void maskedTextInAnEditor_isASecret(String html) throws Exception {
        site.with(STYLE + "<style>#f { -webkit-text-security: disc }</style>" + html);
        try (Environment page = browser.open()) {
            perform(page, CLICK);
            perform(page, new Action.Press(List.of("END")));
            perform(page, new Action.Press(List.of("DOWN")));
            perform(page, new Action.Press(List.of("END")));

            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.SECRET);
            assertThat(risks(page, new Action.Press(List.of("x")))).containsExactly(Risk.SECRET);
        }
    }

    /** Text that is put in front of something may go into it, or into what stands in front. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<span>xyz</span> | d, 0",
                "a<span>xyz</span> | d, 2",
                "<b></b><!-- --><p><i> </i><span>xyz</span></p> | d, 0",
                "<span>xyz</span>a | d.lastChild, 0",
                "<p>a</p> <b></b><span></span> | d.firstChild, 1",
                "<span></span> | d, 0"
            })
    void caretBesideMaskedText_isInASecret(String html, String caret) throws Exception {
        site.with(STYLE + "<style>span { -webkit-text-security: disc }</style><div id=d class=at contenteditable>"
                + html + "</div><script>onload = () => { d.focus(); getSelection().collapse(" + caret + ") }</script>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, new Action.Type("x"))).containsExactly(Risk.SECRET);
        }
    }

    @Test
    void caretAmongOtherText_isInNoSecret() throws Exception {
        site.with(STYLE + "<style>span { -webkit-text-security: disc }</style>"
                + "<div id=d class=at contenteditable>abc<p>de</p><span>xyz</span><input type=password></div>"
                + "<script>onload = () => { d.focus(); getSelection().collapse(d, 1) }</script>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, new Action.Type("x"))).isEmpty();
        }
    }

    /** The style says so, with no script: what is empty looks like any field, and what holds a text is masked. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<input class=at id=f name=f placeholder=Name> | #f:not(:placeholder-shown)",
                "<textarea class=at id=f name=f placeholder=Comment></textarea> | #f:not(:placeholder-shown)",
                "<input class=at id=f name=f required> | #f:valid",
                "<input class=at id=f name=f pattern=.{6}> | #f:valid:not(:placeholder-shown)",
                "<input class=at id=f name=f type=email required> | form:has(#f:valid) #f",
                "<div class=at id=f contenteditable></div> | #f:not(:empty)"
            })
    void fieldThatIsMaskedOnceItHoldsAText_takesNoneThatWasNotApproved(String field, String style) throws Exception {
        site.with(
                STYLE + "<style>" + style
                        + " { -webkit-text-security: disc }</style><form method=post action=/order novalidate>" + field
                        + "<button style=top:450px>Send</button></form>"
                        + "<script>document.forms[1].onsubmit = () => f.name"
                        + " || document.forms[1].insertAdjacentHTML('beforeend', '<input name=f value=\"' + f.textContent + '\">')</script>");
        Action send = new Action.Click(new Point(56, 466), Button.LEFT, List.of());
        for (boolean isApproved : List.of(false, true)) {
            try (Environment page = browser.open()) {
                perform(page, CLICK);
                var type = new Action.Type("a@b.cd");
                Scene judged = page.scene(type);

                if (judged.risks().isEmpty()) {
                    assertThatIllegalStateException()
                            .isThrownBy(() -> page.perform(type, judged))
                            .withMessageContaining("would now risk [SECRET]");
                }
                assertThat(risks(page, type)).containsExactly(Risk.SECRET);
                if (isApproved) {
                    perform(page, type);
                }
                perform(page, send);

                assertThat(page.scene(new Action.Look()).title()).isEqualTo("Thanks");
            }
        }
        assertThat(site.posted()).containsExactly("f=", "f=a%40b.cd");
    }

    /** What a field is called, where its button is, and what else a key sends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<form id=o action=http://elsewhere.invalid/></form><script>const one = document.createElementNS("
                        + "'http://www.w3.org/1999/xhtml', 'h:input'); one.className = 'at'; o.append(one)</script>",
                "<form action=http://elsewhere.invalid/><select class=at size=3><option>1<option>2</select><button>Send</button></form>",
                "<form action=http://elsewhere.invalid/><select class=at><option>1<option>2</select></form>",
                "<form action=/order><input class=at><input type=image formaction=http://elsewhere.invalid/></form>",
                "<form id=o action=/order></form><input class=at form=o><button form=o formaction=http://elsewhere.invalid/>Send</button>",
            })
    void enter_sendsTheFormOfAnyField(String html) throws Exception {
        site.with(STYLE + html);
        try (Environment page = browser.open()) {
            perform(page, CLICK);

            assertThat(risks(page, new Action.Press(List.of("ENTER"))))
                    .containsExactlyInAnyOrder(Risk.SUBMITS_FORM, Risk.LEAVES_SITE);
            assertThat(risks(page, new Action.Type("x\n")))
                    .containsExactlyInAnyOrder(Risk.SUBMITS_FORM, Risk.LEAVES_SITE);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<a class=at id=x>here</a> | href=/here | href=http://elsewhere.invalid/ | LEAVES_SITE",
                "<a class=at id=x>here</a> | href=javascript:x | href=http://elsewhere.invalid/ | LEAVES_SITE",
                "<a class=at id=x href=/here>here</a> | ping= | ping=http://elsewhere.invalid/ | LEAVES_SITE",
                "<svg class=at><a id=x><rect width=400 height=40 /></a></svg> | href=/here | href=http://elsewhere.invalid/ | LEAVES_SITE",
                "<form id=x><button class=at>Send</button></form> | action=/order | action=http://elsewhere.invalid/ | SUBMITS_FORM LEAVES_SITE",
                "<form><button class=at id=x>Send</button></form> | formaction=/order | formaction=http://elsewhere.invalid/ | SUBMITS_FORM LEAVES_SITE",
                "<input class=at id=x> | type=text | type=file | UPLOADS",
                "<input class=at id=x> | autocomplete=off | autocomplete=current-password | SECRET",
                "<input class=at id=x> | type=text | type=password | SECRET"
            })
    void attribute_ofAnotherNamespace_hidesNothing(String html, String other, String own, String risks)
            throws Exception {
        site.with(STYLE + html + "<script>for (const [space, one] of [['urn:x', '" + other + "'], [null, '" + own
                + "']])" + " x.setAttributeNS(space, one.split('=')[0], one.slice(one.indexOf('=') + 1))</script>");
        try (Environment page = browser.open()) {
            Set<Risk> expected = Stream.of(risks.split(" ")).map(Risk::valueOf).collect(Collectors.toSet());
            if (expected.contains(Risk.SECRET)) {
                perform(page, CLICK);
            }
            Action action = expected.contains(Risk.SECRET) ? new Action.Type("x") : CLICK;

            assertThat(risks(page, action)).isEqualTo(expected);
        }
    }

    /** An empty address is that of the base; no address at all is no link. */
    @ParameterizedTest
    @CsvSource({
        "href=/here, '', true",
        "'', '', true",
        "href=/here, ' ', true",
        "href=http://elsewhere.invalid/, /here, true"
    })
    void linkThatIsAnimatedToNothing_leadsToTheBase(String attribute, String to, boolean leaves) throws Exception {
        site.with(STYLE + "<base href=http://elsewhere.invalid/><svg class=at><a " + attribute
                + "><set attributeName=href to='" + to + "'/><rect width=400 height=40 /></a></svg>");
        try (Environment page = browser.open()) {
            assertThat(risks(page, CLICK)).isEqualTo(leaves ? Set.of(Risk.LEAVES_SITE) : Set.of());
        }
    }
}
