// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.computer.Action;
import dev.cadre.computer.Approval;
import dev.cadre.computer.ApprovalRule;
import dev.cadre.computer.ComputerUse;
import dev.cadre.computer.Environment;
import dev.cadre.computer.Risk;
import dev.cadre.computer.SafetyCheck;
import dev.cadre.computer.Scene;
import dev.cadre.computer.Screenshot;
import dev.cadre.computer.Screenshots;
import dev.cadre.computer.ScriptedScreen;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.price.ModelCatalog;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the snippets of docs/computer-use.md. */
class ComputerUseGuideTest {
    // region computer-use-type
    record Order(String name, String street) {}

    record Filled(String summary, List<String> screenshots) {
        Filled shown(Screenshots pictures) {
            return new Filled(summary, pictures.files());
        }
    }

    static SubtaskType<Order, Filled> fillIn(Environment.Source browser, ApprovalRule rule, Path pictures) {
        return SubtaskType.model("fill-in", Order.class, Filled.class, "Fill in the form with the order, and send it.")
                .startingAt(Tier.MINI)
                .tools(ComputerUse.of(browser, rule, pictures, Filled.class, Filled::shown));
    }
    // endregion

    // region computer-use-rule
    static ApprovalRule asking(Predicate<String> person) {
        return (action, scene) -> {
            if (scene.risks().isEmpty() && scene.checks().isEmpty()) {
                return Approval.APPROVE;
            }
            String question = "%s on %s at %s: %s %s"
                    .formatted(action, scene.target(), scene.address(), scene.risks(), scene.checks());
            return person.test(question) ? Approval.APPROVE : Approval.REFUSE;
        };
    }
    // endregion

    @TempDir
    Path pictures;

    // region computer-use-test
    @Test
    void form_isFilledInButNotSent() throws Exception {
        var screen = new ScriptedScreen().risking(action -> action instanceof Action.Click, Risk.SUBMITS_FORM);
        var fillIn = fillIn(screen, ApprovalRule.allowing(), pictures);
        var model = new ScriptedModel();
        var actions = """
                {"actions":[{"type":"type","text":"Ada"},{"type":"click","x":10,"y":20,"button":"left"}]}""";
        model.on(fillIn).calls(new ToolCall("1", "computer", actions)).replies(new Filled("not sent", List.of()));

        var graph = TaskGraph.builder();
        var filled = graph.add("fill-in", fillIn, new Order("Ada", "12 St James's Square"));
        var result = Coordinator.of(model.pools()).run(graph.answering(filled), Budget.usd("0.50"));

        assertThat(screen.performed()).containsExactly(new Action.Type("Ada"));
        assertThat(result.requireComplete().screenshots()).hasSize(2);
    }
    // endregion

    @Test
    void person_isAskedAboutRisksAndDoubtsAlone() {
        var asked = new ArrayList<String>();
        ApprovalRule rule = asking(question -> !asked.add(question));
        var look = new Action.Look();
        Scene harmless = Scene.of("https://shop.example/", "Shop", "a", Set.of());
        Scene risky = Scene.of("https://shop.example/", "Shop", "button", Set.of(Risk.SUBMITS_FORM));
        Scene doubted = new Scene("", "", "", Set.of(), List.of(new SafetyCheck("sc_1", "odd", "")));

        assertThat(rule.judge(look, harmless)).isEqualTo(Approval.APPROVE);
        assertThat(asked).isEmpty();
        assertThat(rule.judge(look, risky)).isEqualTo(Approval.REFUSE);
        assertThat(rule.judge(look, doubted)).isEqualTo(Approval.REFUSE);
        assertThat(asked)
                .containsExactly(
                        "Look[] on button at https://shop.example/: [SUBMITS_FORM] []",
                        "Look[] on  at : [] [SafetyCheck[id=sc_1, code=odd, message=]]");
    }

    @Test
    void guide_saysWhatIsSo() {
        String guide = Documents.text(Documents.ROOT.resolve("docs/computer-use.md"));
        var onNano =
                fillIn(new ScriptedScreen(), ApprovalRule.allowing(), pictures).notBelow(Tier.NANO);

        assertThat(Arrays.stream(Risk.values()).map(risk -> "| `" + risk + "` |"))
                .allSatisfy(row -> assertThat(guide).contains(row));
        assertThat(guide).contains("%,d pixels".formatted(Screenshot.MAX_PIXELS));
        assertThat(guide)
                .contains("(%,d on mini)"
                        .formatted(ModelCatalog.standard()
                                .spec("gpt-5.4-mini")
                                .tokens()
                                .images()
                                .get(Attachment.Detail.HIGH)));
        assertThatIllegalStateException()
                .isThrownBy(() -> Coordinator.of(new ScriptedModel().pools()).bulk(onNano))
                .satisfies(refusal -> assertThat(guide)
                        .contains(String.valueOf(refusal.getMessage()).replaceAll(":.*", "")));
    }
}
