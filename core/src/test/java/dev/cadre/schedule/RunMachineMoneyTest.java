// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static dev.cadre.schedule.RunRig.BEST;
import static dev.cadre.schedule.RunRig.CODE;
import static dev.cadre.schedule.RunRig.FALLING;
import static dev.cadre.schedule.RunRig.RISING;
import static dev.cadre.schedule.RunRig.answeredBy;
import static dev.cadre.schedule.RunRig.fanOut;
import static dev.cadre.schedule.RunRig.merged;
import static dev.cadre.schedule.RunRig.money;
import static dev.cadre.schedule.RunRig.node;
import static dev.cadre.schedule.RunRig.optional;
import static dev.cadre.schedule.RunRig.softly;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.budget.LedgerState;
import dev.cadre.event.RunEvent;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Binding;
import dev.cadre.task.Failure;
import dev.cadre.task.GraphNode;
import dev.cadre.task.Items;
import dev.cadre.task.Outcome;
import dev.cadre.task.RunFailure;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungEnd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which tier a rung starts on, and what becomes of it when the money is short. */
class RunMachineMoneyTest {
    private static Outcome<Object> poor(String label) {
        return Outcome.failed(Failure.Kind.NOT_ACCEPTED, label + " is poor");
    }

    private static Outcome<Object> tooDear(String message) {
        return Outcome.skipped(Skip.Kind.BUDGET, message);
    }

    // --- who is first

    @Test
    void requiredSubtask_addedLater_startsBeforeAnOptionalOne() {
        var rig = answeredBy("b").on(new RunInput.Admitted(List.of(optional(node("a")), node("b"))));

        assertThat(rig.started()).containsExactly("b@NANO", "a@NANO");
    }

    // --- who is recalled

    /** A rig whose best types are recalled on threads of their own, with money for one call of them. */
    private static RunRig recallingBest() {
        return recallingBest(100).plan(node("a", BEST), optional(node("o")));
    }

    private static RunRig recallingBest(long free) {
        var recall = new EarlierOutcomes() {
            @Override
            public Optional<EarlierOutcome> outcome(String subtaskId, int item, SubtaskType<?, ?> type, Object input) {
                return Optional.empty();
            }

            @Override
            public boolean callsUserCode(SubtaskType<?, ?> type) {
                return type == BEST;
            }
        };
        var rig = answeredBy("a").recalling(recall);
        rig.money = money(free, 0, 0);
        return rig;
    }

    @Test
    void subtaskOnRecord_isNotPerformedAgain() {
        var onRecord = new Outcome.Succeeded<Object>(new RunRig.Out("on record"));
        var rig = merged().recalling((subtaskId, item, type, input) ->
                subtaskId.equals("a") ? Optional.of(EarlierOutcome.recorded(onRecord)) : Optional.empty());

        rig.plan(node("a"), node("b", "a"));

        assertThat(rig.ended("a")).isEqualTo(onRecord);
        assertThat(rig.started()).containsExactly("b@NANO");
    }

    @Test
    void recalledSubtask_keepsItsMoneyBeforeAnOptionalOne() {
        var rig = recallingBest();
        RungId id = new RungId("a", -1, 0);

        assertThat(rig.only(RunCommand.StartRecall.class))
                .extracting(each -> each.id())
                .containsExactly(id);
        assertThat(rig.started()).as("its money is the required one's").isEmpty();

        rig.recalled(id, Optional.empty());

        assertThat(rig.started()).containsExactly("a@FLAGSHIP");
    }

    @Test
    void subtaskOnRecord_leavesItsMoneyToAnOptionalOne() {
        var rig = recallingBest();

        rig.recalled(new RungId("a", -1, 0), Optional.of(new Outcome.Succeeded<>(new RunRig.Out("on record"))));

        assertThat(rig.started()).containsExactly("o@NANO");
    }

    @Test
    void recalledSubtask_thatStarts_isCountedOnceBesideAnOptionalOne() {
        var rig = recallingBest(150).plan(node("a", BEST), optional(node("o", "b")), node("b", CODE));

        rig.recalled(new RungId("a", -1, 0), Optional.empty()).accept("b");

        assertThat(rig.started()).containsExactly("b@NANO", "a@FLAGSHIP", "o@NANO");
    }

    @Test
    void recalledItems_keepTheMoneyOfTheirSubtask_untilTheLastIsFound() {
        Outcome<Object> onRecord = new Outcome.Succeeded<>(new RunRig.Out("on record"));
        var rig = recallingBest(100);
        GraphNode fan = fanOut("a", 2, Binding.MinSuccess.ONE);
        rig.plan(new GraphNode("a", BEST, fan.binding(), fan.dependencies(), false), optional(node("o")));

        rig.recalled(new RungId("a", 0, 0), Optional.of(onRecord));
        assertThat(rig.started()).as("the other item may need it").isEmpty();
        rig.recalled(new RungId("a", 1, 0), Optional.of(onRecord));

        assertThat(rig.started()).containsExactly("o@NANO");
    }

    @Test
    void subtaskOnRecord_isFoundAlthoughTheRunIsStopped_andOthersNeverBegin() {
        var onRecord = new Outcome.Succeeded<Object>(new RunRig.Out("on record"));
        RungId id = new RungId("a", -1, 0);

        var stopped = recallingBest().on(new RunInput.WorkTimeUp());
        assertThat(stopped.only(RunCommand.StopWork.class))
                .allMatch(stop -> stop.rungs().contains(id));
        assertThat(stopped.recalled(id, Optional.of(onRecord)).outcome("a")).isEqualTo(onRecord);
        assertThat(recallingBest()
                        .on(new RunInput.WorkTimeUp())
                        .recalled(id, Optional.empty())
                        .outcome("a"))
                .isInstanceOfSatisfying(
                        Outcome.Skipped.class,
                        skipped -> assertThat(skipped.skip().kind()).isEqualTo(Skip.Kind.DEADLINE));
    }

    // --- escalation

    @Test
    void rejectedAnswer_escalatesToTheNextTierWithTheEvidence() {
        var rig = answeredBy("a").plan(node("a", RISING)).reject("a");
        assertThat(rig.started()).containsExactly("a@NANO", "a@MINI");

        RunCommand.StartRung second = rig.running.get(rig.rung("a"));
        assertThat(second.id()).isEqualTo(new RungId("a", -1, 1));
        assertThat(second.isEscalated()).isTrue();
        assertThat(second.evidence()).isEqualTo("poor a");
        rig.reject("a");

        assertThat(rig.started()).containsExactly("a@FLAGSHIP");
        assertThat(rig.reject("a").outcome("a")).as("nothing is above").isEqualTo(poor("a"));
    }

    @Test
    void rejectedAnswer_typeWithoutUpTo_fails() {
        assertThat(answeredBy("a").plan(node("a")).reject("a").outcome("a")).isEqualTo(poor("a"));
    }

    @Test
    void rejectedItem_escalatesAlone() {
        GraphNode fan = fanOut("f", 2, Binding.MinSuccess.ONE);
        var rig = merged().plan(new GraphNode("f", RISING, fan.binding(), fan.dependencies(), false));
        assertThat(rig.started()).containsExactly("f#0@NANO", "f#1@NANO");

        assertThat(rig.reject("f#1").started()).containsExactly("f#1@MINI");
        rig.accept("f#0").accept("f#1");

        assertThat(((Items<?>) rig.ended("f").ifSucceeded().orElseThrow()).missing())
                .isEmpty();
    }

    @Test
    void failedRung_isNeverEscalated() {
        var rig = answeredBy("a").plan(node("a", RISING)).fail("a");

        assertThat(rig.outcome("a")).isEqualTo(Outcome.failed(Failure.Kind.REFUSED, "a refused"));
    }

    @Test
    void escalation_beyondTheMoney_failsWithTheReasonOfTheRejection() {
        var rig = answeredBy("a").plan(node("a", RISING));
        rig.money = money(1_000, 991, 0);

        assertThat(rig.reject("a").outcome("a")).isEqualTo(poor("a"));
    }

    @Test
    void escalation_onlyContended_startsAndWaitsInThePool() {
        var rig = answeredBy("a").plan(node("a", RISING));
        rig.money = money(1_000, 0, 999);

        assertThat(rig.reject("a").started()).containsExactly("a@NANO", "a@MINI");
    }

    @Test
    void escalatedRung_turnsOutUnaffordable_wasTriedAndFails() {
        var rig = answeredBy("a").plan(node("a", RISING)).reject("a").unaffordable("a", 10);

        assertThat(rig.outcome("a"))
                .as("a skip would say that it was never tried")
                .isEqualTo(poor("a"));
    }

    /** Seed 52 of the simulator: the second one went to MINI, which nothing may start on any more. */
    @Test
    void unaffordableRung_goesOnBelowTheCeiling() {
        var rig = merged().plan(node("a", FALLING), node("b", FALLING))
                .unaffordable("a", 100)
                .unaffordable("a", 10);

        rig.unaffordable("b", 100);

        assertThat(rig.started()).containsExactly("a@FLAGSHIP", "b@FLAGSHIP", "a@MINI", "a@NANO", "b@NANO");
    }

    @Test
    void escalation_aboveTheCeiling_isNotTried() {
        var rig = merged().plan(node("a", RISING), node("b", FALLING)).unaffordable("b", 100);
        assertThat(rig.events(RunEvent.CeilingLowered.class))
                .extracting(RunEvent.CeilingLowered::ceiling)
                .containsExactly(Tier.MINI);

        rig.reject("a").reject("a");

        assertThat(rig.ended("a")).isEqualTo(poor("a"));
    }

    // --- shortage

    @Test
    void start_beyondTheMoney_fallsToTheDearestAffordableTier() {
        var rig = merged();
        rig.money = money(1_000, 950, 0);

        rig.plan(node("a", FALLING));

        assertThat(rig.started()).containsExactly("a@MINI");
        assertThat(rig.events(RunEvent.CeilingLowered.class))
                .extracting(RunEvent.CeilingLowered::ceiling)
                .containsExactly(Tier.MINI);
    }

    @Test
    void start_onlyContended_keepsItsTier() {
        var rig = merged();
        rig.money = money(1_000, 0, 1_000);

        rig.plan(node("a", FALLING));

        assertThat(rig.started()).containsExactly("a@FLAGSHIP");
    }

    @Test
    void ceiling_lowered_holdsForLaterRungsThoughMoneyIsThereAgain() {
        var rig = merged();
        rig.money = money(1_000, 950, 0);
        rig.admit(node("a", FALLING));
        rig.money = money(1_000, 0, 0);

        rig.admit(node("b", FALLING));

        assertThat(rig.started()).containsExactly("a@MINI", "b@MINI");
    }

    @Test
    void start_beyondTheMoneyAtItsFloor_isSkipped() {
        var rig = merged();
        rig.money = money(1_000, 950, 0);

        rig.plan(node("a", BEST), node("b"));

        assertThat(rig.started()).containsExactly("b@NANO");
        assertThat(rig.ended("a"))
                .isEqualTo(
                        tooDear(
                                "the first call needs up to $0.0000000001, free are $0.00000000005 in its budget of $0.000000001 and those around it"));
    }

    @Test
    void start_floorAboveTheCeiling_isSkippedAndSaysSo() {
        var rig = merged().plan(node("a", FALLING), node("b", BEST, "a"));

        rig.unaffordable("a", 100).accept("a");

        assertThat(rig.ended("b"))
                .isEqualTo(tooDear(
                        "money is short: nothing starts above tier MINI any more, and it may not go below FLAGSHIP"));
    }

    @Test
    void unaffordableInThePool_goesDownTierByTierToItsFloor() {
        var rig = answeredBy("a").plan(node("a", FALLING));

        rig.unaffordable("a", 100).unaffordable("a", 10);

        assertThat(rig.started()).containsExactly("a@FLAGSHIP", "a@MINI", "a@NANO");
        assertThat(rig.events(RunEvent.CeilingLowered.class))
                .extracting(RunEvent.CeilingLowered::ceiling)
                .containsExactly(Tier.MINI, Tier.NANO);
        rig.money = money(1_000, 1_000, 0);
        assertThat(rig.unaffordable("a", 1).outcome("a"))
                .isEqualTo(
                        tooDear(
                                "the first call needs up to $0.000000000001, free are $0.00 in its budget of $0.000000001 and those around it"));
    }

    @Test
    void unaffordableInThePool_atItsFloor_isSkippedAndLeavesTheCeiling() {
        var rig = merged().plan(node("a", BEST), node("b", BEST)).unaffordable("a", 100);

        assertThat(rig.ended("a"))
                .isEqualTo(
                        tooDear(
                                "the first call needs up to $0.0000000001, free are $0.000000001 in its budget of $0.000000001 and those around it"));
        assertThat(rig.events(RunEvent.CeilingLowered.class)).isEmpty();
    }

    @Test
    void code_startsWithoutMoney() {
        var rig = merged();
        rig.money = money(1_000, 1_000, 0);

        assertThat(rig.plan(node("a", CODE)).started()).containsExactly("a@NANO");
    }

    @Test
    void optionalSubtask_wouldTakeWhatARequiredOneNeeds_goesFirst() {
        var rig = merged();
        rig.money = money(1_000, 899, 0); // 101 are left: enough for either, not for both

        rig.admit(node("later", BEST, "first"), optional(node("extra", BEST)), node("first"));

        assertThat(rig.ended("extra"))
                .isEqualTo(
                        tooDear(
                                "the first call needs up to $0.0000000001, free are $0.000000000101 in its budget of $0.000000001 and those around it"));
        assertThat(rig.started()).containsExactly("first@NANO");
    }

    @Test
    void optionalCodeThatCosts_goesWithout_soThatARequiredSubtaskIsPaid() {
        var rig = merged();
        rig.money = money(1_000, 899, 0);

        rig.admit(
                node("later", BEST, "first"),
                optional(node("extra", CODE.costing(Money.ofPico(2)))),
                node("first", CODE));

        assertThat(rig.ended("extra").reason()).startsWith("skipped: BUDGET");
        assertThat(rig.started()).containsExactly("first@NANO");
    }

    @Test
    void optionalSubtask_moneyIsOnlyInFlight_waitsForIt() {
        var rig = merged();
        rig.money = money(1_000, 0, 899);
        rig.plan(node("first"), node("later", BEST, "first"), optional(node("extra", BEST)));
        assertThat(rig.started()).containsExactly("first@NANO");

        rig.money = money(1_000, 10, 0);
        rig.accept("first");

        assertThat(rig.started()).containsExactly("later@FLAGSHIP", "extra@FLAGSHIP");
    }

    @Test
    void optionalSubtask_moneyInFlightWasNeeded_isSkippedWhenNothingIsInFlight() {
        var rig = merged();
        rig.money = money(1_000, 0, 950);
        rig.plan(node("first"), optional(node("extra", BEST)));

        rig.money = money(1_000, 950, 0);
        rig.accept("first");

        assertThat(rig.ended("extra"))
                .isEqualTo(
                        tooDear(
                                "the first call needs up to $0.0000000001, free are $0.00000000005 in its budget of $0.000000001 and those around it"));
    }

    @Test
    void optionalSubtask_waitingWhenTheRunIsCancelled_isSkippedOnce() {
        var rig = merged();
        rig.money = money(1_000, 0, 950);
        rig.plan(node("first"), optional(node("extra", BEST))).on(new RunInput.Cancelled());
        rig.end("first", new RungEnd.Cancelled());

        assertThat(rig.ending().failure().kind()).isEqualTo(RunFailure.Kind.CANCELLED);
        assertThat(rig.ended("extra").reason()).startsWith("skipped: CANCELLED");
        assertThat(rig.started()).containsExactly("first@NANO");
    }

    @Test
    void optionalSubtask_moneyForAll_starts() {
        var rig = merged();
        rig.money = money(1_000, 800, 0);

        rig.admit(node("later", BEST, "first"), optional(node("extra", BEST)));

        assertThat(rig.started()).containsExactly("extra@FLAGSHIP");
    }

    @Test
    void requiredSubtask_startsThoughOthersNeedTheMoneyToo() {
        var rig = merged();
        rig.money = money(1_000, 899, 0);

        rig.admit(node("later", BEST, "first"), node("other", BEST));

        assertThat(rig.started()).containsExactly("other@FLAGSHIP");
    }

    @Test
    void optionalSubtasks_thatWaitForEachOther_areQuotedOnceEach() {
        int size = 200;
        var rig = merged();
        rig.money = money(1_000, 990, 0);
        for (int each = 0; each < size; each++) {
            rig.admit(optional(node("o" + each)));
        }
        rig.on(new RunInput.PlanEnded(List.of()));

        while (!rig.running.isEmpty()) {
            assertThat(rig.running).hasSizeLessThanOrEqualTo(10);
            rig.accept(rig.labelsRunning().getFirst());
        }

        assertThat(rig.started()).hasSize(size);
        assertThat(rig.quotes).isLessThanOrEqualTo(2 * size);
    }

    @Test
    void optionalSubtask_behindOneThatWaitsOn_startsIfItsOwnMoneyIsThere() {
        var rig = merged();
        rig.money = money(1_000, 0, 1_000);
        rig.plan(node("first"), node("second"), optional(node("dear", BEST)), optional(node("cheap")));
        assertThat(rig.started()).containsExactly("first@NANO", "second@NANO");

        rig.money = money(1_000, 800, 190);
        rig.accept("first");

        assertThat(rig.started()).containsExactly("cheap@NANO");
    }

    @Test
    void optionalSubtask_thatWaits_looksBelowTheCeilingThatFell() {
        var rig = merged();
        rig.money = money(1_000, 0, 995);
        rig.plan(node("first", FALLING), node("second"), optional(node("extra", FALLING)));
        assertThat(rig.started()).containsExactly("first@FLAGSHIP", "second@NANO");

        rig.money = money(1_000, 0, 905); // free is less than it needs on the tier it waits for
        rig.unaffordable("first", 100);

        assertThat(rig.started()).containsExactly("first@MINI", "extra@MINI");
    }

    @Test
    void breachedBudget_startsNothing() {
        var rig = merged();
        var spent = Money.ofPico(1);
        var none = Money.ZERO;
        rig.money = new LedgerState(Money.ofPico(1_000), spent, none, none, none, true);

        rig.plan(node("a"));

        assertThat(rig.outcome("a"))
                .isEqualTo(
                        tooDear(
                                "the first call needs up to $0.000000000001, free are $0.00 in its budget of $0.000000001 and those around it"));
    }

    @Test
    void ceiling_thatFalls_isToldWithItsTime() {
        var rig = merged().later(Duration.ofSeconds(3));
        rig.money = money(1_000, 950, 0);

        rig.plan(node("a", FALLING));

        assertThat(rig.events(RunEvent.CeilingLowered.class))
                .containsExactly(new RunEvent.CeilingLowered("run", Duration.ofSeconds(3), Tier.MINI));
    }

    @Test
    void optionalSubtask_thatWaitsForThePlannersMoney_isLookedAtAgainWhenThePlanHasEnded() {
        var rig = merged();
        rig.money = money(1_000, 0, 950);
        rig.admit(optional(node("extra", BEST)));
        assertThat(rig.started()).isEmpty();

        rig.money = money(1_000, 10, 0);
        rig.on(new RunInput.PlanEnded(List.of()));

        assertThat(rig.started()).containsExactly("extra@FLAGSHIP");
    }

    @Test
    void escalatedRung_thatThePoolRefuses_wasTriedAndFails() {
        var rig = merged().plan(node("a", RISING)).reject("a");

        rig.end("a", new RungEnd.Refused(new Skip(Skip.Kind.BUDGET, "the pool is stopped", List.of()), null));

        assertThat(rig.outcome("a")).isEqualTo(poor("a"));
    }

    @Test
    void rungBelow_isTheNextOfItsExecution() {
        var rig = merged().plan(node("a", FALLING)).unaffordable("a", 100);

        assertThat(rig.rung("a")).isEqualTo(new RungId("a", -1, 1));
    }

    @Test
    void unaffordableRung_ofARunThatWasStopped_isNotTriedBelow() {
        var rig = merged().plan(node("a", FALLING)).on(new RunInput.Cancelled()).unaffordable("a", 100);

        assertThat(rig.outcome("a")).isEqualTo(Outcome.skipped(Skip.Kind.CANCELLED, "the run was cancelled"));
        assertThat(rig.started()).containsExactly("a@FLAGSHIP");
    }

    @Test
    void subtasksAdmittedTogether_startRequiredFirst_eachInPlanOrder() {
        var rig = merged();

        rig.on(new RunInput.Admitted(List.of(
                optional(node("x")), optional(node("y")), node("a"), node("b"), node("c"), node("d"), node("e"))));

        assertThat(rig.started()).containsExactly("a@NANO", "b@NANO", "c@NANO", "d@NANO", "e@NANO", "x@NANO", "y@NANO");
    }

    // --- a tier without a model

    @Test
    void start_onATierWithoutModel_takesTheNextBelow() {
        var rig = merged();
        rig.unbound.add(Tier.FLAGSHIP);

        rig.plan(node("a", FALLING));

        assertThat(rig.started()).containsExactly("a@MINI");
    }

    @Test
    void codeThatCosts_needsNoModelOnItsTier() {
        var rig = merged();
        rig.unbound.add(Tier.NANO);

        rig.plan(node("a", CODE.costing(Money.ofPico(2))));

        assertThat(rig.started()).containsExactly("a@NANO");
    }

    @Test
    void requiredSubtask_keepsTheMoneyOfTheCheapestTierThatHasAModel() {
        var rig = merged();
        rig.unbound.add(Tier.NANO);
        rig.money = money(1_000, 981, 0); // 19 are left: enough for either on MINI, not for both

        rig.admit(node("later", FALLING, "first"), optional(node("extra", FALLING)), node("first", CODE));

        assertThat(rig.ended("extra").reason()).startsWith("skipped: BUDGET");
    }

    // --- a large input

    @Test
    void largeInput_beyondTheMoney_fallsAlone() {
        var rig = merged();
        rig.picoOfInput.put("large", 901L);

        rig.plan(node("large", FALLING), node("ordinary", FALLING));

        assertThat(rig.started()).containsExactly("large@MINI", "ordinary@FLAGSHIP");
        assertThat(rig.events(RunEvent.CeilingLowered.class)).isEmpty();
    }

    @Test
    void largeInput_thatFallsTwoTiers_lowersTheCeilingOnlyToWhereOrdinaryOnesArePaid() {
        var rig = merged();
        rig.picoOfInput.put("large", 45L);
        rig.money = money(1_000, 950, 0);

        rig.plan(node("large", FALLING), node("ordinary", FALLING));

        assertThat(rig.started()).containsExactly("large@NANO", "ordinary@MINI");
        assertThat(rig.events(RunEvent.CeilingLowered.class))
                .extracting(RunEvent.CeilingLowered::ceiling)
                .containsExactly(Tier.MINI);
    }

    @Test
    void ceiling_neverStopsAtATierWithoutModel() {
        var rig = merged();
        rig.unbound.add(Tier.MINI);
        rig.money = money(1_000, 950, 0);

        rig.plan(node("a", FALLING));

        assertThat(rig.started()).containsExactly("a@NANO");
        assertThat(rig.events(RunEvent.CeilingLowered.class))
                .extracting(RunEvent.CeilingLowered::ceiling)
                .containsExactly(Tier.NANO);
    }

    @Test
    void ceiling_thatTwoShortagesLowerToOneTier_isToldOnce() {
        var rig = merged().plan(node("a", FALLING), node("b", FALLING));

        rig.unaffordable("a", 100).unaffordable("b", 100);

        assertThat(rig.started()).containsExactly("a@FLAGSHIP", "b@FLAGSHIP", "a@MINI", "b@MINI");
        assertThat(rig.events(RunEvent.CeilingLowered.class)).hasSize(1);
    }

    // --- what an optional subtask leaves to others, and no more

    @Test
    void requiredSubtask_thatHasStarted_isCountedOnceBesideAnOptionalOne() {
        var rig = merged();
        rig.money = money(150, 0, 0);

        rig.on(new RunInput.Admitted(List.of(node("a", BEST), optional(node("o")))));

        assertThat(rig.started()).containsExactly("a@FLAGSHIP", "o@NANO");
    }

    @Test
    void requiredSubtask_thatIsSkipped_leavesItsMoneyToAnOptionalOne() {
        var rig = merged();
        rig.money = money(100, 0, 0);
        var extra = optional(softly("extra", "first"));
        rig.plan(node("first"), node("later", BEST, "first"), extra);

        rig.fail("first");

        assertThat(rig.started()).containsExactly("first@NANO", "extra@NANO");
    }

    @Test
    void rungThatWasAbandoned_leavesTheMoneyItHadNotReserved_toAnOptionalOne() {
        var rig = merged();
        rig.money = money(150, 0, 0);
        rig.plan(node("first", BEST), optional(node("extra", BEST)));
        assertThat(rig.started()).containsExactly("first@FLAGSHIP");

        rig.on(new RunInput.RungAbandoned(rig.rung("first"), "thread-7"));

        assertThat(rig.started()).containsExactly("extra@FLAGSHIP");
    }

    @Test
    void optionalSubtask_itsMoneyIsInFlightOutsideTheRun_isSkippedWhenNothingOfTheRunIs() {
        var rig = merged();
        rig.money = money(1_000, 0, 950);
        rig.plan(node("first"), optional(node("extra", BEST)));

        rig.accept("first");

        assertThat(rig.ended("extra").reason()).startsWith("skipped: BUDGET");
        assertThat(rig.merging()).hasSize(2);
    }

    @Test
    void optionalSubtask_itsMoneyIsGone_isSkippedThoughOthersAreInFlight() {
        var rig = merged();
        rig.money = money(1_000, 0, 950);
        rig.plan(node("first"), node("second"), optional(node("extra", BEST)));

        rig.money = money(1_000, 950, 40);
        rig.accept("first");

        assertThat(rig.ended("extra").reason()).startsWith("skipped: BUDGET");
        assertThat(rig.labelsRunning()).containsExactly("second");
    }

    @Test
    void optionalSubtask_thatWaitsForALowerTierThanItWants_startsThere() {
        var rig = merged();
        rig.money = money(1_000, 950, 45);
        rig.plan(node("first"), node("second"), optional(node("extra", FALLING)));
        assertThat(rig.started()).containsExactly("first@NANO", "second@NANO");

        rig.money = money(1_000, 950, 1);
        rig.accept("first");

        assertThat(rig.started()).containsExactly("extra@MINI");
    }

    @Test
    void optionalSubtask_thatWaits_startsWhenAChainOfSkipsSetsMoneyFree() {
        var rig = merged();
        rig.money = money(1_000, 700, 150);
        rig.plan(
                node("first"),
                node("second"),
                node("later", "first"),
                node("last", BEST, "later"),
                optional(node("x", BEST)));
        assertThat(rig.started()).containsExactly("first@NANO", "second@NANO");

        rig.money = money(1_000, 700, 110); // 190 are free, which "last" keeps as long as it may start
        rig.fail("first");

        assertThat(rig.started()).contains("x@FLAGSHIP");
    }
}
