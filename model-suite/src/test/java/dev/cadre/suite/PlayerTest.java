// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PlayerTest {
    private static final Conversation RECORDED = Told.nothing()
            .at("plan", "a plan")
            .at("plan", "its repair")
            .work("read#1", "a text")
            .at("merge", "an answer")
            .conversation();

    private final Player player = new Player(RECORDED);

    private static CallPurpose purpose(Kind kind, String subtask, String type) {
        return new CallPurpose(kind, "run", subtask, type, "", Tier.NANO);
    }

    private String ask(Kind kind, String subtask, String type, String prompt) {
        return player.call(
                        ModelRequest.of("any", "whatever " + prompt, prompt, 10),
                        CallContext.of(purpose(kind, subtask, type), Duration.ofMinutes(1)))
                .text();
    }

    @Test
    void replies_areFoundByPlaceAndOrdinal_whateverThePromptSays() {
        assertThat(ask(Kind.MERGE, "", "merger", "p")).isEqualTo("an answer");
        assertThat(ask(Kind.PLAN, "", "planner", "q")).isEqualTo("a plan");
        assertThat(ask(Kind.PLAN, "", "planner", "q")).isEqualTo("its repair");
        assertThat(ask(Kind.REPAIR, "read#1", "read", "r")).isEqualTo("a text");
        assertThat(player.unplayed()).isEmpty();
        assertThat(player.verdict(Verdict.PASSED)).isEqualTo(Verdict.PASSED);
    }

    @Test
    void text_isHandedOverWhileItIsWritten() {
        var heard = new StringBuilder();

        ModelReply reply = player.call(
                ModelRequest.of("any", "", "p", 10),
                new CallContext(purpose(Kind.PLAN, "", "planner"), Duration.ofMinutes(1), heard::append));

        assertThat(heard).hasToString(reply.text());
    }

    @Test
    void call_beyondTheRecording_failsAndIsNamed() {
        ask(Kind.MERGE, "", "merger", "p");

        assertThatThrownBy(() -> ask(Kind.MERGE, "", "merger", "p"))
                .isInstanceOf(NotRecordedException.class)
                .hasMessage("told/told #1 has no recording of call 2 of 'merge'");
        assertThat(player.verdict(new Verdict(Cause.MERGE_FAILED, "no answer")))
                .isEqualTo(new Verdict(
                        Cause.NOT_RECORDED, "asks for call 2 of 'merge'; without: MERGE_FAILED: no answer"));
        assertThat(player.unplayed()).containsExactly("2 of 2 of 'plan'", "1 of 1 of 'work read#1'");
    }
}
