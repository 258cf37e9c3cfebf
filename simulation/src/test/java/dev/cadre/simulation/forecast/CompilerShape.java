// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.forecast;

import dev.cadre.model.Tier;
import dev.cadre.simulation.forecast.Crew.Note;
import dev.cadre.simulation.forecast.Crew.Notes;
import dev.cadre.simulation.forecast.Crew.Topic;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskRef;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import java.util.ArrayList;
import java.util.List;

/** The shapes of the plans on which LLMCompiler was measured, as its paper describes them; the join is our merger. */
enum CompilerShape {
    /** Two look-ups that know nothing of each other. */
    HOTPOT_QA("HotpotQA: 2 searches", "1.8") {
        @Override
        SubtaskRef<Note> build(Plan plan) {
            plan.search();
            return plan.search();
        }
    },
    /** Eight films are looked up at once. */
    MOVIE_RECOMMENDATION("Movie Recommendation: 8 searches", "3.7") {
        @Override
        SubtaskRef<Note> build(Plan plan) {
            return plan.searches(8).getLast();
        }
    },
    /** Facts are searched, calculations need some of them, and one needs the results of others. */
    PARALLEL_QA("ParallelQA: searches, then sums of mixed fan-in", "") {
        @Override
        SubtaskRef<Note> build(Plan plan) {
            List<SubtaskRef<Note>> facts = plan.searches(4);
            SubtaskRef<Note> first = plan.of(facts.get(0), facts.get(1));
            SubtaskRef<Note> second = plan.of(facts.get(2), facts.get(3));
            SubtaskRef<Note> third = plan.of(first, facts.get(3));
            return plan.of(third, second);
        }
    },
    /** Thoughts are proposed, all of them rated, the best kept and thought further: three times. */
    GAME_OF_24("Game of 24: a tree of three levels", "") {
        @Override
        SubtaskRef<Note> build(Plan plan) {
            SubtaskRef<Note> best = plan.rated(List.of(plan.propose()), 8);
            best = plan.rated(plan.proposeAfter(best, 5), 4);
            return plan.rated(plan.proposeAfter(best, 5), 4);
        }
    };

    static final SubtaskType<Topic, Note> SEARCH = SubtaskType.model("search", Topic.class, Note.class, "Look it up.");
    static final SubtaskType<Notes, Note> RATE = SubtaskType.model("rate", Notes.class, Note.class, "Rate it.");
    static final SubtaskType<Notes, Note> CALCULATE =
            SubtaskType.model("calculate", Notes.class, Note.class, "Calculate with the facts.");
    static final SubtaskType<Notes, Note> PROPOSE = SubtaskType.model(
                    "propose", Notes.class, Note.class, "Propose what to try next.")
            .startingAt(Tier.MINI);

    private final String title;
    private final String published;

    CompilerShape(String title, String published) {
        this.title = title;
        this.published = published;
    }

    abstract SubtaskRef<Note> build(Plan plan);

    String title() {
        return title;
    }

    /** How much faster it was measured to be than one model step by step; empty if the paper gives no such figure here. */
    String published() {
        return published;
    }

    TaskGraph<Note> graph() {
        var plan = new Plan();
        SubtaskRef<Note> last = build(plan);
        return plan.graph.answering(last);
    }

    /** Adds subtasks in the order in which a planner writes them. */
    static final class Plan {
        private final TaskGraph.Builder graph = TaskGraph.builder();
        private int size;

        private String next() {
            return "s" + ++size;
        }

        SubtaskRef<Note> search() {
            return graph.add(next(), SEARCH, new Topic("it"));
        }

        List<SubtaskRef<Note>> searches(int count) {
            var all = new ArrayList<SubtaskRef<Note>>();
            for (int i = 0; i < count; i++) {
                all.add(search());
            }
            return all;
        }

        SubtaskRef<Note> of(SubtaskRef<Note> a, SubtaskRef<Note> b) {
            return graph.add(next(), CALCULATE, Input.fromAll(List.of(a, b), Notes::new));
        }

        SubtaskRef<Note> propose() {
            return graph.add(next(), PROPOSE, new Notes(List.of()));
        }

        List<SubtaskRef<Note>> proposeAfter(SubtaskRef<Note> best, int count) {
            var all = new ArrayList<SubtaskRef<Note>>();
            for (int i = 0; i < count; i++) {
                all.add(graph.add(next(), PROPOSE, Input.fromAll(List.of(best), Notes::new)));
            }
            return all;
        }

        /** So many ratings for each proposal, and the choice among all of them. */
        SubtaskRef<Note> rated(List<SubtaskRef<Note>> proposals, int each) {
            var ratings = new ArrayList<SubtaskRef<Note>>();
            for (SubtaskRef<Note> proposal : proposals) {
                for (int i = 0; i < each; i++) {
                    ratings.add(graph.add(next(), RATE, Input.fromAll(List.of(proposal), Notes::new)));
                }
            }
            return graph.add(next(), RATE, Input.fromAll(ratings, Notes::new));
        }
    }
}
