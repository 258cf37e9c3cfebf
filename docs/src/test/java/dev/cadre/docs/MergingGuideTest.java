// SPDX-License-Identifier: Apache-2.0
package dev.cadre.docs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.budget.Budget;
import dev.cadre.merge.Merger;
import dev.cadre.merge.Mergers;
import dev.cadre.merge.Vote;
import dev.cadre.model.Sampling;
import dev.cadre.model.Tier;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.TypeRef;
import dev.cadre.testing.ScriptedModel;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Runs the snippets of docs/merging.md. */
class MergingGuideTest {
    record Ticket(String text) {}

    record Label(String topic, int percentSure) {}

    static final SubtaskType<Ticket, Label> LABEL =
            SubtaskType.model("label", Ticket.class, Label.class, "What is the ticket about, and how sure are you?");

    final ScriptedModel model = new ScriptedModel();

    private Coordinator coordinator() {
        return Coordinator.builder(model.pools()).plansWith(LABEL).build();
    }

    private void plans(Label... labels) {
        var subtasks = new StringBuilder();
        for (int i = 0; i < labels.length; i++) {
            subtasks.append("%s{\"type\":\"label\",\"id\":\"l%d\",\"input\":{\"text\":\"%d\"}}"
                    .formatted(i == 0 ? "" : ",", i, i));
            model.on(LABEL, new Ticket(String.valueOf(i))).replies(labels[i]);
        }
        model.onPlan().replies("{\"subtasks\":[" + subtasks + "]}");
    }

    @Test
    void vote() throws Exception {
        plans(new Label("bug", 60), new Label("idea", 90), new Label("bug", 55), new Label("?", 10));

        // region merging-vote
        Merger<Label> weighed = Mergers.vote(LABEL, Label::topic)
                .withWeight(Label::percentSure) // whole numbers; default: each vote weighs 1
                .withAbstention(label -> label.topic().equals("?"))
                .withQuorum(3)
                .plurality(); // or majority(): more than half of the weight
        var goal = Goal.of("What is the ticket about?", Label.class).mergedBy(weighed);
        // endregion

        assertThat(coordinator().run(goal, Budget.usd("0.05"))).isCompleteWith(new Label("bug", 60));
    }

    record Labels(List<Label> labels) {}

    static final SubtaskType<Labels, Label> COUNT = SubtaskType.code(
            "count", Labels.class, Label.class, (in, context) -> in.labels().getFirst());

    @Test
    void votes_thatDiffer() throws Exception {
        var ticket = new Ticket("It hangs.");
        model.on(LABEL, ticket).replies(new Label("bug", 60));

        // region merging-varied
        SubtaskType<Ticket, Label> varied = LABEL.sampling(Sampling.ofTemperature(1.2));
        var graph = TaskGraph.builder();
        var votes = IntStream.range(0, 5)
                .mapToObj(i -> graph.add("vote" + i, varied, ticket))
                .toList();
        var winner = graph.add("winner", COUNT, Input.fromAll(votes, Labels::new));
        // endregion

        assertThat(coordinator().run(graph.answering(winner), Budget.usd("0.05")))
                .isCompleteWith(new Label("bug", 60));
        assertThat(model.calls()).hasSize(5);
    }

    @Test
    void count() throws Exception {
        plans(new Label("bug", 60), new Label("idea", 90));

        // region merging-count
        var goal = Goal.of("What is the ticket about?", new TypeRef<Vote<Label>>() {})
                .mergedBy(Mergers.vote(LABEL, Label::topic));
        Vote<Label> vote = coordinator().run(goal, Budget.usd("0.05")).requireComplete();
        List<Vote.Candidate<Label>> leaders = vote.leaders(); // two: nothing breaks a tie
        // endregion

        assertThat(vote.isTie()).isTrue();
        assertThat(leaders).hasSize(2);
    }

    @Test
    void firstGood() throws Exception {
        plans(new Label("bug", 60), new Label("idea", 90));

        // region merging-first
        var goal = Goal.of("What is the ticket about?", Label.class)
                .mergedBy(Mergers.firstGood(LABEL, "it is sure", label -> label.percentSure() > 80));
        // endregion

        assertThat(coordinator().run(goal, Budget.usd("0.05"))).isCompleteWith(new Label("idea", 90));
    }

    record Answer(String text) {}

    static final SubtaskType<Ticket, String> READ = SubtaskType.code(
            "read", Ticket.class, String.class, (in, context) -> in.text().repeat(150_000));

    @Test
    void treeReduction() throws Exception {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"read","id":"a","input":{"text":"x"}},
                         {"type":"read","id":"b","input":{"text":"y"}}]}""");
        // region merging-scripted-notes
        model.onMerge().repliesText("{\"answer\":{\"text\":\"None.\"},\"citations\":[1]}");
        model.when("notes", call -> call.purpose().subtaskId().startsWith("@merger#"))
                .repliesText("{\"facts\":[{\"text\":\"It costs nothing.\",\"citations\":[1]}]}");
        // endregion
        var coordinator = Coordinator.builder(model.pools()).plansWith(READ).build();

        // region merging-tree
        var goal = Goal.of("Which clauses may cost us money?", Answer.class)
                .mergedBy(Mergers.treeReduction(Answer.class, Tier.MINI).settingAside(Money.usd("1.50")));
        var result = coordinator.run(goal, Budget.usd("2.00"));
        // endregion

        assertThat(result).isCompleteWith(new Answer("None."));
        assertThat(result.report().citations()).hasSize(1);
        assertThat(result.report().notes()).contains("2 results were read in 2 calls");
    }

    record Summary(String text) {}

    static final SubtaskType<Ticket, Summary> SUMMARISE =
            SubtaskType.model("summarise", Ticket.class, Summary.class, "Summarise the ticket.");

    private Coordinator summarising() {
        model.onPlan().replies("""
                        {"subtasks":[
                         {"type":"summarise","id":"a","input":{"text":"x"}},
                         {"type":"summarise","id":"b","input":{"text":"y"}}]}""");
        model.on(SUMMARISE, new Ticket("x")).replies(new Summary("It is slow."));
        model.on(SUMMARISE, new Ticket("y")).replies(new Summary("Search takes 9 s."));
        return Coordinator.builder(model.pools()).plansWith(SUMMARISE).build();
    }

    @Test
    void best() throws Exception {
        var coordinator = summarising();
        // region merging-scripted-judge
        String best = "{\"text\":\"Search takes 9 s.\"}";
        model.onMerge().answers(call -> {
            List<String> lines = call.request().turns().toString().lines().toList();
            String number = lines.get(lines.indexOf(best) - 1).replace("## ", ""); // 1 or 2
            return "{\"why\":\"It has a figure.\",\"best\":%s}".formatted(number);
        });
        // endregion

        // region merging-best
        var goal = Goal.of("Summarise the ticket", Summary.class)
                .mergedBy(Mergers.bestOf(SUMMARISE, Tier.MINI, "The summary has the figures of the ticket."));
        var result = coordinator.run(goal, Budget.usd("0.25"));
        // endregion

        assertThat(result).isCompleteWith(new Summary("Search takes 9 s."));
        assertThat(result.report().notes()).containsExactly("the judge chose 'b' in both orders: It has a figure.");
    }

    @Test
    void judges_scriptedApart_tie() throws Exception {
        var coordinator = summarising();
        // region merging-scripted-judges
        model.when("judge 0", call -> call.purpose().subtaskId().equals("@merger#0"))
                .repliesText("{\"why\":\"It is short.\",\"best\":1}");
        model.when("judge 1", call -> call.purpose().subtaskId().equals("@merger#1"))
                .repliesText("{\"why\":\"It has a figure.\",\"best\":1}"); // another candidate: a tie
        // endregion
        var goal = Goal.of("Summarise the ticket", Summary.class)
                .mergedBy(Mergers.bestOf(SUMMARISE, Tier.MINI, "The summary has the figures of the ticket."));

        var result = coordinator.run(goal, Budget.usd("0.25"));

        assertThat(result).isCompleteWith(new Summary("It is slow."));
        assertThat(result.report().notes()).singleElement().asString().contains("a tie");
        assertThat(model.calls())
                .filteredOn(call -> call.purpose().input().equals("Summarise the ticket"))
                .hasSize(3); // the planner and the judges
        model.assertFullyUsed();
    }

    @Test
    void code() throws Exception {
        var coordinator = summarising();

        // region merging-code
        Merger<Answer> joined = Mergers.of(outcomes -> new Answer(
                outcomes.values(SUMMARISE).stream().map(Summary::text).collect(Collectors.joining(" "))));
        var goal = Goal.of("What is wrong?", Answer.class).mergedBy(joined);
        // endregion

        assertThat(coordinator.run(goal, Budget.usd("0.25")))
                .isCompleteWith(new Answer("It is slow. Search takes 9 s."));
    }

    @Test
    void instructedAndStreamed() throws Exception {
        var coordinator = summarising();
        var shown = new StringBuilder();
        model.onMerge().repliesText("{\"answer\":{\"text\":\"Die Suche ist langsam.\"},\"citations\":[]}");

        // region merging-streamed
        var merger = Mergers.synthesis(Answer.class, Tier.FLAGSHIP)
                .instructedBy("Answer in German, in at most two sentences.")
                .streamingTo(piece -> shown.append(piece.text()));
        var goal = Goal.of("What is wrong?", Answer.class).mergedBy(merger);
        var answer = coordinator.run(goal, Budget.usd("0.25")).requireComplete(); // checked, unlike what was shown
        // endregion

        assertThat(answer).isEqualTo(new Answer("Die Suche ist langsam."));
        assertThat(shown).hasToString("Die Suche ist langsam.");
    }
}
