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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A click on a label comes twice: once to the label, and once to the control that it is for. */
@ExtendWith(RequiresChromium.class)
class LabelClickTest {
    private static final Action CLICK = new Action.Click(new Point(56, 366), Button.LEFT, List.of());
    private static final String LABEL = "<label id=label for=pay style=top:350px>Go on</label>";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<form method=post action=/order><button id=pay style=top:400px>Pay</button></form>" + LABEL,
                "<label style=top:350px>Go on<form method=post action=/order><button style=left:900px>Pay</button></form></label>",
                "<div><template shadowrootmode=open><form method=post action=/order><button id=pay>Pay</button></form>"
                        + "<label for=pay style=position:absolute;top:350px;left:40px;width:400px;height:32px><slot></slot>"
                        + "</label></template><span>Go on, please</span></div>",
                "<form method=post action=/order><button id=pay style=top:400px>Pay</button></form>"
                        + "<details><summary>" + LABEL + "</summary></details>"
            })
    void approvedClick_onTheLabelOfASubmitButton_isDone(String html) throws Exception {
        try (FormServer site = new FormServer().with(html);
                Environment page = Chromium.startingAt(site.address()).open()) {
            Scene scene = page.scene(CLICK);
            assertThat(scene.risks()).isEqualTo(Set.of(Risk.SUBMITS_FORM));

            page.perform(CLICK, scene);

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Thanks");
            assertThat(site.asked()).contains("POST /order");
        }
    }

    /** While it is pressed: to a button with more risks, to another button, or to none, so that a button gets the click. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "label.onmousedown = () => { label.htmlFor = 'there' }",
                "label.onclick = () => { label.htmlFor = 'there' }",
                "label.onclick = () => { pay.formAction = 'http://elsewhere.invalid/' }",
                "label.onmousedown = () => { label.htmlFor = 'other' }",
                "label.onclick = () => { label.htmlFor = 'other' }",
                "label.onmousedown = () => { label.style.display = 'none'; other.style.top = '350px' }"
            })
    void labelThatChanges_handsNoClickOnToMoreThanWasApproved(String script) throws Exception {
        String html = "<form method=post action=/order><button id=pay style=top:400px>Pay</button>"
                + "<button id=there formaction=http://elsewhere.invalid/ style=top:450px>There</button>"
                + "<button id=other style=top:500px>Other</button></form>" + LABEL + "<script>" + script + "</script>";
        try (FormServer site = new FormServer().with(html);
                Environment page = Chromium.startingAt(site.address()).open()) {
            Scene scene = page.scene(CLICK);

            assertThatIllegalStateException().isThrownBy(() -> page.perform(CLICK, scene));

            assertThat(page.scene(new Action.Look()).title()).isEqualTo("Order");
            assertThat(site.posted()).isEmpty();
        }
    }

    @Test
    void label_ofAButtonThatWasNotApproved_isRefused() throws Exception {
        String html = "<form method=post action=/order><button id=pay style=top:400px>Pay</button></form>" + LABEL
                + "<script>label.htmlFor = ''; label.onmousedown = () => { label.htmlFor = 'pay' }</script>";
        try (FormServer site = new FormServer().with(html);
                Environment page = Chromium.startingAt(site.address()).open()) {
            Scene scene = page.scene(CLICK);
            assertThat(scene.risks()).isEmpty();

            assertThatIllegalStateException().isThrownBy(() -> page.perform(CLICK, scene));

            assertThat(site.posted()).isEmpty();
        }
    }
}
