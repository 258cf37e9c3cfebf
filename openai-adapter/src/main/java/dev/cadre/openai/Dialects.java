// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cadre.model.Effort;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.ServiceTier;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of how one server wants to be written to: its API, and a dialect for each model, because a gateway has
 * different servers behind it. Learned from refusals, which cost nothing, and from replies that ignore what was asked for.
 *
 * <p>What is learned only grows, so each model adapts a bounded number of times. OpenAI itself is written to by the book.
 * Safe for use by many threads.
 */
final class Dialects {
    private static final String NO_RESPONSES =
            "Chat Completions was used: the server has no Responses API for this model, or one that answers with chat"
                    + " completions or ignores the schema of an answer";
    private static final String CHAT_AT_RESPONSES =
            "the server answered the Responses API with a chat completion, which was read as one";
    private static final String RESPONSE_AT_CHAT =
            "the server answered Chat Completions with a reply of the Responses API, which was read as one";
    private static final String NO_CHAT =
            "Chat Completions has never answered this model: it is asked over the Responses API";
    private static final String IGNORES_FORM =
            "the server ignored the JSON schema of the answer: it is asked in another way from now on";
    private static final String CUT_UNSAID =
            "the reply is as long as its cap, and the server, which has called no reply cut yet, called it complete: it"
                    + " was read as cut";
    private static final String IGNORES_CAP =
            "the reply is longer than the cap: the cap is sent as max_tokens from now on";

    /** A model that has broken the form as often, and never kept it, is asked in another way, whatever its server says. */
    private static final int MOST_BROKEN_FORMS = 3;

    /** So often in a row may servers behind a gateway refuse each other's name of the cap. */
    private static final int MOST_CAPS_GIVEN_UP = 8;

    /** What OpenAI itself refuses for some models. */
    private static final Set<OptionalParameter> OF_THE_BOOK = EnumSet.of(
            OptionalParameter.STREAM, // to organizations that are not verified
            OptionalParameter.INCLUDE,
            OptionalParameter.REASONING,
            OptionalParameter.REASONING_EFFORT);

    private final ApiByModel apis;
    private final AnswerForm declaredForm;
    private final boolean byTheBook;
    private final Map<String, Dialect> learned = new ConcurrentHashMap<>();
    /** The models whose replies have had the form that was asked: one that has not is the model's own fault. */
    private final Set<String> keepsForm = ConcurrentHashMap.newKeySet();

    /** The models of which a reply of the Responses API was called incomplete: what is called complete there, is. */
    private final Set<String> tellsOfCuts = ConcurrentHashMap.newKeySet();

    /** How often a model has broken a form that its server claims to have read, as long as it has never kept it. */
    private final Map<String, Integer> brokenForms = new ConcurrentHashMap<>();

    /** How often a model that has answered refused the name of its cap since. */
    private final Map<String, Integer> capsGivenUp = new ConcurrentHashMap<>();

    /**
     * @param declared the API that the user named; null if it is to be found out
     * @param schemas what the server does with the schema of an answer; null if it is not known
     * @param server who is spoken to
     */
    Dialects(@Nullable Api declared, @Nullable SchemaUse schemas, BaseUrl server) {
        apis = new ApiByModel(declared == null && server.isOpenAi() ? Api.RESPONSES : declared);
        byTheBook = server.isOpenAi();
        SchemaUse unlessDeclared = byTheBook ? SchemaUse.SHOWN : SchemaUse.FORCED;
        declaredForm = (schemas == null ? unlessDeclared : schemas).form();
    }

    /** The dialect for a model. */
    Dialect of(String model) {
        return learned(apis.of(model), model);
    }

    /** The dialect for the next attempt of a request. */
    Dialect of(ModelRequest request) {
        return learned(apis.of(request), request.model());
    }

    private Dialect learned(Api api, String model) {
        return spoken(api, learned.getOrDefault(model, Dialect.of(api, declaredForm)));
    }

    private Dialect spoken(Api api, Dialect known) {
        boolean isResponses = api == Api.RESPONSES;
        if (isResponses == (known.api() == Api.RESPONSES)) {
            return !isResponses && !apis.isDeclared() ? known.with(known.api(), NO_RESPONSES) : known;
        }
        return isResponses ? known.inResponsesWithout(NO_RESPONSES) : known.with(Api.CHAT_COMPLETIONS, NO_RESPONSES);
    }

    /** The API in which a model of which nothing is known is asked now. */
    Api api() {
        return apis.guess();
    }

    /**
     * All dialects in which a request may still be written, of which one makes it longest. What is left out makes it
     * shorter.
     */
    Stream<Dialect> possible(ModelRequest request) {
        Dialect now = of(request.model());
        if (byTheBook) {
            return Stream.of(now);
        }
        boolean isChat = now.api() != Api.RESPONSES;
        boolean isSettled = apis.isDeclared() || (isChat && apis.hasAnswered(request.model(), now.api()));
        Stream<Api> spoken = isSettled ? Stream.of(longer(now.api())) : Stream.of(Api.RESPONSES, Api.CHAT_COMPLETIONS);
        return spoken.flatMap(api -> forms(request).stream().map(form -> longest(api, form, request)));
    }

    private Dialect longest(Api api, AnswerForm form, ModelRequest request) {
        boolean saysEffort = api == Api.RESPONSES
                || !apis.isDeclared()
                || request.effort() != Effort.NONE
                || !request.tools().isEmpty();
        Dialect dialect = Dialect.of(api, form);
        for (OptionalParameter longer : RefusedTurns.LONGER) {
            dialect = dialect.without(longer);
        }
        return saysEffort ? dialect.with(Efforts.longest(request.effort())) : dialect;
    }

    /** Where the form stands in the instructions anyway, a schema beside it is longer than none. */
    private List<AnswerForm> forms(ModelRequest request) {
        return request.output() instanceof OutputFormat.JsonSchema && declaredForm == AnswerForm.SHOWN
                ? List.of(declaredForm, AnswerForm.JSON_OBJECT)
                : List.of(declaredForm);
    }

    /** The API with the longer name of the cap. */
    private static Api longer(Api api) {
        return api == Api.CHAT_COMPLETIONS_MAX_TOKENS ? Api.CHAT_COMPLETIONS : api;
    }

    /**
     * What a refused exchange means: that another attempt will be in another form, or that no form is left.
     *
     * @param sent the dialect in which it was written
     * @param body the body as it was sent; this changes it
     */
    Optional<ModelException> learn(Dialect sent, ModelRequest request, ObjectNode body, Refusal told) {
        Refusal refusal = told.of(OwnWords.of(body));
        if (sent.api() == Api.RESPONSES && !apis.isDeclared() && refusal.isOfResponses()) {
            return apis.rebuffed(sent.api(), request, Rebuff.ABSENT)
                    ? Optional.of(adapted(NO_RESPONSES))
                    : Optional.empty();
        }
        if (!byTheBook && !body.has("stream") && !sent.streamsOnly() && refusal.isOfWholeReply()) {
            return Optional.of(leftOut(OptionalParameter.WHOLE_REPLY, request.model()));
        }
        Optional<OptionalParameter> ofTurns = RefusedTurns.in(refusal, body, byTheBook);
        if (ofTurns.isPresent()) {
            return ofTurns.map(refused -> leftOut(refused, request.model()));
        }
        if (byTheBook && refusal.param().isEmpty()) {
            return Optional.empty();
        }
        if (sent.api() != Api.RESPONSES && !byTheBook && RefusedEffort.isOfToolsBesideAny(refusal, body)) {
            return Optional.of(leftOut(OptionalParameter.REASONING_BESIDE_TOOLS, request.model()));
        }
        Optional<ModelException> left = effort(request, body, refusal).or(() -> parameter(request, body, refusal));
        if (left.isPresent() || byTheBook) {
            return left;
        }
        if (refusal.isOf(sent.api().capField())) {
            return Optional.of(otherCap(sent, request.model()));
        }
        return form(sent, request, refusal);
    }

    private Optional<ModelException> effort(ModelRequest request, ObjectNode body, Refusal refusal) {
        String word = body.path("reasoning_effort")
                .asText(body.path("reasoning").path("effort").asText(""));
        return RefusedEffort.in(refusal, word).map(refused -> {
            update(
                    request.model(),
                    known -> known.with(known.efforts().refusing(request.effort(), word, refused.allowed())));
            return adapted(of(request.model()).efforts().note(request));
        });
    }

    private Optional<ModelException> parameter(ModelRequest request, ObjectNode body, Refusal refusal) {
        return refusal.parameter(each -> mayLeaveOut(each, request) && each.removeFrom(body))
                .or(() -> Optional.of(OptionalParameter.RETURNED_REASONING)
                        .filter(reasoning -> refusal.isOf(OptionalParameter.REASONING.mention()))
                        .filter(reasoning -> reasoning.removeFrom(body)))
                .map(parameter -> leftOut(parameter, request.model()));
    }

    private ModelException leftOut(OptionalParameter parameter, String model) {
        update(model, known -> known.without(parameter));
        return adapted(
                parameter.instead().isEmpty()
                        ? "the server refuses " + parameter.wireName() + ", which is left out from now on"
                        : parameter.instead());
    }

    private Optional<ModelException> form(Dialect sent, ModelRequest request, Refusal refusal) {
        AnswerForm asked = sent.formOf(request);
        if (!(request.output() instanceof OutputFormat.JsonSchema) || asked == AnswerForm.PROMPT) {
            return Optional.empty();
        }
        if (!request.tools().isEmpty() && RefusedForm.isBesideTools(refusal)) {
            update(request.model(), Dialect::withoutFormBesideTools);
            return Optional.of(adapted(Dialect.BESIDE_TOOLS));
        }
        if (!RefusedForm.isIn(refusal, keepsForm.contains(request.model()))) {
            return Optional.empty();
        }
        AnswerForm weaker = asked.weaker();
        update(request.model(), known -> known.form().compareTo(weaker) < 0 ? known.with(weaker) : known);
        return Optional.of(adapted(weaker.note()));
    }

    /** Whether an error may be that of one call, because others have succeeded: a gateway has several servers behind it. */
    boolean doubtsErrors(String model) {
        return !byTheBook && apis.hasAnswered(model);
    }

    /** The failure of an exchange, or that the next attempt asks at another address: this one has never answered. */
    ModelException judged(Dialect sent, ModelRequest request, ModelException failure) {
        boolean goesOn = Rebuff.of(failure)
                .filter(rebuff -> apis.rebuffed(sent.api(), request, rebuff))
                .isPresent();
        return goesOn && failure.charge() == ModelException.Charge.FREE
                ? adapted(sent.api() == Api.RESPONSES ? NO_RESPONSES : NO_CHAT)
                : failure;
    }

    /** A tier is never given up unasked where it changes the price. */
    private boolean mayLeaveOut(OptionalParameter parameter, ModelRequest request) {
        if (byTheBook) {
            return OF_THE_BOOK.contains(parameter);
        }
        return parameter != OptionalParameter.SERVICE_TIER || request.serviceTier() == ServiceTier.STANDARD;
    }

    /** Without a cap a reservation would bound nothing: a server that knows neither name is sent nothing more. */
    private ModelException otherCap(Dialect sent, String model) {
        Optional<Api> other = sent.api().withOtherCap();
        boolean wasRefused = sent.notes().stream().anyMatch(note -> note.startsWith(refusedCap("")));
        boolean mayBeAnothersTurn =
                apis.hasAnswered(model, sent.api()) && capsGivenUp.merge(model, 1, Integer::sum) <= MOST_CAPS_GIVEN_UP;
        if (other.isEmpty() || (wasRefused && !mayBeAnothersTurn)) {
            return new ModelException.InvalidRequest(
                    "%s: the server refuses the cap on the output under every name; nothing is sent without one"
                            .formatted(model),
                    400);
        }
        String note = refusedCap(sent.api().capField());
        update(model, known -> {
            Dialect now = spoken(sent.api(), known);
            return now.api() == sent.api() ? now.with(other.get(), note) : known;
        });
        return adapted(note);
    }

    private static String refusedCap(String name) {
        return "the server refuses the cap as " + name;
    }

    /** The reply with its notes. Later requests ask in another way for what the server ignored. */
    ModelReply checked(Dialect sent, ModelRequest request, ServedReply served) {
        ModelReply reply = served.reply();
        var notes = new ArrayList<>(sent.notesOn(request));
        boolean isOfAsked = served.api().path().equals(sent.api().path());
        if (!isOfAsked) {
            notes.add(sent.api() == Api.RESPONSES ? CHAT_AT_RESPONSES : RESPONSE_AT_CHAT);
        }
        apis.answered(sent.api(), request, isOfAsked);
        capsGivenUp.remove(request.model());
        if (!byTheBook) {
            CutInput.note(request, reply).ifPresent(notes::add);
        }
        if (served.api() == Api.RESPONSES && reply.finish() == Finish.TRUNCATED) {
            tellsOfCuts.add(request.model());
        }
        if (byTheBook || reply.finish() != Finish.COMPLETE) {
            return noting(reply, notes);
        }
        boolean cut = isCutUnsaid(served, request);
        if (!cut || !reply.text().stripLeading().startsWith("{")) { // the beginning of an object has the form so far
            ignored(sent, request, served).ifPresent(notes::add);
        }
        if (!cut) {
            return noting(reply, notes);
        }
        notes.add(CUT_UNSAID);
        return noting(reply.withFinish(Finish.TRUNCATED), notes);
    }

    private static ModelReply noting(ModelReply reply, List<String> notes) {
        return notes.isEmpty() ? reply : reply.noting(List.copyOf(notes));
    }

    /**
     * Servers with a young Responses API, such as llama.cpp's and Ollama's, call every reply completed, one that was cut
     * at its cap too. Few whole replies have just the length of their cap, and none is doubted of a model whose cut replies
     * have been called incomplete. Who bills more than the cap does not keep to it. An answer in its form was not cut.
     */
    private boolean isCutUnsaid(ServedReply served, ModelRequest request) {
        ModelReply reply = served.reply();
        return served.api() == Api.RESPONSES
                && !tellsOfCuts.contains(request.model())
                && reply.usage() != null
                && reply.usage().outputTokens() == request.maxOutputTokens()
                && !(request.output() instanceof OutputFormat.JsonSchema schema
                        && !AnswerForm.isIgnoredBy(reply.text(), schema));
    }

    private Optional<String> ignored(Dialect sent, ModelRequest request, ServedReply served) {
        ModelReply reply = served.reply();
        if (sent.api() == Api.CHAT_COMPLETIONS
                && sent.notes().stream().noneMatch(note -> note.startsWith(refusedCap("")))
                && reply.usage() != null
                && reply.usage().outputTokens() > request.maxOutputTokens()) {
            update(request.model(), known -> known.with(Api.CHAT_COMPLETIONS_MAX_TOKENS, IGNORES_CAP));
            return Optional.of(IGNORES_CAP);
        }
        if (!sent.formOf(request).hasSchema()
                || reply.text().isBlank()
                || !(request.output() instanceof OutputFormat.JsonSchema schema)) {
            return Optional.empty();
        }
        if (!AnswerForm.isIgnoredBy(reply.text(), schema)) {
            keepsForm.add(request.model());
            return Optional.empty();
        }
        if (keepsForm.contains(request.model()) || isModelsFault(request.model(), served.echo())) {
            return Optional.empty();
        }
        if (sent.api() != Api.RESPONSES || !apis.leavesForForm(request.model())) {
            update(request.model(), known -> known.form().hasSchema() ? known.with(AnswerForm.JSON_OBJECT) : known);
        }
        return Optional.of(IGNORES_FORM);
    }

    /** Who repeats the form has read it; a gateway repeats it also before a server that has not, and then no reply has it. */
    private boolean isModelsFault(String model, Echo echo) {
        return echo.hasSchema() && brokenForms.merge(model, 1, Integer::sum) < MOST_BROKEN_FORMS;
    }

    private void update(String model, UnaryOperator<Dialect> change) {
        learned.compute(
                model, (id, known) -> change.apply(known == null ? Dialect.of(apis.of(model), declaredForm) : known));
    }

    private static ModelException adapted(String what) {
        return new ModelException.Adapted(what);
    }
}
