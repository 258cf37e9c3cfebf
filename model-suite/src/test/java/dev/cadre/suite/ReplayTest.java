// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.Told.subtask;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real models said is read as it was when it was recorded. */
class ReplayTest {
    private static final Path RECORDED = Path.of("src/test/recordings");
    private static final Trial ROME = new Trial("plans.weather", "rome", 1);
    private static final String EMPTY = "{\"subtasks\":[]}";
    private static final Told TOLD =
            Told.plan(subtask("forecast", "{'city':'Rome'}")).answer("It will have 18 degrees.");

    @TempDir
    private Path folder;

    /**
     * A difference shows what a change of a reader does to real replies. If it is meant: {@code -Dcadre.write=true} writes
     * the new verdicts; a trial that is NOT_RECORDED needs the model, see docs/model-suite.md.
     */
    @Test
    void recordedTrials_endAsTheyDid() throws Exception {
        var replay = new Replay(new Recordings(RECORDED), Sections.all());
        assertThat(replay.recordings().all()).as("recordings in %s", RECORDED).isNotEmpty();

        List<Replay.Difference> differences = replay.differences();

        if (Boolean.getBoolean("cadre.write")) {
            replay.renewVerdicts(differences);
            differences = replay.differences();
        }
        assertThat(differences)
                .as(
                        "if these are meant, write the verdicts with -Dcadre.write=true, and record what is NOT_RECORDED with"
                                + " ./mvnw -Plocal-model -pl model-suite -am verify -Dcadre.local=URL"
                                + " -Dcadre.local.record=src/test/recordings -Dcadre.local.only=%s",
                        differences.stream()
                                .map(each -> each.recorded().trial())
                                .map(trial -> trial.section() + "/" + trial.exercise())
                                .distinct()
                                .collect(Collectors.joining(",")))
                .isEmpty();
    }

    private List<Replay.Difference> differences(Told told, Verdict verdict) throws Exception {
        record(told, verdict);
        return replay().differences();
    }

    private Replay replay() {
        return new Replay(new Recordings(folder), Sections.all());
    }

    private void record(Told told, Verdict verdict) {
        var conversation =
                new Conversation(ROME, "m", verdict, told.conversation().replies());
        new Recordings(folder).put(ROME.section(), List.of(conversation));
    }

    @Test
    void sameVerdict_isNoDifference() throws Exception {
        assertThat(differences(TOLD, Verdict.PASSED)).isEmpty();
    }

    @Test
    void planThatIsNotReadAnyMore_isADifference() throws Exception {
        var told = Told.nothing().at("plan", EMPTY).at("plan", EMPTY).answer("18");

        assertThat(differences(told, Verdict.PASSED)).singleElement().satisfies(difference -> {
            assertThat(difference.now().cause()).isEqualTo(Cause.NO_PLAN);
            assertThat(difference.toString())
                    .startsWith("plans.weather/rome #1 was PASSED and is NO_PLAN: ")
                    .endsWith("; not asked for: 1 of 1 of 'merge'");
        });
    }

    /** That it failed then and fails now is not the same if the reason is another one. */
    @Test
    void otherCause_isADifference() throws Exception {
        var wrong = new Verdict(Cause.ANSWER_WRONG, "lacks '18'");

        assertThat(differences(Told.nothing().at("plan", EMPTY).at("plan", EMPTY), wrong))
                .extracting(difference -> difference.now().cause())
                .containsExactly(Cause.NO_PLAN);
    }

    @Test
    void planThatIsReadNow_asksForACallWithoutARecording() throws Exception {
        var told = Told.plan(subtask("forecast", "{'city':'Rome'}"));

        assertThat(differences(told, new Verdict(Cause.NO_PLAN, "rejected")))
                .singleElement()
                .satisfies(difference -> {
                    assertThat(difference.now().cause()).isEqualTo(Cause.NOT_RECORDED);
                    assertThat(difference.now().detail())
                            .startsWith("asks for call 1 of 'merge'; without: MERGE_FAILED");
                });
    }

    @Test
    void renewedVerdict_isNoDifferenceAnyMore() throws Exception {
        var replay = replay();
        record(TOLD, new Verdict(Cause.NO_PLAN, "rejected"));

        replay.renewVerdicts(replay.differences());

        assertThat(replay.differences()).isEmpty();
        assertThat(replay.recordings().all()).extracting(Conversation::verdict).containsExactly(Verdict.PASSED);
    }

    @Test
    void renewing_leavesWhatNeedsARecording() throws Exception {
        var replay = replay();
        var before = new Verdict(Cause.NO_PLAN, "rejected");
        record(Told.plan(subtask("forecast", "{'city':'Rome'}")), before);

        replay.renewVerdicts(replay.differences());

        assertThat(replay.recordings().all()).extracting(Conversation::verdict).containsExactly(before);
    }
}
