// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static dev.cadre.worker.RungScript.NOTE;
import static dev.cadre.worker.RungScript.NOTE_JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.JsonException;
import dev.cadre.model.Attachment;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.Turn;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Capability;
import dev.cadre.price.CountRange;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Price;
import dev.cadre.price.Quote;
import dev.cadre.task.Failure;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.worker.RungScript.Note;
import dev.cadre.worker.RungScript.Topic;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SingleCallTest {
    private static final Price PRICE = Price.perMillionTokens("1", "0.1", "10").withTier(ServiceTier.BATCH, 50);
    private static final Topic CATS = new Topic("cats");
    private static final SubtaskType<Topic, Note> STRICT =
            NOTE.accept("a note names its topic", (topic, note) -> note.text().contains(topic.name()));

    private static ModelPool pool() {
        var spec = ModelSpec.of("m", PRICE)
                .withTokens(TokenBounds.of(100_000, 90_000, 10_000).boundByBytes());
        return ModelPool.builder(
                        (request, context) -> {
                            throw new AssertionError("nobody is called here");
                        },
                        "m")
                .catalog(ModelCatalog.of(List.of(spec)))
                .build();
    }

    private static SingleCall<Topic, Note> call(SubtaskType<Topic, Note> type) {
        return SingleCall.of(type, pool(), Limits.DEFAULT, ServiceTier.BATCH);
    }

    private static Outcome<Note> outcome(SubtaskType<Topic, Note> type, Finish finish, String text) {
        return call(type).outcome(Optional.of(CATS), reply(finish, text));
    }

    private static ModelReply reply(Finish finish, String text) {
        return new ModelReply(
                "m", text, List.of(), finish, TokenUsage.of(1, 1), ServiceTier.BATCH, RateLimits.UNKNOWN, "");
    }

    @Test
    void request_isTheFirstOfARung_inTheTierOfTheBatch() {
        ModelRequest request = call(NOTE).request(CATS, Attached.NONE);

        assertThat(request.serviceTier()).isEqualTo(ServiceTier.BATCH);
        assertThat(request.withServiceTier(ServiceTier.STANDARD))
                .isEqualTo(
                        Rung.of(RungTask.first(NOTE, CATS, "note", Tier.NANO), "m", 10_000, Limits.DEFAULT)
                                                .on(new RungEvent.Begin())
                                        instanceof RungCommand.Call first
                                ? first.request()
                                : null);
    }

    @Test
    void quote_countsASecondSubmissionInTheWorstCase() {
        var quote = call(NOTE).quote(CATS);
        var once = pool().worstCase(call(NOTE).request(CATS, Attached.NONE));

        assertThat(quote.calls()).isEqualTo(new CountRange(1, 1, 2));
        assertThat(quote.cost().worst()).isEqualTo(once.times(2));
        assertThat(quote.cost().low()).isLessThan(quote.cost().expected());
        assertThat(quote.cost().expected()).isLessThan(once);
    }

    @Test
    void workThatIsMoreThanACall_isRefused() {
        var code = SubtaskType.code("code", Topic.class, Note.class, (topic, context) -> new Note(""));

        assertThatThrownBy(() -> call(code))
                .hasMessage("subtask type 'code' is more than a single call: it is plain code");
        assertThatThrownBy(() -> call(NOTE.tools(RungScript.ECHO))).hasMessageEndingWith("call: it has tools");
        assertThatThrownBy(() -> call(NOTE.upTo(Tier.MINI))).hasMessageEndingWith("call: it may escalate to MINI");
    }

    @Test
    void outcome_followsFromHowTheAnswerEnded() {
        assertThat(outcome(NOTE, Finish.COMPLETE, NOTE_JSON))
                .isEqualTo(new Outcome.Succeeded<>(new Note("They purr.")));
        assertThat(outcome(NOTE, Finish.COMPLETE, "{}")).satisfies(failed(Failure.Kind.INVALID_OUTPUT));
        assertThat(outcome(NOTE, Finish.TRUNCATED, NOTE_JSON)).satisfies(failed(Failure.Kind.TRUNCATED));
        assertThat(outcome(NOTE, Finish.TRUNCATED, ""))
                .asString()
                .contains("raise maxOutputTokens or lower the effort");
        assertThat(outcome(NOTE, Finish.REFUSED, "no")).satisfies(failed(Failure.Kind.REFUSED));
        assertThat(outcome(NOTE, Finish.FILTERED, "")).satisfies(failed(Failure.Kind.FILTERED));
        assertThat(outcome(NOTE, Finish.TOOL_CALLS, "")).satisfies(failed(Failure.Kind.TOOL_LIMIT));
    }

    @Test
    void rule_isTestedBesideTheInput_andNeverWithoutIt() {
        assertThat(call(STRICT).judgesByInput()).isTrue();
        assertThat(call(NOTE).judgesByInput()).isFalse();
        assertThat(outcome(STRICT, Finish.COMPLETE, NOTE_JSON)).satisfies(failed(Failure.Kind.NOT_ACCEPTED));
        assertThat(outcome(STRICT, Finish.COMPLETE, "{\"text\":\"cats purr\"}").isSucceeded())
                .isTrue();
        assertThat(call(STRICT).outcome(Optional.empty(), reply(Finish.COMPLETE, "{\"text\":\"cats purr\"}")))
                .isEqualTo(Outcome.failed(Failure.Kind.NOT_ACCEPTED, "its input is not known any more"));
        assertThat(call(NOTE)
                        .outcome(Optional.empty(), reply(Finish.COMPLETE, NOTE_JSON))
                        .isSucceeded())
                .isTrue();
    }

    private static Consumer<Outcome<Note>> failed(Failure.Kind kind) {
        return outcome -> assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(kind));
    }

    @Test
    void interruptOutOfARule_isKept_andNoOtherFailureIsTakenForOne() {
        outcome(thrower(new IllegalStateException("broken")), Finish.COMPLETE, NOTE_JSON);
        assertThat(Thread.interrupted()).isFalse();

        outcome(thrower(new InterruptedException()), Finish.COMPLETE, NOTE_JSON);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static SubtaskType<Topic, Note> thrower(Exception thrown) {
        return NOTE.accept("a rule that throws", (topic, note) -> {
            throw SingleCallTest.<RuntimeException>undeclared(thrown);
        });
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> E undeclared(Exception thrown) throws E {
        throw (E) thrown;
    }

    // --- pictures

    record Look(String what, Attachment page) {}

    private static final SubtaskType<Look, Note> LOOK = SubtaskType.model("look", Look.class, Note.class, "Look.");
    private static final Look PAGE = new Look("it", Attachment.Image.of("image/png", new byte[] {1, 2, 3}));

    private static SingleCall<Look, Note> looking(Capability... capabilities) {
        var spec = ModelSpec.of("m", PRICE)
                .withTokens(TokenBounds.of(100_000, 90_000, 10_000).boundByBytes())
                .withImageTokens(Attachment.Detail.HIGH, 1_000)
                .withCapabilities(Set.of(capabilities));
        var pool = ModelPool.builder(
                        (request, context) -> {
                            throw new AssertionError("nobody is called here");
                        },
                        "m")
                .catalog(ModelCatalog.of(List.of(spec)))
                .build();
        return SingleCall.of(LOOK, pool, Limits.DEFAULT, ServiceTier.BATCH);
    }

    @Test
    void request_hasThePictureOfItsInput_andAMarkInItsText() {
        ModelRequest request = looking(Capability.VISION).request(PAGE, Attached.of(LOOK, PAGE));

        assertThat(request.attachments()).containsExactly(PAGE.page());
        assertThat(((Turn.User) request.turns().getFirst()).text())
                .contains("{\"what\":\"it\",\"page\":\"attachment 1: image/png\"}")
                .doesNotContain("AQID");
    }

    @Test
    void picture_forAModelWithoutVision_isRefused() {
        assertThatThrownBy(() -> looking().request(PAGE, Attached.of(LOOK, PAGE)))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("the model 'm' of tier NANO lacks VISION");
        assertThat(looking().quote(PAGE)).isEqualTo(Quote.NOTHING);
    }

    @Test
    void quote_countsThePicture() {
        var none = new Look(
                "it", Attachment.File.of("a", "text/plain", new byte[] {1}).boundedBy(1));

        assertThat(looking(Capability.VISION).quote(PAGE).cost().worst())
                .isGreaterThan(looking(Capability.VISION).quote(none).cost().worst());
    }
}
