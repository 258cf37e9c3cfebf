// SPDX-License-Identifier: Apache-2.0
package dev.cadre.people;

import dev.cadre.file.OwnFiles;
import dev.cadre.json.JsonException;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.task.AwaitedException;
import dev.cadre.task.TypeRef;
import dev.cadre.task.Worker;
import dev.cadre.task.WorkerContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder in which runs leave questions for people, and people their answers.
 *
 * <p>A subtask that asks {@linkplain #worker this desk} suspends its run until the answer is there; see
 * {@link AwaitedException}. A question is a file {@code NAME.question.json} with the run, the subtask, the input and the
 * schema of the answer. The answer is a file {@code NAME.answer.json} beside it, written by {@link #answer} or by any other
 * program, also in another process. A question whose input has changed is another question, and so is one of a run that begins in
 * another journal: an approval belongs to its run. Answers are read as what they are, input from outside: at most 1 MiB, and
 * checked against the type and its rules; one that is refused leaves its question open, with the reason. The run needs a
 * journal: without one each session is another run, whose questions nobody has answered.
 *
 * <p>A question file that is damaged is written again by the next session. Nothing is deleted: the files of runs that have
 * ended can be.
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
     * A question that nobody has answered yet, or not in a way that the run can take.
     *
     * @param name the beginning of the names of its files
     * @param subtaskId the subtask, with {@code #index} for an item
     * @param input the input of the subtask, as JSON, with descriptions of its pictures and files
     * @param answerSchema the JSON schema of the answer
     * @param refusal why the answer that is there was refused; empty if there is none
     */
    public record Question(
            String name, String runId, String subtaskId, String input, String answerSchema, String refusal) {
        private static final Pattern ITEM = Pattern.compile("(.*)#([0-9]{1,9})", Pattern.DOTALL);

        private static final Comparator<Question> ORDER = Comparator.comparing(Question::runId)
                .thenComparing(Question::wholeId)
                .thenComparingInt(Question::item)
                .thenComparing(Question::name);

        private String wholeId() {
            Matcher item = ITEM.matcher(subtaskId);
            return item.matches() ? item.group(1) : subtaskId;
        }

        /** The index of an item; -1 if it is none. */
        private int item() {
            Matcher item = ITEM.matcher(subtaskId);
            return item.matches() ? Integer.parseInt(item.group(2)) : -1;
        }

        /** A question without an answer. */
        public Question(String name, String runId, String subtaskId, String input, String answerSchema) {
            this(name, runId, subtaskId, input, answerSchema, "");
        }
    }

    /** Code for a subtask type whose outputs are the answers of people: it returns the answer, or suspends the run. */
    public <I, O> Worker<I, O> worker(Class<I> input, Class<O> output) {
        return worker(TypeRef.of(input), TypeRef.of(output));
    }

    /** As {@link #worker(Class, Class)}, for inputs or outputs of a generic type. */
    public <I, O> Worker<I, O> worker(TypeRef<I> input, TypeRef<O> output) {
        JsonType<I> asked = type(input);
        JsonType<O> answered = FileDesk.<O>type(output).requireWritable("the answer of a person");
        return (in, context) -> ask(asked, answered, in, context);
    }

    @SuppressWarnings("unchecked") // a reference stands for its type
    private static <T> JsonType<T> type(TypeRef<T> ref) {
        return (JsonType<T>) JsonType.of(ref.type());
    }

    private <I, O> O ask(JsonType<I> asked, JsonType<O> answered, I input, WorkerContext context) throws IOException {
        String name = name(context, asked.canonical(input));
        Path answer = folder.resolve(name + ANSWER);
        var refusal = QuestionFile.Refusal.NONE;
        String awaited =
                "an answer to %s of subtask '%s' in %s".formatted(name + QUESTION, context.subtaskId(), folder);
        try {
            Optional<String> text = read(answer, MOST_BYTES);
            if (text.isPresent()) {
                switch (judged(answered, text.get(), context)) {
                    case Judged.Taken<O>(O value) -> {
                        return value;
                    }
                    case Judged.Refused<O>(String why) -> {
                        refusal = QuestionFile.Refusal.of(text.get(), why);
                        awaited = "an answer that fits its form: %s does not: %s".formatted(answer, why);
                    }
                }
            }
        } catch (UnreadableException unreadable) {
            awaited = "an answer that can be read: " + unreadable.getMessage();
        }
        var question = new Question(
                name,
                context.runId(),
                context.subtaskId(),
                Marked.described(asked, input).write(),
                answered.schema());
        leave(new QuestionFile(question, refusal));
        throw new AwaitedException(awaited);
    }

    private sealed interface Judged<O> {
        record Taken<O>(O value) implements Judged<O> {}

        record Refused<O>(String why) implements Judged<O> {}
    }

    /** By the type and its rules. */
    private static <O> Judged<O> judged(JsonType<O> form, String answer, WorkerContext context) {
        O value;
        try {
            value = form.read(answer);
        } catch (JsonException unfit) {
            return new Judged.Refused<>(String.valueOf(unfit.getMessage()));
        }
        return context.outer()
                .objection(value)
                .<Judged<O>>map(Judged.Refused::new)
                .orElseGet(() -> new Judged.Taken<>(value));
    }

    /** Writes a question for people, unless it is there as it is to be: whatever else is at its name, nobody could read. */
    private void leave(QuestionFile asked) throws IOException {
        Path file = folder.resolve(asked.question().name() + QUESTION);
        String text = asked.write();
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        if (json.length > MOST_BYTES_OF_A_QUESTION || QuestionFile.parse(text).isEmpty()) {
            throw new IOException(
                    "the question is too long or nested too deeply to be read again: %,d bytes".formatted(json.length));
        }
        if (!isThere(file, text)) {
            OwnFiles.replace(file, json);
        }
    }

    private static boolean isThere(Path file, String text) {
        try {
            return read(file, MOST_BYTES_OF_A_QUESTION).filter(text::equals).isPresent();
        } catch (UnreadableException other) {
            return false;
        }
    }

    /** The same for the same question in every session of its run, and in no other run. */
    private static String name(WorkerContext context, String input) {
        var parts = new ArrayList<>(List.of(context.runId(), context.workId(), input));
        String beginning = context.outer().beginning();
        if (!beginning.isEmpty()) { // else its name is that of older versions
            parts.add(beginning);
        }
        return QuestionFile.digest(parts).substring(0, NAME_DIGITS);
    }

    /** Thrown for a file that cannot be read, or is too long. */
    private static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message, null, false, false);
        }
    }

    /** A letter that is lost would be an answer that nobody gave. */
    private static String text(Path file, byte[] bytes) throws UnreadableException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException(file + " is not UTF-8");
        }
    }

    /** The text of a file; empty if it is not there. No pipe is waited for. */
    private static Optional<String> read(Path file, int most) throws UnreadableException {
        try {
            byte[] bytes = OwnFiles.read(file, most + 1);
            if (bytes.length > most) {
                throw new UnreadableException("%s has more than %,d bytes".formatted(file, most));
            }
            return Optional.of(text(file, bytes));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new UnreadableException(OwnFiles.reason(unreadable));
        }
    }

    /**
     * The questions that nobody has answered yet, or not in a way that the run can take; the latter with the reason. Ordered by
     * run, then by the id of the subtask, items by index, then by name: the same questions are always in the same order. Reads
     * the folder; a file that is no question is passed over.
     *
     * @throws UncheckedIOException if the folder cannot be read
     */
    public List<Question> questions() {
        try (Stream<Path> files = Files.list(folder)) {
            var questions = new ArrayList<Question>();
            List<Path> named = files.filter(
                            file -> file.getFileName().toString().endsWith(QUESTION))
                    .toList();
            for (Path file : named) {
                question(file).flatMap(this::open).ifPresent(questions::add);
            }
            questions.sort(Question.ORDER);
            return List.copyOf(questions);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of a desk cannot be read: " + folder, e);
        }
    }

    private static Optional<QuestionFile> question(Path file) {
        try {
            return read(file, MOST_BYTES_OF_A_QUESTION)
                    .flatMap(QuestionFile::parse)
                    .filter(asked -> file.getFileName()
                            .toString()
                            .equals(asked.question().name() + QUESTION));
        } catch (UnreadableException noQuestion) {
            return Optional.empty();
        }
    }

    /** The question, unless it has an answer that the run may take: whether it does, its run alone can tell. */
    private Optional<Question> open(QuestionFile asked) {
        try {
            Optional<String> answer = read(folder.resolve(asked.question().name() + ANSWER), MOST_BYTES);
            return answer.isEmpty() ? Optional.of(asked.question()) : asked.refused(answer.get());
        } catch (UnreadableException unreadable) {
            return Optional.of(asked.because(String.valueOf(unreadable.getMessage())));
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
