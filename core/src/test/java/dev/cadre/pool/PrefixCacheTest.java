// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallOptions;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ProviderTool;
import dev.cadre.model.ToolSpec;
import dev.cadre.pool.FakeModel.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final Duration PATIENT = Duration.ofMinutes(5);
    private static final String LONG = "Read this with care. ".repeat(200);
    private static final ModelRequest REQUEST = ModelRequest.of("small", LONG, "user", 100);

    private final PrefixCache cache = new PrefixCache(PATIENT);

    @Test
    void shortPrefix_hasNoKeyAndNeverWaits() throws InterruptedException {
        ModelRequest brief = ModelRequest.of("small", "Be brief.", "user", 100);
        try (var first = cache.enter(brief, deadline());
                var second = cache.enter(brief, deadline())) {
            assertThat(first.request()).isSameAs(brief);
            assertThat(second.leads()).isFalse();
        }
    }

    @Test
    void calls_ofOnePrefix_shareAKeyThatOthersDoNot() throws InterruptedException {
        String one = key(REQUEST);

        assertThat(key(REQUEST.withTurns(List.of(new dev.cadre.model.Turn.User("other")))))
                .isEqualTo(one);
        assertThat(key(REQUEST.withModel("large"))).isNotEqualTo(one);
        assertThat(key(ModelRequest.of("small", LONG + "!", "user", 100))).isNotEqualTo(one);
        assertThat(one).matches("cadre-[0-9a-f]{20}-0");
        assertThat(key(REQUEST.withOptions(REQUEST.options().withCacheKey("mine"))))
                .isEqualTo("mine");
    }

    @Test
    void calls_beyondWhatASlotTakes_goToTheNextOne() throws InterruptedException {
        var keys = new ArrayList<String>();
        for (int i = 0; i < 31; i++) {
            keys.add(key(REQUEST));
        }

        assertThat(keys.stream().map(key -> key.charAt(key.length() - 1)).distinct())
                .containsExactly('0', '1', '2');
        assertThat(keys.subList(0, 15)).containsOnly(keys.getFirst());
        assertThat(keys.subList(15, 30)).containsOnly(keys.get(15));
    }

    @Test
    void siblings_waitUntilTheFirstReplyBegins() throws Exception {
        PrefixCache.SlotCall first = cache.enter(REQUEST, deadline());
        var second = new Running<>(() -> cache.enter(REQUEST, deadline()));
        awaitParked(second);

        first.markStarted();

        assertThat(first.leads()).isFalse();
        assertThat(second.result().leads()).isFalse();
    }

    @Test
    void failedFirst_isFollowedByOneOther() throws Exception {
        PrefixCache.SlotCall first = cache.enter(REQUEST, deadline());
        var second = new Running<>(() -> cache.enter(REQUEST, deadline()));
        awaitParked(second);

        first.close();

        PrefixCache.SlotCall next = second.result();
        assertThat(next.leads()).isTrue();
        var third = new Running<>(() -> cache.enter(REQUEST, deadline()));
        awaitParked(third);
        next.close();
        assertThat(third.result().leads()).isTrue();
    }

    @Test
    void patience_runsOut() throws InterruptedException {
        var hasty = new PrefixCache(Duration.ofMillis(1));
        try (var first = hasty.enter(REQUEST, deadline());
                var second = hasty.enter(REQUEST, deadline())) {
            assertThat(first.leads()).isTrue();
            assertThat(second.leads()).isFalse();
        }
    }

    @Test
    void deadline_endsTheWaitBeforePatience() throws InterruptedException {
        try (var first = cache.enter(REQUEST, deadline());
                var second = cache.enter(REQUEST, System.nanoTime() + 1_000_000)) {
            assertThat(first.leads()).isTrue();
            assertThat(second.leads()).isFalse();
        }
    }

    @Test
    void interrupt_endsTheWait_andLeavesTheOthersAlone() throws Exception {
        PrefixCache.SlotCall first = cache.enter(REQUEST, deadline());
        var second = new Running<>(() -> cache.enter(REQUEST, deadline()));
        var third = new Running<>(() -> cache.enter(REQUEST, deadline()));
        awaitParked(second);
        awaitParked(third);

        second.interrupt();

        assertThat(second.failure()).isInstanceOf(InterruptedException.class);
        assertThat(third.isDone()).isFalse();
        first.markStarted();
        assertThat(third.result().leads()).isFalse();
    }

    @Test
    void prefix_isAsLongAsInstructionsToolsAndSchemaTogether() throws InterruptedException {
        ModelRequest base = ModelRequest.of("small", "i".repeat(1_000), "user", 100);
        ToolSpec tool = new ToolSpec("find", "d".repeat(1_000), "s".repeat(1_000));

        assertThat(key(base.withTools(List.of(tool)).withOutput(schema(1_095)))).isEmpty();
        assertThat(key(base.withTools(List.of(tool)).withOutput(schema(1_096)))).isNotEmpty();
        assertThat(key(base.withTools(List.of(tool, tool)))).isNotEmpty();
    }

    private static OutputFormat schema(int length) {
        return new OutputFormat.JsonSchema("answer", "x".repeat(length));
    }

    @Test
    void calls_thatDifferInAnyPartOfThePrefix_shareNoKey() throws InterruptedException {
        var tool = new ToolSpec("find", "", "{}");
        var search = CallOptions.NONE.withProviderTools(List.of(new ProviderTool.WebSearch()), 1);

        assertThat(List.of(
                        key(REQUEST),
                        key(REQUEST.withTools(List.of(tool))),
                        key(REQUEST.withOptions(search)),
                        key(REQUEST.withOutput(schema(3))),
                        key(ModelRequest.of("sma", "ll" + LONG, "user", 100))))
                .doesNotHaveDuplicates();
    }

    private String key(ModelRequest request) throws InterruptedException {
        try (var call = cache.enter(request, deadline())) {
            return call.request().options().cacheKey();
        }
    }

    private static long deadline() {
        return System.nanoTime() + PATIENT.toNanos();
    }

    private static void awaitParked(Running<?> running) {
        while (!running.isParked()) {
            Thread.onSpinWait();
        }
    }
}
