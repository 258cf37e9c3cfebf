// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;
import static dev.cadre.testing.Crew.plannedNote;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.model.Attachment;
import dev.cadre.model.CallPurpose;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.Money;
import dev.cadre.task.RunFailure;
import dev.cadre.testing.Crew.Answer;
import dev.cadre.testing.Crew.Note;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and files that the planner of a goal is shown. */
@Timeout(60)
class GoalAttachmentsTest {
    private static final Goal<Answer> PLAIN = Goal.of("What is in the picture?", Answer.class);
    private static final Attachment CAT = Attachment.Image.of("image/png", new byte[] {1});
    private static final Attachment DOG = Attachment.Image.of("image/png", new byte[] {2});
    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();
    final Coordinator coordinator =
            Coordinator.builder(model.pools()).plansWith(NOTE).build();

    @BeforeEach
    void script() {
        model.onPlan()
                .repliesText(plan(plannedNote("a"), plannedNote("a b!", "none")))
                .repliesText(plan());
        model.on(NOTE).replies(new Note("A cat."));
        model.onMerge().repliesText(merged("a cat"));
    }

    @Test
    void attachment_isSentWithEveryCallOfThePlanner_andToNobodyElse() throws Exception {
        var result = coordinator.run(PLAIN.attaching(CAT), BUDGET);

        assertThat(result).leftNothingBehind();
        assertThat(model.calls())
                .extracting(call -> call.purpose().kind())
                .contains(CallPurpose.Kind.PLAN, CallPurpose.Kind.WORK, CallPurpose.Kind.MERGE);
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() == CallPurpose.Kind.PLAN)
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.request().attachments()).containsExactly(CAT))
                .allSatisfy(call -> assertThat(call.request().instructions()).contains("What is attached belongs to"));
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().kind() != CallPurpose.Kind.PLAN)
                .allSatisfy(call -> assertThat(call.request().attachments()).isEmpty());
    }

    @Test
    void floor_holdsThePicturesOfThePlannersCall() throws Exception {
        Money picture = floor(PLAIN.attaching(CAT)).minus(floor(PLAIN));
        Money second = floor(PLAIN.attaching(CAT).attaching(DOG)).minus(floor(PLAIN.attaching(CAT)));

        assertThat(second).isGreaterThan(Money.ZERO);
        assertThat(picture).as("the first comes with a sentence").isGreaterThan(second);
        assertThat(model.calls()).isEmpty();
    }

    private Money floor(Goal<Answer> goal) throws InterruptedException {
        var failed = Crew.failed(coordinator.run(goal, Budget.usd("0.001")));
        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.BUDGET_TOO_SMALL);
        String message = failed.cause().message();
        return Money.usd(message.substring(message.lastIndexOf('$') + 1));
    }

    @Test
    void plannerThatSeesNoPictures_failsTheRunBeforeAnythingIsSpent() throws Exception {
        var spec =
                ModelCatalog.standard().find("gpt-5.4").orElseThrow().withCapabilities(Set.of(Capability.JSON_SCHEMA));
        ModelPools blind =
                model.pools(pool -> pool.catalog(ModelCatalog.standard().with(spec)));

        var failed =
                Crew.failed(Coordinator.builder(blind).plansWith(NOTE).build().run(PLAIN.attaching(CAT), BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertThat(failed.cause().message())
                .startsWith("the goal attaches a picture, and the model 'gpt-5.4' of the planner lacks VISION");
        assertThat(failed).spent("0");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void fileWithoutABound_failsTheRunBeforeAnythingIsSpent() throws Exception {
        var file = Attachment.File.of("lease.pdf", "application/pdf", new byte[] {1});

        var failed = Crew.failed(coordinator.run(PLAIN.attaching(file), BUDGET));

        assertThat(failed.cause().kind()).isEqualTo(RunFailure.Kind.PLANNER_FAILED);
        assertThat(failed.cause().message()).startsWith("the number of tokens of the file 'lease.pdf' is unknown");
        assertThat(model.calls()).isEmpty();
    }

    @Test
    void anotherPicture_isAnotherRun() throws Exception {
        try (var journal = FileJournal.open(folder.resolve("pictures.journal"))) {
            var recorded = coordinator.journal(journal);
            for (Goal<Answer> goal : List.of(PLAIN, PLAIN.attaching(CAT), PLAIN.attaching(DOG), PLAIN.attaching(CAT))) {
                var unused = recorded.run(goal, BUDGET);
            }
            assertThat(journal.runs().stream().map(run -> run.run()).distinct()).hasSize(3);
        }
    }
}
