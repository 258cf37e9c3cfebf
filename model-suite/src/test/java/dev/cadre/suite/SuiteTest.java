// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.CallPurpose.Kind;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteTest {
    private static final String PLAN = Told.json("{'subtasks':[{'type':'forecast','id':'f','input':{'city':'Rome'}}]}");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private List<TrialResult> run(ModelClient model, int repetitions, String... only) throws Exception {
        var settings = new Settings(
                "http://unused", "m", Settings.ServerApi.ANY, "none", repetitions, List.of(only), 2, folder);
        return new Suite(model, settings, new PrintStream(printed, true, StandardCharsets.UTF_8)).run(Sections.all());
    }

    private static ModelReply reply(String text) {
        return ModelReply.of("m", text, TokenUsage.of(100, 20));
    }

    /** Knows one plan, and the temperature at every second merge. */
    private static ModelClient forgetful() {
        var merges = new AtomicInteger();
        return (request, context) -> context.purpose().kind() == Kind.PLAN
                ? reply(PLAN)
                : reply("{\"answer\":{\"answer\":\"%s\"},\"citations\":[]}"
                        .formatted(merges.getAndIncrement() % 2 == 0 ? "18 degrees" : "warm"));
    }

    @Test
    void trials_areJudgedCountedAndRecorded() throws Exception {
        List<TrialResult> results = run(forgetful(), 4, "plans.weather/rome");

        assertThat(results).hasSize(4).filteredOn(TrialResult::passed).hasSize(2);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .containsPattern("plans.weather +4  2 of 4, 50 % \\(15 % to 85 %\\) +0 of 1 +200 +40 ")
                .contains("ANSWER_WRONG (a wrong answer): 2");
        assertThat(new Recordings(folder).all())
                .extracting(Conversation::trial)
                .containsExactly(
                        new Trial("plans.weather", "rome", 1),
                        new Trial("plans.weather", "rome", 2),
                        new Trial("plans.weather", "rome", 3),
                        new Trial("plans.weather", "rome", 4));
    }

    @Test
    void recordedRun_isReplayedWithTheSameVerdicts() throws Exception {
        run(forgetful(), 2, "plans.weather");

        assertThat(new Recordings(folder).all()).hasSize(12);
        assertThat(new Replay(new Recordings(folder), Sections.all()).differences())
                .isEmpty();
    }

    @Test
    void failureOfTheServer_isNoFailureOfTheModel_andIsNotRecorded() throws Exception {
        List<TrialResult> results = run(
                (request, context) -> {
                    throw new ModelException.InvalidRequest("no such model", 404);
                },
                1,
                "plans.weather/rome");

        assertThat(results)
                .extracting(TrialResult::verdict)
                .containsExactly(new Verdict(Cause.SERVER_FAILED, "plan: InvalidRequest: no such model"));
        assertThat(new Recordings(folder).all()).isEmpty();
    }

    @Test
    void failureThatARetryMended_isNotHeldAgainstTheServer() throws Exception {
        var calls = new AtomicInteger();
        ModelClient shaky = (request, context) -> {
            if (calls.getAndIncrement() == 0) {
                throw new ModelException.ServerFailed("again", 503, ModelException.Charge.FREE, Duration.ZERO);
            }
            return reply("no plan");
        };

        assertThat(run(shaky, 1, "plans.weather/rome"))
                .extracting(result -> result.verdict().cause())
                .containsExactly(Cause.NO_PLAN);
    }

    @Test
    void exerciseThatThrows_endsNothingElse() throws Exception {
        List<TrialResult> results = run(
                (request, context) -> {
                    throw new IllegalStateException("broken client");
                },
                1,
                "tools.travel");

        assertThat(results).hasSize(4).noneMatch(TrialResult::passed);
    }
}
