// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.budget.Budget;
import dev.cadre.merge.Vote.Candidate;
import dev.cadre.plan.ScriptedClient;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BallotTest {
    record Label(String topic, long percent) {}

    private static final SubtaskType<String, Label> LABEL =
            SubtaskType.code("label", String.class, Label.class, (in, context) -> new Label(in, 1));
    private static final SubtaskType<String, String> OTHER =
            SubtaskType.code("other", String.class, String.class, (in, context) -> in);
    private static final SubtaskOutcome FAILED =
            new SubtaskOutcome("f", LABEL, Outcome.failed(Failure.Kind.REFUSED, "no"));

    private static SubtaskOutcome voted(String id, String topic, long percent) {
        return new SubtaskOutcome(id, LABEL, new Outcome.Succeeded<>(new Label(topic, percent)));
    }

    private static <R> R merge(Merger<R> merger, SubtaskOutcome... outcomes) throws InterruptedException {
        var pools = new ScriptedClient().pools();
        assertThat(merger.leastCost(pools, Limits.DEFAULT)).isEqualTo(Money.ZERO);
        assertThat(merger.callsModel()).isFalse();
        var terms = new MergeTerms(
                pools, Budget.of(Money.ZERO).open(), "run", System.nanoTime(), Limits.DEFAULT, attempt -> {});
        return merger.merge(new MergeInput("goal", "", List.of(outcomes)), terms)
                .answer();
    }

    private static void assertFails(Merger<?> merger, String message, SubtaskOutcome... outcomes) {
        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> merge(merger, outcomes))
                .withMessage(message);
    }

    @Test
    void vote_countsByKeyInPlanOrder_withItemsAndWhoeverIsMissing() throws InterruptedException {
        var items = new Items<>(List.of(
                new Outcome.Succeeded<>(new Label("bug", 3)),
                Outcome.<Label>failed(Failure.Kind.REFUSED, "no"),
                new Outcome.Succeeded<>(new Label("?", 4))));
        Vote<Label> vote = merge(
                Mergers.vote(LABEL, Label::topic)
                        .withAbstention(label -> label.topic().equals("?")),
                voted("a", "idea", 1),
                voted("b", "bug", 2),
                FAILED,
                new SubtaskOutcome("n", OTHER, new Outcome.Succeeded<>("bug")),
                new SubtaskOutcome("c", LABEL, new Outcome.Succeeded<>(items)));

        assertThat(vote.candidates())
                .containsExactly(
                        new Candidate<>(new Label("idea", 1), 1, List.of("a")),
                        new Candidate<>(new Label("bug", 2), 2, List.of("b", "c#0")));
        assertThat(vote.abstained()).containsExactly("c#2");
        assertThat(vote.missing()).containsExactly("f", "c#1");
        assertThat(vote.voters()).isEqualTo(3);
        assertThat(vote.leaders()).extracting(each -> each.value().topic()).containsExactly("bug");
        assertThat(vote.isTie()).isFalse();
        assertThat(vote.winner()).contains(vote.leaders().getFirst().value());
    }

    @Test
    void tie_isShown_andFailsWhoeverWantsOneWinner() throws InterruptedException {
        SubtaskOutcome[] two = {voted("a", "bug", 1), voted("b", "idea", 1)};

        Vote<Label> vote = merge(Mergers.vote(LABEL, Label::topic), two);

        assertThat(vote.isTie()).isTrue();
        assertThat(vote.winner()).isEmpty();
        assertThat(vote.leaders()).isEqualTo(vote.candidates()).hasSize(2);
        assertFails(
                Mergers.vote(LABEL, Label::topic).plurality(),
                "the vote is a tie: {\"topic\":\"bug\",\"percent\":1} 1 (a);"
                        + " {\"topic\":\"idea\",\"percent\":1} 1 (b)",
                two);
        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> merge(Mergers.majority(LABEL, Label::topic), two))
                .withMessageStartingWith("the vote is a tie: ");
    }

    @Test
    void plurality_needsTheMost_majorityMoreThanHalf() throws InterruptedException {
        SubtaskOutcome[] most = {
            voted("a", "bug", 1), voted("b", "idea", 1), voted("c", "bug", 1), voted("d", "spam", 1)
        };

        assertThat(merge(Mergers.vote(LABEL, Label::topic).plurality(), most)).isEqualTo(new Label("bug", 1));
        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> merge(Mergers.majority(LABEL, Label::topic), most))
                .withMessageStartingWith("no candidate has the majority: ")
                .withMessageContaining("2 (a, c)");
        assertThat(merge(Mergers.majority(LABEL, Label::topic), voted("a", "bug", 7), most[1], most[2]))
                .as("the first in plan order stands for its candidate")
                .isEqualTo(new Label("bug", 7));
    }

    @Test
    void weights_decide_andAreAddedExactly() throws InterruptedException {
        // as doubles these sums are equal, and 0.1 + 0.2 is not 0.3
        long large = 1L << 53;
        Vote<Label> vote = merge(
                Mergers.vote(LABEL, Label::topic).withWeight(Label::percent),
                voted("a", "bug", large),
                voted("b", "idea", large),
                voted("c", "idea", 1));

        assertThat(vote.leaders()).extracting(each -> each.value().topic()).containsExactly("idea");
        assertThat(vote.weight()).isEqualTo(2 * large + 1);
        assertThat(vote.leaders().getFirst().weight()).isEqualTo(large + 1);
    }

    @Test
    void weights_thatCannotBeAdded_failTheMerge() {
        Ballot<Label> weighed = Mergers.vote(LABEL, Label::topic).withWeight(Label::percent);

        assertFails(weighed, "the vote of 'a' weighs -1: less than nothing", voted("a", "bug", -1));
        assertFails(
                weighed,
                "the votes weigh more than 9223372036854775807 together",
                voted("a", "bug", Long.MAX_VALUE),
                voted("b", "idea", 1));
    }

    @Test
    void votes_belowTheQuorum_failTheMerge() throws InterruptedException {
        Ballot<Label> ballot = Mergers.vote(LABEL, Label::topic).withQuorum(2);

        assertFails(
                ballot,
                "1 votes were cast, the quorum is 2; 0 abstained, 1 returned nothing",
                voted("a", "b", 1),
                FAILED);
        assertThat(merge(ballot, voted("a", "bug", 1), voted("b", "bug", 1)).voters())
                .isEqualTo(2);
        assertFails(
                Mergers.majority(LABEL, Label::topic),
                "0 votes were cast, the quorum is 1; 0 abstained, 1 returned nothing",
                FAILED);
        assertThat(merge(ballot.withQuorum(0), FAILED).leaders()).isEmpty();
        assertFails(ballot.withQuorum(0).plurality(), "nobody voted: 0 abstained, 1 returned nothing", FAILED);
        assertThatIllegalArgumentException().isThrownBy(() -> ballot.withQuorum(-1));
    }

    @Test
    void votesWithoutWeight_haveNoMajority() throws InterruptedException {
        Ballot<Label> weighed = Mergers.vote(LABEL, Label::topic).withWeight(Label::percent);

        assertThat(merge(weighed.plurality(), voted("a", "bug", 0))).isEqualTo(new Label("bug", 0));
        assertThatExceptionOfType(MergeFailedException.class)
                .isThrownBy(() -> merge(weighed.majority(), voted("a", "bug", 0)))
                .withMessageStartingWith("no candidate has the majority");
    }

    @Test
    void everyVote_isCountedOnce_andTheLeadersHaveTheMost() throws InterruptedException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var outcomes = new ArrayList<SubtaskOutcome>();
            for (int i = random.nextInt(9); i >= 0; i--) {
                outcomes.add(
                        random.nextInt(4) == 0 ? FAILED : voted("v" + i, "t" + random.nextInt(3), random.nextInt(5)));
            }
            Vote<Label> vote = merge(
                    Mergers.vote(LABEL, Label::topic).withWeight(Label::percent).withQuorum(0),
                    outcomes.toArray(SubtaskOutcome[]::new));

            String run = "seed %d, round %d".formatted(seed, round);
            assertThat(vote.voters() + vote.missing().size()).as(run).isEqualTo(outcomes.size());
            long best = IntStream.range(0, 3)
                    .mapToLong(topic -> outcomes.stream()
                            .flatMap(each -> each.outcome().ifSucceeded().stream())
                            .map(Label.class::cast)
                            .filter(label -> label.topic().equals("t" + topic))
                            .mapToLong(Label::percent)
                            .sum())
                    .max()
                    .orElse(0);
            assertThat(vote.leaders())
                    .as(run)
                    .allSatisfy(leader -> assertThat(leader.weight()).isEqualTo(best));
        }
    }

    @Test
    void firstGood_isTheFirstInPlanOrderThatPasses() throws InterruptedException {
        SubtaskOutcome[] three = {FAILED, voted("a", "bug", 1), voted("b", "idea", 9), voted("c", "idea", 10)};

        assertThat(merge(Mergers.firstGood(LABEL, "it is sure", label -> label.percent() > 5), three))
                .isEqualTo(new Label("idea", 9));
        assertFails(
                Mergers.firstGood(LABEL, "it is certain", label -> label.percent() > 50),
                "none of 3 values of 'label' passes the rule 'it is certain'",
                three);
    }
}
