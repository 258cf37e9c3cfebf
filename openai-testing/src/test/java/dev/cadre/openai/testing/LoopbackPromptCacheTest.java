// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopbackPromptCacheTest {
    /** 1,030 tokens of four bytes. */
    private static final String PREFIX = "abcd".repeat(1_030);

    private final LoopbackOpenAi server = LoopbackOpenAi.start().cachingPrompts();
    private final LoopbackCaller caller = new LoopbackCaller(server);

    @BeforeEach
    void script() {
        server.onAny().replies(LoopbackReply.text("ok"));
    }

    @AfterEach
    void stop() {
        caller.close();
        server.close();
    }

    private static Json.Obj asking(String instructions, String key) {
        return Json.obj()
                .with("model", "gpt-5.4-nano")
                .with("instructions", instructions)
                .with("input", "x")
                .with("max_output_tokens", 64)
                .with("store", false)
                .with("reasoning", Json.obj().with("effort", "none"))
                .with("service_tier", "default")
                .with("prompt_cache_key", key);
    }

    private long cached(Json.Obj request) throws Exception {
        return LoopbackCaller.json(caller.post("/responses", request))
                .longValue("usage", "input_tokens_details", "cached_tokens");
    }

    @Test
    void prefix_seenBefore_isCachedInStepsOf128() throws Exception {
        assertThat(cached(asking(PREFIX, "k"))).isZero();
        assertThat(cached(asking(PREFIX, "k"))).isEqualTo(1_024);
        assertThat(cached(asking(PREFIX + "abcd".repeat(1_000), "k"))).isEqualTo(1_024);
        assertThat(cached(asking(PREFIX + "abcd".repeat(1_000), "k"))).isEqualTo(1_920);
        assertThat(server.charges().getLast().usage()).isEqualTo(new TokenUsage(2_031, 1_920, 0, 1, 0));
    }

    @Test
    void prefix_shorterThan1024TokensOrOtherwiseUnlike_isNotCached() throws Exception {
        String tooShort = PREFIX.substring(0, 4 * 1_022);
        assertThat(cached(asking(tooShort, "k"))).isZero();
        assertThat(cached(asking(tooShort, "k"))).isZero();

        assertThat(cached(asking(PREFIX, "k"))).isZero();
        assertThat(cached(asking(PREFIX, "another"))).isZero();
        assertThat(cached(asking(PREFIX, "k").with("model", "gpt-5.4-mini"))).isZero();
        assertThat(cached(asking("!" + PREFIX, "k"))).isZero();
        assertThat(cached(asking(PREFIX, "k"))).isEqualTo(1_024);
    }

    @Test
    void prefix_ofRequestsThatArriveTogether_isFoundOnlyOnceAReplyHasBegun() throws Exception {
        var gate = new LoopbackGate();
        server.reset();
        server.onAny().replies(LoopbackReply.text("ok").heldBy(gate));
        FutureTask<Long> first = start(() -> cached(asking(PREFIX, "k")));
        FutureTask<Long> second = start(() -> cached(asking(PREFIX, "k")));
        assertThat(server.awaitInFlight(2)).isTrue();

        gate.open();

        assertThat(first.get()).isZero();
        assertThat(second.get()).isZero();
        assertThat(cached(asking(PREFIX, "k"))).isEqualTo(1_024);
    }

    @Test
    void modelThatChargesForWrites_findsOnlyWhatWasMarked() throws Exception {
        Json.Obj unmarked = asking(PREFIX, "k").with("model", "gpt-6-luna");
        assertThat(cached(unmarked)).isZero();
        assertThat(server.charges().getLast().usage()).isEqualTo(new TokenUsage(1_031, 0, 1_030, 1, 0));
        assertThat(cached(unmarked)).isEqualTo(1_030);
        assertThat(cached(unmarked.with("input", "another"))).isZero();

        assertThat(cached(marked("x"))).isZero();
        assertThat(cached(marked("another"))).isEqualTo(1_030);
        assertThat(server.charges().getLast().usage()).isEqualTo(new TokenUsage(1_032, 1_030, 0, 1, 0));
    }

    @Test
    void mark_onAModelThatNeedsNone_isRefused() throws Exception {
        assertThat(caller.post("/responses", marked("x").with("model", "gpt-5.4-nano"))
                        .statusCode())
                .isEqualTo(400);
    }

    private static Json.Obj marked(String input) {
        var block = Json.obj()
                .with("type", "input_text")
                .with("text", PREFIX)
                .with("prompt_cache_breakpoint", Json.obj().with("mode", "explicit"));
        return asking("", "k")
                .with("model", "gpt-6-luna")
                .with("prompt_cache_options", Json.obj().with("mode", "explicit"))
                .with(
                        "input",
                        Json.arr(
                                Json.obj().with("role", "developer").with("content", Json.arr(block)),
                                Json.obj().with("role", "user").with("content", input)));
    }

    private static FutureTask<Long> start(Callable<Long> work) {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().start(task);
        return task;
    }
}
