// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.computer.ApprovalRule;
import dev.cadre.computer.ComputerUse;
import dev.cadre.computer.Risk;
import dev.cadre.computer.Screenshots;
import dev.cadre.model.Tier;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.openai.testing.LoopbackComputer;
import dev.cadre.openai.testing.LoopbackOpenAi;
import dev.cadre.openai.testing.LoopbackReply;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A rung that operates a real browser, driven by a scripted provider. */
@ExtendWith(RequiresChromium.class)
class ComputerUseTest {
    private static final String FILL_IN = """
            [{"type":"click","x":200,"y":116,"button":"left","keys":null},{"type":"type","text":"Ada Lovelace"},
             {"type":"click","x":200,"y":166,"button":"left"},{"type":"type","text":"12 St James’s Square"},
             {"type":"click","x":56,"y":266,"button":"left"}]""";
    private static final String SEND = """
            [{"type":"click","x":200,"y":316,"button":"left"},{"type":"wait"}]""";

    record Order(String name, String street) {}

    record Filled(String summary, List<String> screenshots) {
        Filled shown(Screenshots pictures) {
            return new Filled(summary, pictures.files());
        }
    }

    @TempDir
    Path folder;

    private FormServer site;
    private LoopbackOpenAi provider;
    private OpenAiClient client;

    @BeforeEach
    void start() throws IOException {
        site = new FormServer();
        provider = LoopbackOpenAi.start();
        client = OpenAiClient.builder("sk-canary").baseUrl(provider.baseUrl()).build();
    }

    @AfterEach
    void stop() {
        client.close();
        provider.close();
        site.close();
    }

    @Test
    void form_isFilledInAndSent_withPicturesInTheOutcome() throws Exception {
        script(
                LoopbackComputer.asks("c1", "[{\"type\":\"screenshot\"}]"),
                LoopbackComputer.asks("c2", FILL_IN),
                LoopbackComputer.asks("c3", SEND),
                LoopbackReply.text("{\"summary\":\"sent\",\"screenshots\":[]}"));

        RunResult<Filled> result = run(fill(ApprovalRule.allowing(Risk.SUBMITS_FORM), Tier.MINI));

        assertThat(site.posted())
                .containsExactly("name=Ada+Lovelace&street=12+St+James%E2%80%99s+Square&word=&gift=yes");
        Filled filled = result.requireComplete();
        assertThat(filled.summary()).isEqualTo("sent");
        assertThat(filled.screenshots()).hasSize(2);
        byte[] before = Files.readAllBytes(Path.of(filled.screenshots().getFirst()));
        byte[] after = Files.readAllBytes(Path.of(filled.screenshots().getLast()));
        assertThat(before).isNotEqualTo(after);
    }

    @Test
    void form_thatMayNotBeSent_isNot_andTheModelIsTold() throws Exception {
        script(
                LoopbackComputer.asks("c1", FILL_IN),
                LoopbackComputer.asks("c2", SEND),
                LoopbackReply.text("{\"summary\":\"not sent\",\"screenshots\":[]}"));

        RunResult<Filled> result = run(fill(ApprovalRule.allowing(), Tier.MINI));

        assertThat(result.requireComplete().summary()).isEqualTo("not sent");
        assertThat(site.posted()).isEmpty();
        assertThat(provider.requests().getLast().body()).contains("not approved: Click[at=200,316", "[SUBMITS_FORM]");
    }

    @Test
    void password_isNotTyped_unlessTheRuleAllowsIt() throws Exception {
        String secret =
                "[{\"type\":\"click\",\"x\":200,\"y\":216,\"button\":\"left\"},{\"type\":\"type\",\"text\":\"xyzzy\"}]";
        script(
                LoopbackComputer.asks("c1", secret),
                LoopbackComputer.asks("c2", SEND),
                LoopbackReply.text("{\"summary\":\"sent\",\"screenshots\":[]}"));

        run(fill(ApprovalRule.allowing(Risk.SUBMITS_FORM), Tier.MINI)).requireComplete();

        assertThat(site.posted()).containsExactly("name=&street=&word=");
    }

    @Test
    void nano_isRefused_beforeAnythingIsAsked() {
        assertThatIllegalStateException()
                .isThrownBy(() -> run(fill(ApprovalRule.allowing(), Tier.NANO)))
                .withMessageContaining("tier NANO, whose model gpt-5.4-nano lacks it");

        assertThat(provider.requests()).isEmpty();
        assertThat(site.asked()).isEmpty();
    }

    private void script(LoopbackReply first, LoopbackReply... next) {
        provider.onAny().replies(first, next);
    }

    private SubtaskType<Order, Filled> fill(ApprovalRule rule, Tier tier) {
        Tool computer = ComputerUse.of(Chromium.startingAt(site.address()), rule, folder, Filled.class, Filled::shown);
        return SubtaskType.model("fill", Order.class, Filled.class, "Fill in the form and send it.")
                .startingAt(tier)
                .tools(computer);
    }

    private RunResult<Filled> run(SubtaskType<Order, Filled> fill) throws InterruptedException {
        var graph = TaskGraph.builder();
        var filled = graph.add("fill", fill, new Order("Ada Lovelace", "12 St James’s Square"));
        return coordinator().run(graph.answering(filled), Budget.usd("1.00"));
    }

    private Coordinator coordinator() {
        var pools = ModelPools.builder();
        for (Tier tier : Tier.values()) {
            pools.bind(
                    tier,
                    ModelPool.of(
                            client,
                            tier == Tier.FLAGSHIP
                                    ? "gpt-5.4"
                                    : "gpt-5.4-" + tier.name().toLowerCase(Locale.ROOT)));
        }
        return Coordinator.builder(pools.build())
                .limits(Limits.DEFAULT.withTools(new Limits.ToolLimits(20, 50, 64 * 1024, Duration.ofMinutes(2))))
                .build();
    }
}
