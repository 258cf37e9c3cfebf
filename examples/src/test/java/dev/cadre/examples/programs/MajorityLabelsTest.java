// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.MajorityLabels.Label;
import dev.cadre.examples.programs.MajorityLabels.Ticket;
import dev.cadre.examples.programs.MajorityLabels.ToLabel;
import dev.cadre.examples.programs.MajorityLabels.Topic;
import dev.cadre.merge.Vote;
import dev.cadre.model.Tier;
import dev.cadre.task.Missing;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class MajorityLabelsTest {
    private static final Ticket TICKET = new Ticket("Could search look into archives, as it used to?");

    final ScriptedModel model = new ScriptedModel();

    private void votes(String pointOfView, Topic topic) {
        model.on(MajorityLabels.LABEL, new ToLabel(TICKET, pointOfView))
                .costing(1_000, 100)
                .replies(new Label(topic, "seen by " + pointOfView));
    }

    private RunResult<Vote<Label>> label() throws InterruptedException {
        return MajorityLabels.label(model.pools(), TICKET, Budget.usd("0.05"));
    }

    private List<Tier> tiers() {
        return model.calls().stream().map(call -> call.purpose().tier()).toList();
    }

    @Test
    void twoOfThree_decideOnNano() throws Exception {
        votes("the customer", Topic.BUG);
        votes("the support desk", Topic.WISH);
        votes("the developers", Topic.WISH);

        var result = label();

        assertThat(result.requireComplete().leaders())
                .singleElement()
                .satisfies(leader -> assertThat(leader)
                        .isEqualTo(new Vote.Candidate<>(
                                new Label(Topic.WISH, "seen by the support desk"),
                                2,
                                List.of("the-support-desk", "the-developers"))));
        assertThat(result).spent("0.000975").leftNothingBehind(); // 3 x $0.000325
        assertThat(tiers()).containsExactly(Tier.NANO, Tier.NANO, Tier.NANO);
    }

    @Test
    void tie_isDecidedByAFourthVoteOnMini() throws Exception {
        votes("the customer", Topic.BUG);
        votes("the support desk", Topic.UNCLEAR);
        votes("the developers", Topic.WISH);
        votes("everybody", Topic.BUG);

        var result = label();

        Vote<Label> vote = result.requireComplete();
        assertThat(vote.leaders())
                .singleElement()
                .satisfies(leader -> assertThat(leader.voters()).containsExactly("the-customer", "everybody"));
        assertThat(vote.abstained()).containsExactly("the-support-desk");
        assertThat(result).spent("0.002175").leftNothingBehind(); // and $0.0012 on mini
        assertThat(tiers()).containsExactly(Tier.NANO, Tier.NANO, Tier.NANO, Tier.MINI);
    }

    @Test
    void tieThatNothingBreaks_isPartial_andShowsItsLeaders() throws Exception {
        votes("the customer", Topic.BUG);
        votes("the support desk", Topic.QUESTION);
        votes("the developers", Topic.WISH);
        votes("everybody", Topic.UNCLEAR);

        var result = label();

        assertThat(result).isPartial().spent("0.002175");
        if (result instanceof RunResult.Partial<Vote<Label>> partial) {
            assertThat(partial.answer().isTie()).isTrue();
            assertThat(partial.answer().leaders()).hasSize(3);
            assertThat(partial.missing()).extracting(Missing::subtaskId).containsExactly("answer");
        }
    }

    @Test
    void voteThatIsMissing_isReplacedOnMini() throws Exception {
        votes("the customer", Topic.BUG);
        model.on(MajorityLabels.LABEL, new ToLabel(TICKET, "the support desk"))
                .costing(1_000, 100)
                .refuses("no");
        votes("the developers", Topic.WISH);
        votes("everybody", Topic.WISH);

        var result = label();

        Vote<Label> vote = result.requireComplete();
        assertThat(vote.missing()).containsExactly("the-support-desk");
        assertThat(vote.leaders())
                .singleElement()
                .satisfies(leader -> assertThat(leader.value().topic()).isEqualTo(Topic.WISH));
        assertThat(tiers()).containsExactly(Tier.NANO, Tier.NANO, Tier.NANO, Tier.MINI);
    }
}
