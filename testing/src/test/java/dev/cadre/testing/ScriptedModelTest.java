// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static dev.cadre.testing.Crew.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.json.Json;
import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Charge;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Notes;
import dev.cadre.testing.Crew.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ScriptedModelTest {
    private static final Duration AMPLE = Duration.ofSeconds(30);

    final ScriptedModel model = new ScriptedModel();
    final List<String> pieces = new ArrayList<>();

    private <I, O> ModelReply ask(SubtaskType<I, O> type, I input, Tier tier) throws InterruptedException {
        String json = JsonType.of(type.input()).write(input);
        var purpose = new CallPurpose(CallPurpose.Kind.WORK, "run", "subtask", type.name(), json, tier);
        return model.call(
                ModelRequest.of("gpt-5.4-nano", "Work.", json, 64), new CallContext(purpose, AMPLE, pieces::add));
    }

    private ModelReply ask(String topic) throws InterruptedException {
        return ask(NOTE, new Topic(topic), Tier.NANO);
    }

    @Test
    void call_unmatched_showsTheDifferenceToTheNearestScript() {
        model.on(Crew.BRIEF).replies(new Brief("done"));
        model.on(NOTE, new Topic("cats, small ones")).replies(new Note("They purr."));
        model.on(NOTE, new Topic("horses")).replies(new Note("They run."));
        model.onPlan().replies("{}");

        assertThatThrownBy(() -> ask("cats, large ones"))
                .isInstanceOf(UnscriptedCallException.class)
                .hasMessage("""
                        no script matches the call
                          WORK note {"name":"cats, large ones"} on gpt-5.4-nano
                        nearest (- scripted, + called): note {"name":"cats, small ones"}
                            {
                              input: {
                          -     name: "cats, small ones"
                          +     name: "cats, large ones"
                              }
                              type: "note"
                            }
                        also scripted:
                          a plan
                          note {"name":"horses"}
                          brief""");
    }

    @Test
    void call_onAnotherTier_showsTheTierOfTheScript() {
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.MINI).replies(new Note("They purr."));

        assertThatThrownBy(() -> ask("cats")).hasMessage("""
                        no script matches the call
                          WORK note {"name":"cats"} on gpt-5.4-nano
                        nearest (- scripted, + called): note {"name":"cats"} on MINI
                          the same input""");
    }

    @Test
    void call_nothingScripted_saysSo() {
        assertThatThrownBy(() -> ask("cats")).hasMessageEndingWith("on gpt-5.4-nano\nnothing is scripted");
    }

    @Test
    void scripts_byTier_answerTheirs() throws Exception {
        model.on(NOTE).onlyOn(Tier.NANO).replies(new Note("short"));
        model.on(NOTE).onlyOn(Tier.MINI).replies(new Note("long"));

        assertThat(ask(NOTE, new Topic("cats"), Tier.NANO).text()).isEqualTo("{\"text\":\"short\"}");
        assertThat(ask(NOTE, new Topic("cats"), Tier.MINI).text()).isEqualTo("{\"text\":\"long\"}");
    }

    @Test
    void script_ofSomeInputs_seesTheInputAsAValue() throws Exception {
        model.on(NOTE).replies(new Note("other"));
        model.onInputs(NOTE, topic -> topic.name().startsWith("c")).replies(new Note("with a c"));

        assertThat(ask("cats").text()).contains("with a c");
        assertThat(ask("dogs").text()).contains("other");
    }

    @Test
    void answer_madeFromTheCall_isWrittenAsItsType() throws Exception {
        model.on(NOTE).answers(call -> new Note("about " + call.purpose().input()));

        assertThat(ask("cats").text()).isEqualTo("{\"text\":\"about {\\\"name\\\":\\\"cats\\\"}\"}");
    }

    @Test
    void answer_madeFromTheInput_seesItAsAValue() throws Exception {
        model.on(NOTE).answers(call -> new Note("about " + call.input(NOTE).name()));

        assertThat(ask("cats").text()).isEqualTo("{\"text\":\"about cats\"}");
    }

    @Test
    void input_ofAnotherType_isRefused() throws Exception {
        model.on(NOTE).replies(new Note("They purr."));
        ask("cats");

        assertThatThrownBy(() -> model.calls().getFirst().input(Crew.BRIEF))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the input of 'brief' was asked of a call for 'note':"
                        + " WORK note {\"name\":\"cats\"} on gpt-5.4-nano");
    }

    @Test
    void deltas_withAGate_areHandedOverAsTheyCome() throws Exception {
        var gate = new Gate();
        model.on(NOTE).streams(Deltas.cut("abcde", 2).thenHoldUntil(gate).then("f"));

        var reply = start(() -> ask("cats"));
        assertThat(model.awaitInFlight(1)).isTrue();
        gate.open();

        assertThat(reply.result().text()).isEqualTo("abcdef");
        assertThat(pieces).containsExactly("ab", "cd", "e", "f");
    }

    @Test
    void deltas_thatFail_areALostStream() {
        model.on(NOTE).streams(Deltas.of("half").thenFails(() -> new ModelException.TimedOut("lost", Charge.UNKNOWN)));

        assertThatThrownBy(() -> ask("cats")).isInstanceOf(ModelException.TimedOut.class);
        assertThat(pieces).containsExactly("half");
    }

    @Test
    void deltas_behindAFailure_areRefused() {
        var lost = Deltas.of("half").thenFails(() -> new ModelException.TimedOut("lost", Charge.UNKNOWN));

        assertThatThrownBy(() -> lost.then("more"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("nothing follows the failure of a stream");
    }

    @Test
    void latency_byTheTestsClock_takesNoTime() throws Exception {
        var clock = new TestClock();
        model.on(NOTE).takes(Duration.ofHours(3), clock).replies(new Note("late"));

        var reply = start(() -> ask("cats"));

        assertThat(clock.advanceToAlarm()).isEqualTo(Duration.ofHours(3));
        assertThat(reply.result().text()).contains("late");
    }

    @Test
    void latency_beyondTheDeadline_endsTheRun() throws Exception {
        var clock = new TestClock();
        model.on(NOTE).takes(Duration.ofHours(1), clock).replies(new Note("too late"));
        var graph = TaskGraph.builder();
        var note = graph.add("cats", NOTE, new Topic("cats"));

        var run = start(() -> Coordinator.builder(model.pools())
                .clock(clock)
                .build()
                .run(graph.answering(note), Budget.usd("1.00").within(Duration.ofMinutes(2))));
        assertThat(model.awaitInFlight(1)).isTrue();
        clock.advance(Duration.ofMinutes(2));

        assertThat(run.result()).outcome(note).isFailedBecause(Failure.Kind.DEADLINE);
    }

    @Test
    void nextReply_alone_takesTermsGivenBefore() throws Exception {
        var limits = new RateLimits(new RateLimits.Window(60, 59, Duration.ofSeconds(1)), RateLimits.Window.UNKNOWN);
        model.on(NOTE)
                .costing(7, 3)
                .reporting(limits)
                .replies(new Note("first"))
                .costingUnknown()
                .replies(new Note("second"))
                .replies(new Note("third"));

        assertThat(ask("cats")).returns(TokenUsage.of(7, 3), ModelReply::usage).returns(limits, ModelReply::limits);
        assertThat(ask("cats")).returns(null, ModelReply::usage).returns(RateLimits.UNKNOWN, ModelReply::limits);
        assertThat(ask("cats")).returns(TokenUsage.of(100, 20), ModelReply::usage);
    }

    @Test
    void rateLimit_throughThePool_isRetriedUnpaid() throws Exception {
        model.on(NOTE).isRateLimited(Duration.ofMillis(1)).costing(1_000, 400).replies(new Note("at last"));

        RunResult<Note> result = note("cats");

        assertThat(result).isCompleteWith(new Note("at last")).spent(Crew.NOTE_USD);
        assertThat(model.calls()).hasSize(2);
    }

    @Test
    void malformedText_twice_isInvalidOutput() throws Exception {
        model.on(NOTE).repliesText("{\"text\":");

        assertThat(((RunResult.Failed<Note>) note("cats")).cause().message()).contains("INVALID_OUTPUT");
    }

    @Test
    void filter_isNoValue() throws Exception {
        model.on(NOTE).isFiltered();

        assertThat(ask("cats").finish()).isEqualTo(Finish.FILTERED);
    }

    private RunResult<Note> note(String topic) throws InterruptedException {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic(topic));
        return Coordinator.of(model.pools(pool -> pool)).run(graph.answering(note), Budget.usd("1.00"));
    }

    @Test
    void use_notFull_namesTheScriptsInOrder() throws Exception {
        model.on(NOTE, new Topic("cats")).replies(new Note("one")).replies(new Note("two"));
        model.on(Crew.BRIEF, new Notes(List.of())).replies(new Brief("done"));
        ask("cats");

        assertThatThrownBy(model::assertFullyUsed)
                .isInstanceOf(AssertionError.class)
                .hasMessage("scripted, but not (fully) asked for: [note {\"name\":\"cats\"}, brief {\"notes\":[]}]");
    }

    @Test
    void use_withAnUnscriptedCall_isNotFull() {
        assertThatThrownBy(() -> ask("cats")).isInstanceOf(UnscriptedCallException.class);

        assertThatThrownBy(model::assertFullyUsed)
                .isInstanceOf(AssertionError.class)
                .hasMessage("asked for, but not scripted: [WORK note {\"name\":\"cats\"} on gpt-5.4-nano]");
    }

    // --- packs

    private List<String> pack(String... topics) throws InterruptedException {
        var outcomes = new ArrayList<String>();
        Coordinator.of(model.pools())
                .bulk(NOTE)
                .keyedBy(Topic::name)
                .packing(topics.length)
                .run(
                        Stream.of(topics).map(Topic::new),
                        Budget.usd("1.00"),
                        item -> outcomes.add(item.key() + " " + item.outcome() + " "
                                + item.spend().total()));
        outcomes.sort(null);
        return outcomes;
    }

    @Test
    void pack_isAnsweredByTheScriptsOfItsItems_atTheSumOfTheirTokens() throws Exception {
        model.on(NOTE).costing(1_000, 400).replies(new Note("any"));
        model.on(NOTE, new Topic("cats")).costing(3_000, 1_200).replies(new Note("They purr."));

        assertThat(pack("cats", "dogs"))
                .containsExactly(
                        "cats Succeeded[Note[text=They purr.]] $0.0014", "dogs Succeeded[Note[text=any]] $0.0014");
        assertThat(model.calls()).hasSize(1);
        model.assertFullyUsed();
    }

    @Test
    void pack_ofWhichAnItemIsRefused_isRefused_andItsItemsAreAskedAlone() throws Exception {
        model.on(NOTE).replies(new Note("any"));
        model.on(NOTE, new Topic("cats")).refuses("no cats");

        assertThat(pack("cats", "dogs"))
                .satisfiesExactly(
                        cats -> assertThat(cats).contains("REFUSED", "no cats"),
                        dogs -> assertThat(dogs).contains("Note[text=any]"));
        assertThat(model.calls()).hasSize(3);
    }

    @Test
    void pack_isAnsweredAsAWhole_byAScriptOfText() throws Exception {
        model.on(NOTE).replies(new Note("alone"));
        model.when("a pack", call -> call.purpose().input().startsWith("["))
                .repliesText("{\"answers\":[{\"number\":2,\"answer\":{\"text\":\"packed\"}}]}");

        assertThat(pack("cats", "dogs"))
                .satisfiesExactly(
                        cats -> assertThat(cats).contains("alone"),
                        dogs -> assertThat(dogs).contains("packed"));
    }

    @Test
    void pack_withAnItemThatNothingMatches_namesTheItem() throws Exception {
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));

        pack("cats", "dogs");

        assertThatThrownBy(model::assertFullyUsed).hasMessageContaining("WORK note {\"name\":\"dogs\"}");
    }

    @Test
    void inputThatLooksLikeAPack_isOneInput() throws Exception {
        SubtaskType<Json, Json.Obj> any = SubtaskType.json(
                "any",
                "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}",
                "Do it.");
        Json input = Json.parse("[{\"number\":1,\"input\":{}},{\"number\":2,\"input\":{}}]");
        model.on(any, input).replies(Json.obj());
        var outcomes = new ArrayList<Outcome<Json.Obj>>();

        Coordinator.of(model.pools())
                .bulk(any)
                .run(Stream.of(input), Budget.usd("1.00"), item -> outcomes.add(item.outcome()));

        assertThat(outcomes).hasSize(1).allMatch(Outcome::isSucceeded);
        model.assertFullyUsed();
    }

    @Test
    void assertionInAScript_isRethrown() throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE).answers(call -> {
            throw new AssertionError("it was asked of " + call.input(NOTE).name());
        });
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));

        Coordinator.of(model.pools()).run(graph.answering(note), Budget.usd("0.05"));

        assertThatThrownBy(model::assertFullyUsed)
                .isInstanceOf(AssertionError.class)
                .hasRootCauseMessage("it was asked of cats");
    }
}
