// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.task.Input.from;
import static dev.cadre.testing.CadreAssertions.assertThat;
import static dev.cadre.testing.Crew.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.UnknownEffect;
import dev.cadre.budget.Budget;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.model.ToolCall;
import dev.cadre.people.FileDesk;
import dev.cadre.price.Money;
import dev.cadre.task.Failure;
import dev.cadre.task.Input;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.Crew.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fan-out over what {@code x} and {@code y} find. At first x fails; when it succeeds in a later session, the items of y
 * move behind those of x, and whatever was begun of them goes on.
 */
class MovedItemsTest {
    private static final Budget BUDGET = Budget.usd("1.00");

    record Found(List<Topic> topics) {}

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private List<Topic> ofX = List.of();
    private List<Topic> ofY = List.of();

    private FileDesk desk() {
        return FileDesk.open(folder.resolve("desk"));
    }

    private SubtaskType<Topic, Note> asking() {
        return SubtaskType.code("ask", Topic.class, Note.class, desk().worker(Topic.class, Note.class));
    }

    /** A note that is paid for, and then a question. */
    private SubtaskType<Topic, Note> nested() {
        return NestedRun.<Topic, Note>graph(() -> Coordinator.of(model.pools()), Money.usd("0.05"), topic -> {
                    var graph = TaskGraph.builder();
                    var note = graph.add("note", NOTE, topic);
                    return graph.answering(graph.add(
                            "ask", asking(), from(note, made -> new Topic("Is this right? " + made.text()))));
                })
                .asType("nested", Topic.class, Note.class);
    }

    private SubtaskType<Topic, Found> find() {
        return SubtaskType.code("find", Topic.class, Found.class, (topic, context) -> {
            List<Topic> topics = topic.name().equals("x") ? ofX : ofY;
            if (topics.isEmpty()) {
                throw new IllegalStateException("not today");
            }
            return new Found(topics);
        });
    }

    private TaskGraph<Items<Note>> each(SubtaskType<Topic, Note> type) {
        var graph = TaskGraph.builder();
        var found = graph.add("found", find(), Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        return graph.answering(graph.add("each", type, Input.forEachOf(found, Found::topics)));
    }

    private RunResult<Items<Note>> session(SubtaskType<Topic, Note> type) throws Exception {
        try (Journal journal = file()) {
            return Coordinator.of(model.pools()).journal(journal).run(each(type), BUDGET);
        }
    }

    private Journal file() {
        return FileJournal.open(folder.resolve("run.journal"));
    }

    private static List<Topic> topics(String... names) {
        return List.of(names).stream().map(Topic::new).toList();
    }

    private List<String> asked() {
        return desk().questions().stream()
                .map(each -> each.subtaskId() + " " + each.name())
                .toList();
    }

    private void answer(int question, String text) {
        desk().answer(desk().questions().get(question), Note.class, new Note(text));
    }

    private static List<Note> notes(String... texts) {
        return List.of(texts).stream().map(Note::new).toList();
    }

    // --- people

    @Test
    void answerOfAPerson_isTaken_whereverItsItemStands() throws Exception {
        ofY = topics("y1", "y2");
        session(asking());
        String second = desk().questions().get(1).name();
        answer(0, "first");
        ofX = topics("x1");

        session(asking());

        assertThat(asked())
                .as("the new one, and the same as before")
                .hasSize(2)
                .last()
                .isEqualTo("each#2 " + second);
        answer(0, "of x");
        answer(0, "second");
        assertThat(session(asking()).requireComplete().values()).isEqualTo(notes("of x", "first", "second"));
    }

    @Test
    void thoseWhoAreAskedTheSame_keepAQuestionEach_whereverTheyStand() throws Exception {
        ofY = topics("same", "same", "same");
        session(asking());
        answer(1, "the second of three");
        ofX = topics("x1");
        session(asking());
        List<String> open = asked();
        assertThat(open).extracting(each -> each.split(" ")[0]).containsExactly("each#0", "each#1", "each#3");

        session(asking());
        assertThat(asked()).as("nobody is asked anew").isEqualTo(open);
        answer(2, "the third");
        answer(1, "the first");
        answer(0, "of x");

        assertThat(session(asking()).requireComplete().values())
                .isEqualTo(notes("of x", "the first", "the second of three", "the third"));
    }

    @Test
    void sameQuestionInAList_thatStandsBeforeTheOthersNow_isNotTakenForTheirs() throws Exception {
        ofY = topics("y1", "same");
        session(asking());
        answer(1, "yes");
        ofX = topics("same", "x2");

        RunResult<Items<Note>> second = session(asking());

        Items<?> items = second.report().outcome("each") instanceof Outcome.Succeeded<?>(Items<?> all) ? all : null;
        assertThat(items).as("it waits").isNull();
        assertThat(asked()).extracting(each -> each.split(" ")[0]).containsExactly("each#1", "each#2", "each#3");
    }

    // --- nested runs

    @Test
    void nestedRunThatWasBegun_goesOn_whereverItsItemStands() throws Exception {
        model.on(NOTE).answers(call -> new Note("noted"));
        ofY = topics("y1", "y2");
        session(nested());
        assertThat(model.calls()).hasSize(2);
        ofX = topics("x1");

        session(nested());

        assertThat(model.calls()).as("that of x, and no other again").hasSize(3);
        List<FileDesk.Question> open = desk().questions();
        assertThat(open).hasSize(3);
        IntStream.range(0, 3).forEach(i -> desk().answer(open.get(i), Note.class, new Note("answered")));
        assertThat(session(nested()).requireComplete().values()).isEqualTo(notes("answered", "answered", "answered"));
        assertThat(model.calls()).hasSize(3);
    }

    /** The second has an outcome on record, and the first goes on: which is which is the same in all sessions. */
    @Test
    void nestedRunsOfEqualItems_goOnWithTheirOwn() throws Exception {
        model.on(NOTE).answers(call -> new Note("noted"));
        ofY = topics("same", "same");
        session(nested());
        assertThat(desk().questions()).hasSize(2);
        answer(1, "of one");
        session(nested());
        ofX = topics("x1");
        session(nested());
        assertThat(model.calls()).as("two of y and one of x").hasSize(3);
        assertThat(desk().questions()).hasSize(2);
        answer(0, "answered");
        answer(0, "answered");

        List<Note> values = session(nested()).requireComplete().values();

        assertThat(values).containsExactlyInAnyOrderElementsOf(notes("answered", "answered", "of one"));
        assertThat(model.calls()).hasSize(3);
    }

    // --- outputs that are read by range

    @Test
    void workOnTheKeptOutputOfAnItem_isNotDoneAgain_whereverThatStands() throws Exception {
        SubtaskType<Topic, Note> writing =
                SubtaskType.model("write", Topic.class, Note.class, "Write.").keepingAbove(2_000);
        SubtaskType<Note, Note> sum = SubtaskType.model("sum", Note.class, Note.class, "Sum up.");
        model.on(writing).answers(call -> new Note(call.input(writing).name() + " long ".repeat(1_000)));
        model.on(sum).answers(call -> new Note("sum"));
        ofY = topics("y1");
        sums(writing, sum);
        ofX = topics("x1");

        sums(writing, sum);

        assertThat(model.calls())
                .extracting(call -> call.purpose().subtaskId())
                .containsExactlyInAnyOrder("each#0", "sums#0", "each#0", "sums#0");
    }

    record Doc(String title, String text) {}

    record Docs(List<Doc> docs) {}

    private static Doc doc(String name) {
        return new Doc(name, name + " long ".repeat(1_000));
    }

    /** Both find the same document; of equal values the first gives the name by which it is read. */
    @Test
    void workOnAKeptValue_thatAnotherOutputHasTooNow_isNotDoneAgain() throws Exception {
        SubtaskType<Topic, Docs> search = SubtaskType.model("search", Topic.class, Docs.class, "Search.")
                .maxOutputTokens(20_000)
                .keepingAbove(2_000);
        SubtaskType<Doc, Note> sum = SubtaskType.model("sum", Doc.class, Note.class, "Sum up.");
        model.on(search, new Topic("x")).refuses("not today").replies(new Docs(List.of(doc("only x"), doc("shared"))));
        model.on(search, new Topic("y")).replies(new Docs(List.of(doc("shared"), doc("only y"))));
        model.on(sum).answers(call -> new Note(call.input(sum).title()));
        for (int session = 0; session < 2; session++) {
            var graph = TaskGraph.builder();
            var found = graph.add("found", search, Input.forEach(List.of(new Topic("x"), new Topic("y"))));
            var sums = graph.add(
                    "sums",
                    sum,
                    Input.forEach(
                            found,
                            items -> items.values().stream()
                                    .flatMap(each -> each.docs().stream())
                                    .distinct()
                                    .toList()));
            try (Journal journal = file()) {
                Coordinator.of(model.pools()).journal(journal).run(graph.answering(sums), BUDGET);
            }
        }

        assertThat(model.calls().stream()
                        .filter(call -> call.purpose().subtaskId().startsWith("sums#")))
                .as("of each document")
                .hasSize(3);
    }

    private void sums(SubtaskType<Topic, Note> writing, SubtaskType<Note, Note> sum) throws Exception {
        var graph = TaskGraph.builder();
        var found = graph.add("found", find(), Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        var each = graph.add("each", writing, Input.forEachOf(found, Found::topics));
        var sums = graph.add("sums", sum, Input.forEach(each, Items::values));
        try (Journal journal = file()) {
            Coordinator.of(model.pools()).journal(journal).run(graph.answering(sums), BUDGET);
        }
    }

    // --- what others were enough for

    @Test
    void itemThatWasNotNeeded_isNotTakenFromTheCache_whereverItStands() throws Exception {
        OutcomeCache cache = OutcomeCache.inMemory(100, Duration.ofDays(1));
        ofY = topics("y1", "y2");
        model.on(NOTE, new Topic("y1")).replies(new Note("first"));
        model.on(NOTE, new Topic("y2")).holdUntil(new Gate()).replies(new Note("late"));
        one(model, cache);
        var other = TaskGraph.builder();
        var elsewhere = new ScriptedModel();
        elsewhere.on(NOTE).replies(new Note("of another run"));
        TaskGraph<Note> needed = other.answering(other.add("note", NOTE, new Topic("y2")));
        Coordinator.of(elsewhere.pools()).cache(cache).run(needed, BUDGET);
        ofX = topics("x1");

        RunResult<Items<Note>> second = one(new ScriptedModel(), cache);

        assertThat(second.requireComplete().values()).isEqualTo(notes("first"));
        assertThat(second.report().fromCache()).isZero();
    }

    private RunResult<Items<Note>> one(ScriptedModel with, OutcomeCache cache) throws Exception {
        var graph = TaskGraph.builder();
        var found = graph.add("found", find(), Input.forEach(List.of(new Topic("x"), new Topic("y"))));
        var each = graph.add("each", NOTE, Input.forEachOf(found, Found::topics).enough(1));
        try (Journal journal = file()) {
            return Coordinator.of(with.pools()).cache(cache).journal(journal).run(graph.answering(each), BUDGET);
        }
    }

    // --- other lists

    /** The list is made anew in each session, and the limit of its items is what this session says. */
    private RunResult<Items<Note>> session(SubtaskType<Topic, Note> type, List<Topic> list, Journal journal)
            throws InterruptedException {
        ofX = topics("x1");
        var graph = TaskGraph.builder();
        var found = graph.add("found", find(), new Topic("x"));
        var each = graph.add("each", type, Input.forEach(found, all -> list));
        try (journal) {
            return Coordinator.builder(model.pools())
                    .limits(Limits.DEFAULT.withMaxItems(list.size()))
                    .build()
                    .journal(journal)
                    .run(graph.answering(each), BUDGET);
        }
    }

    private static List<Topic> numbered(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> new Topic("i" + i)).toList();
    }

    @Test
    void itemsOfAShorterList_areNotPaidAgain_whereverTheyStood() throws Exception {
        model.on(NOTE).answers(call -> new Note(call.input(NOTE).name()));
        session(NOTE, numbered(0, 10), file());

        RunResult<Items<Note>> second = session(NOTE, numbered(7, 10), file());

        assertThat(second.requireComplete().values()).isEqualTo(notes("i7", "i8", "i9"));
        assertThat(model.calls()).hasSize(10);
    }

    @Test
    void effectsOfAShorterList_areNotHadAgain_whereverTheirItemsStood() throws Exception {
        numbered(0, 10)
                .forEach(topic -> model.on(send, topic)
                        .calls(new ToolCall("1", "send", "{}"))
                        .replies(new Note("sent")));
        session(send, numbered(0, 10), file());

        RunResult<Items<Note>> second = session(send, numbered(7, 10), file());

        assertThat(second.requireComplete().values()).hasSize(3);
        assertThat(sent).hasValue(10);
    }

    /** Looking for each item at each place took longer than the deadline of a run. */
    @Test
    void newItems_areLookedForOnceEach() throws Exception {
        model.on(NOTE).answers(call -> new Note(call.input(NOTE).name()));
        session(NOTE, numbered(0, 1), file());
        CrashingJournal journal = CrashingJournal.never(file());

        session(NOTE, numbered(1, 101), journal);

        assertThat(journal.looks()).isBetween(100, 500);
    }

    // --- effects

    private final AtomicInteger sent = new AtomicInteger();
    private final SubtaskType<Topic, Note> send =
            SubtaskType.model("send", Topic.class, Note.class, "Send it.").tools(Crew.sending(sent));

    /** At the call behind a tool that has written, when so many have. */
    private void brokenOffAfter(int written) throws Exception {
        var model = new ScriptedModel();
        ofY.forEach(topic ->
                model.on(send, topic).calls(new ToolCall("1", "send", "{}")).replies(new Note("sent")));
        try (Journal journal =
                CrashingJournal.at(entry -> entry instanceof JournalEntry.Intent && sent.get() >= written, file())) {
            Coordinator.of(model.pools()).journal(journal).run(each(send), BUDGET);
        }
    }

    private void tell(String runId, UnaryOperator<UnknownEffect> of) {
        try (Journal journal = file()) {
            of.apply(UnknownEffect.of(journal, runId, "each")).happened(send, new Note("it is there"));
        }
    }

    @Test
    void effectOfUnknownFate_isToldOfTheItemWhereItStandsNow() throws Exception {
        ofY = topics("y1");
        brokenOffAfter(1);
        ofX = topics("x1");
        ScriptedModel healthy = new ScriptedModel();
        healthy.on(send).replies(new Note("of x"));
        RunResult<Items<Note>> second = sending(healthy);
        assertThat(second.report().outcome("each#1").reason()).contains("see what they did");

        tell(second.report().runId(), effect -> effect.item(1));

        assertThat(sending(healthy).requireComplete().values()).isEqualTo(notes("of x", "it is there"));
        assertThat(sent).hasValue(1);
    }

    /** What was said of the item that stood there before says nothing of this one. */
    @Test
    void findingAboutAnItem_isNoneAboutTheOneThatStandsThereNow() throws Exception {
        ofY = topics("y1", "y2");
        brokenOffAfter(1);
        brokenOffAfter(2);
        ScriptedModel healthy = new ScriptedModel();
        healthy.on(send).replies(new Note("healthy"));
        RunResult<Items<Note>> second = sending(healthy);
        List<String> unknown = IntStream.range(0, 2)
                .filter(i -> second.report().outcome("each#" + i) instanceof Outcome.Failed<?>(Failure why)
                        && why.kind() == Failure.Kind.EFFECT_UNKNOWN)
                .mapToObj(i -> "each#" + i)
                .toList();
        assertThat(unknown).as("both had run their tools").containsExactly("each#0", "each#1");
        tell(second.report().runId(), effect -> effect.item(1));
        ofX = topics("x1");

        RunResult<Items<Note>> third = sending(healthy);

        assertThat(third.report().outcome("each#1").reason()).contains("see what they did");
        assertThat(third.report().outcome("each#2")).isEqualTo(new Outcome.Succeeded<>(new Note("it is there")));
        RunResult<Items<Note>> fourth = sending(healthy);
        assertThat(fourth.report().outcome("each#1").reason()).contains("see what they did");
        assertThat(sent).hasValue(2);
    }

    /** Whatever is said where, the mail is sent again only after somebody has said that it was not. */
    @Test
    void effectThatDidNotHappen_isPerformedAgain_whereverItsItemStands() throws Exception {
        ofY = topics("y1");
        brokenOffAfter(1);
        ofX = topics("x1");
        ScriptedModel healthy = new ScriptedModel();
        healthy.on(send).replies(new Note("of x"));
        String run = sending(healthy).report().runId();
        assertThatThrownBy(() -> tell(run, effect -> effect.item(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no effect of item 7 of 'each' is on record");

        notDone(run, 1);
        brokenOffAfter(2); // it is begun again, and nobody knows anew
        assertThat(sending(healthy).report().outcome("each#1").reason()).contains("see what they did");
        notDone(run, 1);
        ScriptedModel again = new ScriptedModel();
        again.on(send, new Topic("y1")).calls(new ToolCall("1", "send", "{}")).replies(new Note("sent"));

        assertThat(sending(again).requireComplete().values()).isEqualTo(notes("of x", "sent"));
        assertThat(sent).hasValue(3);
    }

    /** Nobody has a report of what broke off, and an older one has other indexes. */
    @Test
    void effect_isToldByNoIndexOfASessionThatBrokeOff() throws Exception {
        ofY = topics("y1");
        brokenOffAfter(1);
        String run = sending(new ScriptedModel()).report().runId();
        ofX = topics("x1");
        brokenOffAfter(1);

        assertThatThrownBy(() -> notDone(run, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the last session of run " + run + " broke off")
                .hasMessageContaining("run it again");
    }

    private void notDone(String runId, int item) {
        try (Journal journal = file()) {
            UnknownEffect.of(journal, runId, "each").item(item).didNotHappen();
        }
    }

    private RunResult<Items<Note>> sending(ScriptedModel with) throws Exception {
        try (Journal journal = file()) {
            return Coordinator.of(with.pools()).journal(journal).run(each(send), BUDGET);
        }
    }
}
