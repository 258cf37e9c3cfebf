// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.people.FileDesk;
import dev.cadre.task.Input;
import dev.cadre.task.Missing;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The folder of questions and answers, whatever is in it: no run waits for a question that nobody is shown. */
class FileDeskTest {
    record Decision(boolean approved, String remark) {}

    record Amount(int euros, LocalDate day) {}

    record Reason(String text) {
        Reason {
            if (text.isBlank()) {
                throw new IllegalArgumentException("a reason is blank");
            }
        }
    }

    private static final Budget BUDGET = Budget.usd("1.00");

    @TempDir
    Path folder;

    private FileDesk desk() {
        return FileDesk.open(folder.resolve("desk"));
    }

    private <O> SubtaskType<Topic, O> asking(Class<O> answer) {
        return SubtaskType.code("ask", Topic.class, answer, desk().worker(Topic.class, answer));
    }

    private static <O> TaskGraph<O> graph(SubtaskType<Topic, O> type) {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("ask", type, new Topic("Send the weekly mail?")));
    }

    private <O> RunResult<O> session(SubtaskType<Topic, O> type) throws Exception {
        return session(type, "run.journal");
    }

    private <O> RunResult<O> session(SubtaskType<Topic, O> type, String file) throws Exception {
        try (Journal journal = FileJournal.open(folder.resolve(file))) {
            return Coordinator.of(new ScriptedModel().pools()).journal(journal).run(graph(type), BUDGET);
        }
    }

    private Path file(String end) {
        return folder.resolve("desk").resolve(name() + end);
    }

    private String name() {
        try (Stream<Path> files = Files.list(folder.resolve("desk"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".question.json"))
                    .map(file -> file.replace(".question.json", ""))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // --- questions

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"name\":", "{}", "[]", "{\"name\":\"another\"}", "WHOLE and more"})
    void questionFileThatIsDamaged_isWrittenAgainByTheNextSession(String damaged) throws Exception {
        session(asking(Decision.class));
        FileDesk.Question question = desk().questions().getFirst();
        Path file = file(".question.json");
        Files.writeString(file, damaged.replace("WHOLE", Files.readString(file)));

        assertThat(session(asking(Decision.class))).isSuspendedFor("ask");

        assertThat(desk().questions()).containsExactly(question);
    }

    @Test
    void questionFileThatSomebodyChanged_isWrittenAgain() throws Exception {
        session(asking(Decision.class));
        FileDesk.Question question = desk().questions().getFirst();
        Path file = file(".question.json");
        Files.writeString(file, Files.readString(file).replace("weekly", "daily"));

        session(asking(Decision.class));

        assertThat(desk().questions()).containsExactly(question);
    }

    @Test
    void questionThatCannotBeLeft_failsItsSubtask_becauseNobodyWouldBeAsked() throws Exception {
        session(asking(Decision.class));
        Path file = file(".question.json");
        Files.delete(file);
        Files.createDirectory(file);
        Files.writeString(file.resolve("something"), "else");

        RunResult<Decision> result = session(asking(Decision.class));

        assertThat(result).isNotInstanceOf(RunResult.Suspended.class);
        assertThat(result.report().outcome("ask")).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void pipeInTheFolder_holdsUpNobody() throws Exception {
        FileDesk desk = desk();
        Path pipe = folder.resolve("desk").resolve("0".repeat(32) + ".question.json");
        assumeThat(pipe(pipe)).as("a system with pipes").isTrue();

        var questions = CompletableFuture.supplyAsync(desk::questions);

        assertThat(questions).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(List.of());
    }

    @Test
    void answerThatIsAPipe_isAwaitedOn() throws Exception {
        session(asking(Decision.class));
        assumeThat(pipe(file(".answer.json"))).as("a system with pipes").isTrue();

        var again = (RunResult.Suspended<Decision>) session(asking(Decision.class));

        assertThat(again.awaited().getFirst().reason()).contains("an answer that can be read", "it is no file");
        assertThat(desk().questions())
                .singleElement()
                .satisfies(open -> assertThat(open.refusal()).contains("it is no file"));
    }

    @Test
    void answerInAnotherEncoding_isAwaitedOn() throws Exception {
        session(asking(Decision.class));
        Files.write(
                file(".answer.json"),
                "{\"approved\":true,\"remark\":\"f\u00fcr\"}".getBytes(StandardCharsets.ISO_8859_1));

        var again = (RunResult.Suspended<Decision>) session(asking(Decision.class));

        assertThat(again.awaited().getFirst().reason()).contains("an answer that can be read", "is not UTF-8");
    }

    private static boolean pipe(Path path) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
        } catch (IOException none) {
            return false;
        }
    }

    @Test
    void questions_areInTheOrderOfTheirItems() throws Exception {
        var graph = TaskGraph.builder();
        List<Topic> topics = IntStream.range(0, 12)
                .mapToObj(number -> new Topic("topic " + number))
                .toList();
        var all = graph.add("ask", asking(Decision.class), Input.forEach(topics));

        Coordinator.of(new ScriptedModel().pools()).run(graph.answering(all), Budget.usd("0.05"));

        assertThat(desk().questions())
                .extracting(FileDesk.Question::subtaskId)
                .containsExactly(IntStream.range(0, 12)
                        .mapToObj(number -> "ask#" + number)
                        .toArray(String[]::new));
    }

    // --- answers that are refused

    private <O> void refuses(SubtaskType<Topic, O> type, String answer, String why) throws Exception {
        session(type);
        Files.writeString(file(".answer.json"), answer);

        RunResult<O> again = session(type);

        assertThat(again).isSuspendedFor("ask");
        Missing awaited = ((RunResult.Suspended<O>) again).awaited().getFirst();
        assertThat(awaited.reason()).contains("an answer that fits its form", why);
        assertThat(desk().questions())
                .singleElement()
                .satisfies(open -> assertThat(open.refusal()).contains(why));
    }

    @Test
    void answerThatItsJavaTypeRefuses_thoughItFitsTheSchema_leavesTheQuestionOpen_withTheReason() throws Exception {
        refuses(asking(Amount.class), "{\"euros\":3000000000,\"day\":\"2026-01-01\"}", "euros");
    }

    @Test
    void answerThatItsRecordRefuses_leavesTheQuestionOpen_withTheReason() throws Exception {
        refuses(asking(Reason.class), "{\"text\":\" \"}", "a reason is blank");
    }

    @Test
    void answerThatARuleOfItsTypeRefuses_leavesTheQuestionOpen_withTheReason() throws Exception {
        SubtaskType<Topic, Decision> type = asking(Decision.class)
                .accept(
                        "a refusal has a remark",
                        (in, out) -> out.approved() || !out.remark().isBlank());

        refuses(type, "{\"approved\":false,\"remark\":\"\"}", "the rule 'a refusal has a remark'");
        desk().answer(desk().questions().getFirst(), Decision.class, new Decision(false, "too long"));

        assertThat(desk().questions()).as("whether it fits, the run can tell").isEmpty();
        assertThat(session(type)).isCompleteWith(new Decision(false, "too long"));
    }

    @Test
    void refusedAnswerThatIsTakenAway_leavesNoReasonBehind() throws Exception {
        refuses(asking(Reason.class), "{\"text\":\" \"}", "a reason is blank");
        Files.delete(file(".answer.json"));

        assertThat(desk().questions())
                .singleElement()
                .satisfies(open -> assertThat(open.refusal()).isEmpty());
        assertThat(session(asking(Reason.class))).isSuspendedFor("ask");
    }

    // --- runs

    @Test
    void approval_isNoneOfARunInAnotherJournal() throws Exception {
        for (String week : List.of("week-1", "week-2")) {
            assertThat(session(asking(Decision.class), week)).as(week).isSuspendedFor("ask");
            desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, week));
            assertThat(session(asking(Decision.class), week)).isCompleteWith(new Decision(true, week));
        }
    }

    @Test
    void approval_isNoneOfAnotherBulk_andIsFoundByTheNextSessionOfItsOwn() throws Exception {
        assertThat(bulk("first")).isZero();
        desk().answer(desk().questions().getFirst(), Decision.class, new Decision(true, ""));

        assertThat(bulk("second")).isZero();
        assertThat(bulk("first")).isEqualTo(1);
    }

    private long bulk(String file) throws Exception {
        try (Journal journal = FileJournal.open(folder.resolve(file))) {
            return Coordinator.of(new ScriptedModel().pools())
                    .bulk(asking(Decision.class))
                    .keyedBy(Topic::name)
                    .journal(journal)
                    .run(Stream.of(new Topic("mail")), BUDGET, item -> {})
                    .succeeded();
        }
    }
}
