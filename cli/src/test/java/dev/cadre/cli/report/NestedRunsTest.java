// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.NestedRun;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.Journal;
import dev.cadre.price.Money;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.ScriptedModel;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class NestedRunsTest {
    record Topic(String name) {}

    record Note(String text) {}

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact.");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();

    private SubtaskType<Topic, Note> nesting(SubtaskType<Topic, Note> inside) {
        Coordinator inner = Coordinator.of(model.pools());
        return NestedRun.<Topic, Note>graph(() -> inner, Money.usd("0.02"), topic -> {
                    var graph = TaskGraph.builder();
                    return graph.answering(graph.add("inside", inside, topic));
                })
                .asType("research", Topic.class, Note.class);
    }

    private RunResult<Note> run(SubtaskType<Topic, Note> type, Journal journal) throws InterruptedException {
        model.on(NOTE).costing(1_000, 100).replies(new Note("They purr."));
        var graph = TaskGraph.builder();
        graph.add("own", NOTE, new Topic("dogs"));
        var nested = graph.add("nested", type, new Topic("cats"));
        return Coordinator.of(model.pools()).journal(journal).run(graph.answering(nested), Budget.usd("0.05"));
    }

    private static Document parsed(String page) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(page.substring(page.indexOf('\n')))));
    }

    private static List<Element> nested(Element in) {
        var found = new ArrayList<Element>();
        for (int i = 0; i < in.getElementsByTagName("details").getLength(); i++) {
            var each = (Element) in.getElementsByTagName("details").item(i);
            if (each.getAttribute("class").equals("nested")) {
                found.add(each);
            }
        }
        return found;
    }

    private static List<String> texts(Element in, String name) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < in.getElementsByTagName(name).getLength(); i++) {
            texts.add(in.getElementsByTagName(name).item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void page_foldsANestedRunUnderItsSubtask_andCountsItsMoneyOnce() throws Exception {
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            RunResult<Note> result = run(nesting(NOTE), journal);
            assertThat(result.spend().total()).hasToString("$0.00065");
        }

        Element page = parsed(ReportPage.of(file)).getDocumentElement();

        assertThat(texts(page, "h1")).as("one run").containsExactly("nested");
        assertThat(texts(page, "dd")).contains("$0.00065 of $0.05", "$0.000325 of $0.02");
        Element inside = nested(page).getFirst();
        assertThat(texts(inside, "summary").getFirst()).isEqualTo("nested: inside, complete, $0.000325");
        assertThat(texts(inside, "th")).contains("inside");
        assertThat(texts(page, "h2")).contains("Nested runs");
        assertThat(texts(inside, "h3")).contains("Summary", "Subtasks");
    }

    @Test
    void page_foldsRunsWithinNestedOnes() throws Exception {
        Path file = folder.resolve("run.journal");
        try (var journal = FileJournal.open(file)) {
            run(nesting(nesting(NOTE)), journal);
        }

        List<Element> all = nested(parsed(ReportPage.of(file)).getDocumentElement());

        assertThat(all).hasSize(2);
        assertThat(nested(all.getFirst())).containsExactly(all.getLast());
        assertThat(all).extracting(each -> each.getAttribute("id")).doesNotHaveDuplicates();
    }

    @Test
    void page_saysThatANestedRunIsThatOfAnItem() throws Exception {
        Path file = folder.resolve("run.journal");
        model.on(NOTE).replies(new Note("They purr."));
        try (var journal = FileJournal.open(file)) {
            var graph = TaskGraph.builder();
            var all = graph.add("all", nesting(NOTE), Input.forEach(List.of(new Topic("same"), new Topic("same"))));
            Coordinator.of(model.pools()).journal(journal).run(graph.answering(all), Budget.usd("0.05"));
        }

        List<Element> inside = nested(parsed(ReportPage.of(file)).getDocumentElement());

        assertThat(inside)
                .extracting(each -> texts(each, "summary").getFirst())
                .containsExactly(
                        "all, an item: inside, complete, $0.000045", "all, an item: inside, complete, $0.000045");
    }

    /** In a journal that somebody made up. */
    @Test
    void runsThatAreNestedInEachOther_areBothShown() {
        List<RunHistory> circle = List.of(history("a", "nested in b: t"), history("b", "nested in a: t"));

        var runs = new NestedRuns(circle);

        assertThat(runs.outermost()).extracting(RunHistory::id).containsExactly("a");
        assertThat(runs.isAnyIn(circle.getFirst())).isTrue();
    }

    private static RunHistory history(String id, String key) {
        var session = new RunHistory.Session(Instant.EPOCH, Instant.EPOCH);
        return new RunHistory(id, "a run", key, Money.ZERO, List.of(session), List.of(), Optional.empty(), List.of());
    }

    /** Its key is text that a caller may choose: a run is never lost by it. */
    @Test
    void runWhoseKeyNamesNoRunOfTheJournal_standsForItself() throws Exception {
        Path file = folder.resolve("run.journal");
        model.on(NOTE).replies(new Note("They purr."));
        try (var journal = FileJournal.open(file)) {
            var graph = TaskGraph.builder();
            Coordinator.of(model.pools())
                    .journal(journal)
                    .runKey("nested in 0123456789abcdef: t")
                    .run(graph.answering(graph.add("alone", NOTE, new Topic("cats"))), Budget.usd("0.05"));
        }

        assertThat(texts(parsed(ReportPage.of(file)).getDocumentElement(), "h1"))
                .containsExactly("alone");
    }
}
