// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecorderTest {
    private static final Trial TRIAL = new Trial("section", "exercise", 1);
    private static final Verdict WRONG = new Verdict(Cause.ANSWER_WRONG, "lacks '4'");

    private static void call(Recorder recorder) throws InterruptedException {
        recorder.call(
                ModelRequest.of("m", "", "p", 10),
                CallContext.of(
                        new CallPurpose(Kind.WORK, "run", "read#1", "read", "", Tier.NANO), Duration.ofMinutes(1)));
    }

    private static Verdict verdict(Recorder recorder, Verdict judged) {
        return recorder.conversation(TRIAL, "m", judged).verdict();
    }

    @Test
    void reply_isKeptAtItsPlace_withItsTokens() throws Exception {
        var recorder = new Recorder((request, context) -> ModelReply.of("m", "a text", TokenUsage.of(30, 7)));

        call(recorder);
        call(recorder);

        Conversation conversation = recorder.conversation(TRIAL, "m", WRONG);
        assertThat(conversation.replies()).containsOnlyKeys("work read#1");
        assertThat(conversation.replies().get("work read#1")).hasSize(2);
        assertThat(conversation.inputTokens()).isEqualTo(60);
        assertThat(conversation.outputTokens()).isEqualTo(14);
        assertThat(conversation.verdict()).isEqualTo(WRONG);
    }

    @Test
    void callThatWasCut_isNoFailureOfTheModel() {
        ModelClient slow = (request, context) -> {
            throw new InterruptedException("the time is over");
        };
        var recorder = new Recorder(slow);

        assertThatThrownBy(() -> call(recorder)).isInstanceOf(InterruptedException.class);

        assertThat(verdict(recorder, WRONG)).isEqualTo(new Verdict(Cause.OUT_OF_TIME, "lacks '4'"));
        assertThat(verdict(recorder, Verdict.PASSED)).isEqualTo(Verdict.PASSED);
    }

    @Test
    void callThatFailedForGood_isTheServersFailure() {
        var recorder = new Recorder((request, context) -> {
            throw new ModelException.UnknownModel("no model 'm'");
        });

        assertThatThrownBy(() -> call(recorder)).isInstanceOf(ModelException.UnknownModel.class);

        assertThat(verdict(recorder, WRONG))
                .isEqualTo(new Verdict(Cause.SERVER_FAILED, "work read#1: UnknownModel: no model 'm'"));
    }
}
