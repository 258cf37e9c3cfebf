// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunEvent;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.task.Input;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Who goes without when the money of a run, or of the tenant around it, is short. */
class ShortMoneyTest {
    /** The worst case of one note is a little above its real cost of $0.00252; this pays for two, not for three. */
    private static final String TWO_NOTES_USD = "0.0055";

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());

    ShortMoneyTest() {
        model.on(NOTE).costing(100, 2_000).replies(new Note("as long as it may be"));
    }

    @Test
    void optionalSubtask_addedFirst_goesFirstAllTheSame() throws Exception {
        var graph = TaskGraph.builder();
        var extra = graph.add("extra", NOTE, new Topic("extra"));
        graph.optional(extra);
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var dogs = graph.add("dogs", NOTE, new Topic("dogs"));

        RunResult<Note> result = coordinator.run(graph.answering(dogs), Budget.usd(TWO_NOTES_USD));

        assertThat(result.outcome(cats).isSucceeded()).isTrue();
        assertThat(result.outcome(dogs).isSucceeded()).isTrue();
        assertThat(result).outcome(extra).isSkippedBecause(Skip.Kind.BUDGET).leftNothingBehind();
    }

    @Test
    void optionalSubtask_tenantIsShorterThanTheRun_goesFirst() throws Exception {
        var tenant = Budget.usd(TWO_NOTES_USD).open();
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var dogs = graph.add("dogs", NOTE, Input.from(cats, note -> new Topic("dogs")));
        var extra = graph.add("extra", NOTE, new Topic("extra"));
        graph.optional(extra);

        RunResult<Note> result =
                coordinator.run(graph.answering(dogs), Budget.usd("1").under(tenant));

        assertThat(result.requireComplete()).isEqualTo(new Note("as long as it may be"));
        assertThat(result).outcome(extra).isSkippedBecause(Skip.Kind.BUDGET).leftNothingBehind();
    }

    @Test
    void optionalSubtask_floorOfARequiredOneHasNoModel_runs() throws Exception {
        var mini = NOTE.startingAt(Tier.MINI);
        var withoutNano = ModelPools.builder()
                .flagship(ModelPool.of(model, "gpt-5.4"))
                .mini(ModelPool.of(model, "gpt-5.4-mini"))
                .build();
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", mini, new Topic("cats"));
        var dogs = graph.add("dogs", mini.notBelow(Tier.NANO), Input.from(cats, note -> new Topic("dogs")));
        var extra = graph.add("extra", mini, new Topic("extra"));
        graph.optional(extra);

        RunResult<Note> result = Coordinator.of(withoutNano).run(graph.answering(dogs), Budget.usd("100"));

        assertThat(result.outcome(extra).isSucceeded()).isTrue();
        assertThat(result.outcome(dogs).isSucceeded()).isTrue();
    }

    @Test
    void escalation_tierAboveHasNoModel_goesToTheNextThatHasOne() throws Exception {
        SubtaskType<Topic, Note> strict = NOTE.upTo(Tier.FLAGSHIP)
                .accept("it is from the flagship", (topic, note) -> note.text().equals("good"));
        model.on(strict).onlyOn(Tier.FLAGSHIP).replies(new Note("good"));
        var withoutMini = ModelPools.builder()
                .flagship(ModelPool.of(model, "gpt-5.4"))
                .nano(ModelPool.of(model, "gpt-5.4-nano"))
                .build();
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", strict, new Topic("cats"));

        RunResult<Note> result = Coordinator.of(withoutMini).run(graph.answering(cats), Budget.usd("1"));

        assertThat(result.requireComplete()).isEqualTo(new Note("good"));
    }

    @Test
    void oneLargeInput_runsOnACheaperTier_andLowersItForNobodyElse() throws Exception {
        var events = new ArrayList<RunEvent>();
        var flexible = NOTE.startingAt(Tier.MINI).notBelow(Tier.NANO);
        var firm = NOTE.startingAt(Tier.MINI);
        var graph = TaskGraph.builder();
        var large = graph.add("large", flexible, new Topic("x".repeat(200_000)));
        var small = graph.add("small", firm, Input.from(large, note -> new Topic("small")));

        RunResult<Note> result = Coordinator.builder(model.pools())
                .listener(events::add)
                .build()
                .run(graph.answering(small), Budget.usd("0.10"));

        assertThat(result.outcome(large).isSucceeded()).isTrue();
        assertThat(result.outcome(small).isSucceeded()).isTrue();
        assertThat(model.calls()).extracting(call -> call.purpose().tier()).containsExactly(Tier.NANO, Tier.MINI);
        assertThat(events).noneMatch(RunEvent.CeilingLowered.class::isInstance);
    }
}
