// SPDX-License-Identifier: Apache-2.0
package dev.cadre.probe;

import dev.cadre.json.JsonException;
import dev.cadre.model.Finish;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.RateLimits;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.model.Turn;
import dev.cadre.price.Money;
import dev.cadre.probe.Finding.Verdict;
import dev.cadre.redact.Redactor;
import dev.cadre.schema.JsonType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The questions of a probe. Each asks for something that a model cannot know or guess, so that the server shows. */
final class ProbeQuestions {
    private static final String BRIEF = "Answer with one word. Do not explain.";
    private static final String QUESTION = "Which word follows 'amber' in this list: copper, amber, lantern, willow?";
    private static final String WORD = "lantern";

    /** What the prompt does not say, so that only a schema that is enforced can bring it about. */
    private static final String FORM = """
            {"type":"object","properties":{"shade":{"type":"string","enum":["K7","Q4"]},"rank":{"type":"integer"}},\
            "required":["shade","rank"],"additionalProperties":false}""";

    private static final ToolSpec DEPOT = new ToolSpec("depot_of", "The depot that a part lies in.", """
            {"type":"object","properties":{"part":{"type":"string"}},"required":["part"],"additionalProperties":false}""");

    /** What a type with tools answers in. */
    private static final String PLACE = """
            {"type":"object","properties":{"depot":{"type":"string"}},"required":["depot"],"additionalProperties":false}""";

    private static final long CAP = 32;
    private static final int CALLS_BEHIND_STREAMS = 3;

    /** Each word is a token or more for every tokenizer. */
    static final int FILLER_WORDS = 4_000;

    private final ProbeCalls calls;

    ProbeQuestions(ProbeCalls calls) {
        this.calls = calls;
    }

    Finding text() throws InterruptedException {
        ModelReply reply = calls.ask(BRIEF, QUESTION);
        if (reply.finish() != Finish.COMPLETE || reply.text().isBlank()) {
            return Finding.of(Check.TEXT, Verdict.FAILED, "no complete text: " + seen(reply));
        }
        return says(reply, WORD)
                ? Finding.of(Check.TEXT, Verdict.WORKS, "the answer is right")
                : Finding.of(Check.TEXT, Verdict.LIMITED, "an answer came, and it is wrong: " + seen(reply));
    }

    Finding usage() throws InterruptedException {
        TokenUsage usage = calls.ask(BRIEF, QUESTION).usage();
        return usage == null
                ? Finding.of(
                        Check.USAGE,
                        Verdict.LIMITED,
                        "no usable token counts: every call is booked at its worst case, so a budget pays for fewer calls")
                : Finding.of(
                        Check.USAGE,
                        Verdict.WORKS,
                        "%d tokens in, %d out".formatted(usage.inputTokens(), usage.outputTokens()));
    }

    Finding price() throws InterruptedException {
        String asked = calls.pool().model();
        String answered = calls.ask(BRIEF, QUESTION).model();
        if (!answered.equals(asked) && !answered.startsWith(asked + "-")) {
            return Finding.of(
                            Check.PRICE,
                            Verdict.LIMITED,
                            "asked for %s, and %s answered".formatted(asked, Redactor.SHAPES.quote(answered)))
                    .advising("set the price of the model that answers");
        }
        var price = calls.pool().spec().price();
        return price.output().equals(Money.ZERO)
                ? Finding.of(
                        Check.PRICE,
                        Verdict.LIMITED,
                        "the price of %s is 0: a budget in money does not bound its calls, a deadline does"
                                .formatted(asked))
                : Finding.of(Check.PRICE, Verdict.WORKS, answered + " answers, as asked");
    }

    Finding cap() throws InterruptedException {
        ModelRequest counting = calls.request("Follow the order exactly.", "Count from 1 to 300, one number a line.")
                .withMaxOutputTokens(CAP);
        ModelReply reply = calls.ask(counting);
        if (ProbeCalls.isAboveCap(counting, reply)) { // a client may learn from it to send the cap in another way
            reply = calls.ask(counting);
        }
        if (ProbeCalls.isAboveCap(counting, reply)) {
            return Finding.of(Check.CAP, Verdict.FAILED, calls.brokenCap() + ": no budget holds at this server");
        }
        if (reply.finish() == Finish.TRUNCATED && !calls.brokenCap().isEmpty()) {
            return Finding.of(
                    Check.CAP,
                    Verdict.LIMITED,
                    calls.brokenCap()
                            + ", until the cap was sent in another way: such a first answer stops the budget of a run");
        }
        return reply.finish() == Finish.TRUNCATED
                ? Finding.of(Check.CAP, Verdict.WORKS, "the answer ends at its cap and says so")
                : Finding.of(
                        Check.CAP,
                        Verdict.LIMITED,
                        "an answer that must reach its cap of %d tokens ended as %s: %s"
                                .formatted(CAP, word(reply.finish()), seen(reply)));
    }

    Finding schema() throws InterruptedException {
        ModelRequest told = calls.request("Pick what you like.", "Which shade do you pick, and at what rank?")
                .withOutput(new OutputFormat.JsonSchema("pick", FORM));
        // called explained, so that no client writes it into the prompt
        ModelRequest untold = told.withOutput(new OutputFormat.JsonSchema("pick", FORM, true));
        for (int i = 0; i < 2; i++) { // a client may learn from the first reply how else the server is asked
            ModelReply reply = calls.ask(untold);
            if (defect(reply, FORM).isEmpty()) {
                return Finding.of(
                        Check.SCHEMA, Verdict.WORKS, "the form is kept: " + Redactor.SHAPES.quote(reply.text()));
            }
            if (reply.finish() == Finish.TRUNCATED) { // which says nothing of the schema
                return Finding.of(
                        Check.SCHEMA, Verdict.FAILED, "the answer was cut before it had its form: " + seen(reply));
            }
        }
        ModelReply reply = calls.ask(told);
        return defect(reply, FORM)
                .map(defect -> Finding.of(
                        Check.SCHEMA,
                        Verdict.FAILED,
                        "the server ignores the schema, and the answer does not have the form that the prompt shows (%s): %s"
                                .formatted(Redactor.SHAPES.quote(defect), seen(reply))))
                .orElseGet(() -> Finding.of(
                        Check.SCHEMA,
                        Verdict.LIMITED,
                        "the server ignores the schema: the answer has the form only because the prompt shows it: "
                                + Redactor.SHAPES.quote(reply.text())));
    }

    private static Optional<String> defect(ModelReply reply, String form) {
        try {
            JsonType.ofSchema(form).read(reply.text());
            return Optional.empty();
        } catch (JsonException defect) {
            return Optional.of(String.valueOf(defect.getMessage()));
        }
    }

    /** The answer has a form, as that of every type with tools: some servers refuse the two together, or call no tool then. */
    Finding tools() throws InterruptedException {
        ModelRequest plain = calls.request("Use the tool to find out.", "Where does part A17 lie?")
                .withTools(List.of(DEPOT));
        ModelRequest formed = plain.withOutput(new OutputFormat.JsonSchema("place", PLACE));
        ModelReply asks = calls.ask(formed);
        if (asks.toolCalls().isEmpty()) {
            boolean isForTheForm = !calls.ask(plain).toolCalls().isEmpty();
            return Finding.of(
                    Check.TOOLS,
                    Verdict.FAILED,
                    (isForTheForm ? "a tool is called only where no form is asked for" : "no tool was called")
                            + ", so answers of types with tools are made up, or fail: " + seen(asks));
        }
        var turns = new ArrayList<>(formed.turns());
        turns.add(Turn.Assistant.of(asks));
        for (ToolCall call : asks.toolCalls()) {
            turns.add(new Turn.ToolResult(call.callId(), "{\"depot\":\"" + WORD + "\"}"));
        }
        ModelReply answer = calls.ask(formed.withTurns(turns));
        if (!says(answer, WORD)) {
            return Finding.of(Check.TOOLS, Verdict.LIMITED, "the result of the tool was not used: " + seen(answer));
        }
        return defect(answer, PLACE)
                .map(defect -> Finding.of(
                        Check.TOOLS,
                        Verdict.LIMITED,
                        "the answer behind a tool does not have its form, and is asked for again in a run (%s): %s"
                                .formatted(Redactor.SHAPES.quote(defect), seen(answer))))
                .orElseGet(() -> Finding.of(
                        Check.TOOLS,
                        Verdict.WORKS,
                        "a tool was called and its result used, in two rounds, and the answer has its form"));
    }

    Finding stream() throws InterruptedException {
        var pieces = new ArrayList<String>();
        ModelReply reply =
                calls.ask(calls.request("Answer in two short sentences.", "What is a lantern?"), pieces::add);
        String joined = String.join("", pieces);
        if (pieces.isEmpty()) {
            return Finding.of(
                    Check.STREAM, Verdict.LIMITED, "text comes whole: a plan starts when all of it is written");
        }
        return joined.equals(reply.text())
                ? Finding.of(Check.STREAM, Verdict.WORKS, "the text came in %d pieces".formatted(pieces.size()))
                : Finding.of(Check.STREAM, Verdict.FAILED, "the pieces are not the text of the reply");
    }

    Finding afterStream() throws InterruptedException {
        int lost = 0;
        String how = "";
        for (int i = 0; i < CALLS_BEHIND_STREAMS; i++) {
            try {
                calls.ask(calls.request(BRIEF, QUESTION), piece -> {});
                calls.ask(BRIEF, QUESTION);
            } catch (ModelException.ConnectionFailed failure) {
                lost++;
                how = String.valueOf(failure.getMessage());
            }
        }
        return lost == 0
                ? Finding.of(Check.AFTER_STREAM, Verdict.WORKS, "no call was lost")
                : Finding.of(
                        Check.AFTER_STREAM,
                        Verdict.FAILED,
                        "%d of %d rounds lost a call: %s".formatted(lost, CALLS_BEHIND_STREAMS, how));
    }

    Finding cancel() throws InterruptedException {
        ModelRequest request = calls.request("Answer at length.", "What is a lantern, and who made the first ones?");
        boolean[] began = {false};
        try {
            calls.ask(request, piece -> {
                began[0] = true;
                Thread.currentThread().interrupt();
            });
        } catch (InterruptedException ended) {
            if (began[0]) {
                return Finding.of(Check.CANCEL, Verdict.WORKS, "the call ended when it was interrupted");
            }
            throw ended; // the caller's own
        }
        // a reply of one piece is over before anybody can interrupt it
        boolean interrupted = began[0] && Thread.interrupted();
        return Finding.of(
                Check.CANCEL,
                Verdict.LIMITED,
                interrupted
                        ? "the text came in one piece, so there was nothing left to cancel"
                        : "text comes whole, so a call cannot be cancelled while it is written");
    }

    Finding longInput() throws InterruptedException {
        var filler = new StringBuilder("The word of the day is '" + WORD + "'. A list follows:\n");
        for (int i = 0; i < FILLER_WORDS; i++) {
            filler.append(i % 2 == 0 ? "stone " : "river ");
        }
        filler.append("\nWhat is the word of the day, which stands before the list?");
        ModelReply reply = calls.ask(BRIEF, filler.toString());
        TokenUsage usage = reply.usage();
        if (usage != null && usage.inputTokens() < FILLER_WORDS) {
            return Finding.of(
                            Check.LONG_INPUT,
                            Verdict.FAILED,
                            "more than %d tokens were sent and %d read: the server cuts long inputs without a word"
                                    .formatted(FILLER_WORDS, usage.inputTokens()))
                    .advising("enlarge its context");
        }
        return says(reply, WORD)
                ? Finding.of(
                        Check.LONG_INPUT, Verdict.WORKS, "what stands before %d words is found".formatted(FILLER_WORDS))
                : Finding.of(
                        Check.LONG_INPUT,
                        Verdict.LIMITED,
                        "what stands before %d words is not found: %s".formatted(FILLER_WORDS, seen(reply)));
    }

    Finding refusal() throws InterruptedException {
        ModelRequest wrong = calls.request(BRIEF, QUESTION)
                .withOutput(new OutputFormat.JsonSchema("wrong", "{\"type\":\"no such type\"}"));
        try {
            calls.ask(wrong);
        } catch (ModelException.InvalidRequest refused) {
            calls.ask(BRIEF, QUESTION); // a server that refuses this too has not looked at the schema
            return Finding.of(Check.REFUSAL, Verdict.WORKS, "a wrong schema is refused");
        } catch (ModelException.ServerFailed failed) {
            calls.ask(BRIEF, QUESTION); // it may fail at everything
            return Finding.of(
                    Check.REFUSAL,
                    Verdict.LIMITED,
                    "a wrong schema makes the server fail (%d), which is retried though it cannot help"
                            .formatted(failed.status()));
        }
        return Finding.of(
                Check.REFUSAL, Verdict.LIMITED, "a wrong schema is accepted: mistakes in requests go unnoticed");
    }

    Finding limits() {
        if (!calls.hasReply()) {
            return Finding.of(Check.LIMITS, Verdict.NOT_TRIED, "no reply came that could report any");
        }
        RateLimits limits = calls.limits();
        String told = "%s requests and %s tokens a minute"
                .formatted(
                        limits.requests().isKnown() ? limits.requests().limitPerMinute() : "an unknown number of",
                        limits.tokens().isKnown() ? limits.tokens().limitPerMinute() : "an unknown number of");
        return limits.equals(RateLimits.UNKNOWN)
                ? Finding.of(Check.LIMITS, Verdict.LIMITED, "none are reported")
                        .advising("set requestsPerMinute and tokensPerMinute if the server has any")
                : Finding.of(Check.LIMITS, Verdict.WORKS, told);
    }

    private static boolean says(ModelReply reply, String word) {
        return reply.text().toLowerCase(Locale.ROOT).contains(word);
    }

    private static String seen(ModelReply reply) {
        return "%s, '%s'".formatted(word(reply.finish()), Redactor.SHAPES.quote(reply.text()));
    }

    private static String word(Finish finish) {
        return finish.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
