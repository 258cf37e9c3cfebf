// SPDX-License-Identifier: Apache-2.0
package dev.cadre.people;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.people.FileDesk.Question;
import dev.cadre.schema.JsonType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What is in the file of a question: the question, and which answer its run has refused. Who shows questions to people may
 * know nothing of the Java type of an answer, and of its rules.
 */
record QuestionFile(Question question, Refusal refusal) {
    /**
     * The answer that was refused, by its digest: another one is still to be looked at.
     *
     * @param why in words for people
     */
    record Refusal(String digest, String why) {
        static final Refusal NONE = new Refusal("", "");

        static Refusal of(String answer, String why) {
            return new Refusal(QuestionFile.digest(List.of(answer)), why);
        }
    }

    /** JSON text. */
    String write() {
        Json.Obj json = Json.obj()
                .with("name", question.name())
                .with("run", question.runId())
                .with("subtask", question.subtaskId())
                .with("input", Json.parse(question.input()))
                .with("answer", Json.parse(question.answerSchema()));
        return (refusal.equals(Refusal.NONE)
                        ? json
                        : json.with("refused", refusal.digest()).with("because", refusal.why()))
                .write();
    }

    /** Reads such a text; empty if it is none. */
    static Optional<QuestionFile> parse(String text) {
        try {
            return Json.parse(text) instanceof Json.Obj json ? Optional.of(from(json)) : Optional.empty();
        } catch (JsonException none) {
            return Optional.empty();
        }
    }

    private static QuestionFile from(Json.Obj json) {
        var question = new Question(
                json.string("name"),
                json.string("run"),
                json.string("subtask"),
                json.at("input").orElse(Json.Null.NULL).write(),
                json.at("answer").orElse(Json.Null.NULL).write());
        return new QuestionFile(
                question,
                json.at("refused").isEmpty()
                        ? Refusal.NONE
                        : new Refusal(json.string("refused"), json.string("because")));
    }

    /** The question with the reason why this answer is refused; empty if it may be taken. */
    Optional<Question> refused(String answer) {
        if (refusal.digest().equals(digest(List.of(answer)))) {
            return Optional.of(because(refusal.why()));
        }
        try {
            JsonType.ofSchema(question.answerSchema()).read(answer);
            return Optional.empty();
        } catch (JsonException unfit) {
            return Optional.of(because(String.valueOf(unfit.getMessage())));
        } catch (IllegalArgumentException otherForm) {
            return Optional.empty(); // only the type of the subtask can tell
        }
    }

    /** The question with the reason why its answer is refused. */
    Question because(String why) {
        return new Question(
                question.name(),
                question.runId(),
                question.subtaskId(),
                question.input(),
                question.answerSchema(),
                why);
    }

    /** A digest of texts, each apart from the next. */
    static String digest(List<String> parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
