// SPDX-License-Identifier: Apache-2.0
package dev.cadre.people;

import dev.cadre.file.OwnFiles;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.TypeRef;
import dev.cadre.task.Worker;
import dev.cadre.task.WorkerContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder in which runs leave questions for people, and people their answers.
 *
 * <p>A subtask that asks {@linkplain #worker this desk} suspends its run until the answer is there; see
 * {@link AwaitedException}. A question is a file {@code NAME.question.json} with the run, the subtask, the input and the
 * schema of the answer. The answer is a file {@code NAME.answer.json} beside it, written by {@link #answer} or by any other
 * program, also in another process. A question whose input has changed is another question. Answers are read as what they
 * are, input from outside: at most 1 MiB, and checked against the type. The run needs a journal: without one each session is
 * another run, whose questions nobody has answered.
 *
 * <p>Immutable; safe for use by many threads and processes. For answers that are kept elsewhere, such as in a database,
 * write a {@link Worker} that looks there and throws {@link AwaitedException} while there is none.
 */
public final class FileDesk {
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_BYTES_OF_A_QUESTION = 1 << 26;
    private static final int NAME_DIGITS = 32;
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{%d}".formatted(NAME_DIGITS));
    private static final String QUESTION = ".question.json";
    private static final String ANSWER = ".answer.json";

    private final Path folder;

    private FileDesk(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens a desk; creates the folder, for its owner alone, if it is not there.
     *
     * @throws UncheckedIOException if it cannot be created
     */
    public static FileDesk open(Path folder) {
        try {
            OwnFiles.createFolders(folder);
            return new FileDesk(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of a desk cannot be created: " + folder, e);
        }
    }

    /**
     * A question that nobody has answered yet.
     *
     * @param name the beginning of the names of its files
     * @param subtaskId the subtask, with {@code #index} for an item
     * @param input the input of the subtask, as JSON
     * @param answerSchema the JSON schema of the answer
     */
    public record Question(String name, String runId, String subtaskId, String input, String answerSchema) {
        private static Question from(Json.Obj json) {
            return new Question(
                    json.string("name"),
                    json.string("run"),
                    json.string("subtask"),
                    json.at("input").orElse(Json.Null.NULL).write(),
                    json.at("answer").orElse(Json.Null.NULL).write());
        }
    }

    /** Code for a subtask type whose outputs are the answers of people: it returns the answer, or suspends the run. */
    public <I, O> Worker<I, O> worker(Class<I> input, Class<O> output) {
        return worker(TypeRef.of(input), TypeRef.of(output));
    }

    /** As {@link #worker(Class, Class)}, for inputs or outputs of a generic type. */
    public <I, O> Worker<I, O> worker(TypeRef<I> input, TypeRef<O> output) {
        JsonType<I> asked = type(input);
        JsonType<O> answered = type(output);
        return (in, context) -> ask(asked, answered, in, context);
    }

    @SuppressWarnings("unchecked") // a reference stands for its type
    private static <T> JsonType<T> type(TypeRef<T> ref) {
        return (JsonType<T>) JsonType.of(ref.type());
    }

    private <I, O> O ask(JsonType<I> asked, JsonType<O> answered, I input, WorkerContext context) throws IOException {
        String name = name(context.runId(), context.subtaskId(), asked.canonical(input));
        Path answer = folder.resolve(name + ANSWER);
        Optional<String> text = read(answer, MOST_BYTES);
        if (text.isEmpty()) {
            write(name, context, asked.toJson(input), answered);
            throw new AwaitedException(
                    "an answer to %s of subtask '%s' in %s".formatted(name + QUESTION, context.subtaskId(), folder));
        }
        try {
            return answered.read(text.get());
        } catch (JsonException unfit) {
            throw new AwaitedException("an answer that fits its form: %s does not: %s"
                    .formatted(answer, String.valueOf(unfit.getMessage())));
        }
    }

    private void write(String name, WorkerContext context, Json input, JsonType<?> answer) throws IOException {
        Path file = folder.resolve(name + QUESTION);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        String question = Json.obj()
                .with("name", name)
                .with("run", context.runId())
                .with("subtask", context.subtaskId())
                .with("input", input)
                .with("answer", Json.parse(answer.schema()))
                .write();
        OwnFiles.replace(file, question.getBytes(StandardCharsets.UTF_8));
    }

    /** The same for the same question in every session of its run. */
    private static String name(String runId, String subtaskId, String input) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(runId, subtaskId, input)) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, NAME_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The text of a file; empty if it is not there. */
    private static Optional<String> read(Path file, int most) {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new AwaitedException("an answer of at most %,d bytes: %s is longer".formatted(most, file));
            }
            return Optional.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new AwaitedException("an answer that can be read: " + OwnFiles.reason(unreadable));
        }
    }

    /**
     * The questions that nobody has answered yet, or not in their form, in the order of their names. Reads the folder; a file that is no question
     * is passed over.
     *
     * @throws UncheckedIOException if the folder cannot be read
     */
    public List<Question> questions() {
        try (Stream<Path> files = Files.list(folder)) {
            var questions = new ArrayList<Question>();
            List<Path> sorted = files.filter(
                            file -> file.getFileName().toString().endsWith(QUESTION))
                    .sorted()
                    .toList();
            for (Path file : sorted) {
                question(file).filter(asked -> !isAnswered(asked)).ifPresent(questions::add);
            }
            return List.copyOf(questions);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of a desk cannot be read: " + folder, e);
        }
    }

    /** Whether there is an answer that fits the form of the question. */
    private boolean isAnswered(Question question) {
        try {
            Optional<String> answer = read(folder.resolve(question.name() + ANSWER), MOST_BYTES);
            answer.ifPresent(JsonType.ofSchema(question.answerSchema())::read);
            return answer.isPresent();
        } catch (JsonException | AwaitedException unfit) {
            return false;
        } catch (IllegalArgumentException otherForm) {
            return true; // only the type of the subtask can tell
        }
    }

    private static Optional<Question> question(Path file) {
        try {
            return read(file, MOST_BYTES_OF_A_QUESTION)
                    .map(Json::parse)
                    .filter(Json.Obj.class::isInstance)
                    .map(json -> Question.from((Json.Obj) json))
                    .filter(question -> file.getFileName().toString().equals(question.name() + QUESTION));
        } catch (JsonException | AwaitedException noQuestion) {
            return Optional.empty();
        }
    }

    /**
     * Answers a question; an earlier answer is replaced, which changes nothing for a run that has taken it. The value is
     * written as JSON, and read as the type of the subtask when its run goes on.
     *
     * @param output the type of the answer, as the worker was given it
     * @throws IllegalArgumentException if the answer has more than 1 MiB of JSON, or the question is not of a desk
     * @throws UncheckedIOException if the answer cannot be written
     */
    public <O> void answer(Question question, Class<O> output, O value) {
        answer(question, TypeRef.of(output), value);
    }

    /** As {@link #answer(Question, Class, Object)}, for an answer of a generic type. */
    public <O> void answer(Question question, TypeRef<O> output, O value) {
        if (!NAME.matcher(question.name()).matches()) {
            throw new IllegalArgumentException("not the name of a question: '%s'".formatted(question.name()));
        }
        byte[] json = type(output).write(value).getBytes(StandardCharsets.UTF_8);
        if (json.length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "an answer may have %,d bytes of JSON, not %,d".formatted(MOST_BYTES, json.length));
        }
        try {
            OwnFiles.replace(folder.resolve(question.name() + ANSWER), json);
        } catch (IOException e) {
            throw new UncheckedIOException("the answer cannot be written to " + folder, e);
        }
    }

    @Override
    public String toString() {
        return "FileDesk[" + folder + "]";
    }
}
