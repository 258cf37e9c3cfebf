// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.Coordinator;
import dev.cadre.Goal;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.cache.OutcomeCache;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalException;
import dev.cadre.merge.Mergers;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import dev.cadre.model.ToolSpec;
import dev.cadre.task.Input;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.task.Tool;
import dev.cadre.task.TypeRef;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportPageTest {
    record Topic(String name) {}

    record Topics(List<Topic> topics) {}

    record Note(String text) {}

    record Brief(String headline) {}

    private static final SubtaskType<Topic, Topics> SPLIT =
            SubtaskType.model("split", Topic.class, Topics.class, "Split the topic.");
    private static final SubtaskType<Topic, Note> NOTE = SubtaskType.model(
                    "note", Topic.class, Note.class, "State a fact.")
            .upTo(Tier.MINI)
            .accept("it says something", (topic, note) -> !note.text().isEmpty());
    private static final SubtaskType<Topic, Brief> HEADLINE =
            SubtaskType.code("headline", Topic.class, Brief.class, (topic, context) -> new Brief(topic.name()));

    /** Markup, a change of the direction of text, and what has the shape of a key. */
    private static final String HOSTILE =
            "</text><script>alert(1)</script><img src=x onerror=alert(1)>\u202e sk-proj-abcdefghijklmnopqrstuvwx0123456789";

    @TempDir
    Path folder;

    /** A fan-out whose first item escalates and whose second is refused, after one lost rate limit. */
    private RunResult<Brief> run(Path file) throws InterruptedException {
        var model = new ScriptedModel();
        model.on(SPLIT)
                .isRateLimited(Duration.ZERO)
                .costing(1_000, 100)
                .replies(new Topics(List.of(new Topic("cats"), new Topic("dogs"))));
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.NANO).costing(1_000, 100).replies(new Note(""));
        model.on(NOTE, new Topic("cats")).onlyOn(Tier.MINI).costing(1_000, 100).replies(new Note(HOSTILE));
        model.on(NOTE, new Topic("dogs")).costing(1_000, 100).refuses("no dogs");
        var graph = TaskGraph.builder();
        var topics = graph.add("topics", SPLIT, new Topic("pets"));
        var notes =
                graph.add("notes", NOTE, Input.forEach(topics, Topics::topics).minSuccess(1));
        var brief = graph.add("brief", HEADLINE, Input.from(notes, all -> new Topic("pets")));
        try (var journal = FileJournal.open(file)) {
            return Coordinator.of(model.pools()).journal(journal).run(graph.answering(brief), Budget.usd("0.05"));
        }
    }

    private static Document parsed(String page) throws Exception {
        assertThat(page).startsWith(ReportPage.BEGINNING + "\n<html");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(page.substring(page.indexOf('\n')))));
    }

    private static List<String> texts(Document page, String name) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < page.getElementsByTagName(name).getLength(); i++) {
            texts.add(page.getElementsByTagName(name).item(i).getTextContent());
        }
        return texts;
    }

    private static List<String> elements(Document page, String name, String style) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < page.getElementsByTagName(name).getLength(); i++) {
            var element = (Element) page.getElementsByTagName(name).item(i);
            if (element.getAttribute("class").equals(style)) {
                texts.add(element.getTextContent());
            }
        }
        return texts;
    }

    private static List<String> rows(Document page) {
        var rows = new ArrayList<String>();
        for (int i = 0; i < page.getElementsByTagName("tr").getLength(); i++) {
            var row = (Element) page.getElementsByTagName("tr").item(i);
            var cells = new ArrayList<String>();
            for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNextSibling()) {
                cells.add(cell.getTextContent());
            }
            rows.add(String.join("|", cells));
        }
        return rows;
    }

    @Test
    void page_showsWhatTheRunReported() throws Exception {
        Path file = folder.resolve("run.journal");
        RunResult<Brief> result = run(file);

        Document page = parsed(ReportPage.of(file));

        // a rate limit, 3 calls of 1,000 in and 100 out on nano at $0.000325, one on mini at $0.0012
        assertThat(result.spend().total()).hasToString("$0.002175");
        assertThat(texts(page, "dd"))
                .contains("partial", "$0.002175 of $0.05", "5")
                .contains("4,000 in, of which 0 cached; 400 out, of which 0 reasoning");
        assertThat(rows(page))
                .contains("gpt-5.4-nano|nano|4|3,000|0|300|$0.000975", "gpt-5.4-mini|mini|1|1,000|0|100|$0.0012")
                .anyMatch(row -> row.startsWith("topics|split|nano|succeeded"))
                .anyMatch(row -> row.startsWith("notes|note||") && row.endsWith("|$0.00185"))
                .anyMatch(row -> row.startsWith("notes#0|note|mini|succeeded") && row.endsWith("|$0.001525"))
                .anyMatch(row -> row.startsWith("notes#1|note|nano|failed") && row.endsWith("|$0.000325"))
                .anyMatch(row -> row.startsWith("brief|headline||succeeded"))
                .anyMatch(row -> row.contains("no dogs") && row.endsWith("|failed|notes#1|1"));
        assertThat(texts(page, "title")).anyMatch(title -> title.endsWith("rate limit, $0.00"));
        assertThat(texts(page, "p"))
                .anyMatch(text -> text.matches("Critical path: topics [^→]+ → notes [^→]+ → brief .*"));
    }

    @Test
    void whatALaterSessionTookFromTheJournal_isMarked() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);
        run(file);

        assertThat(rows(parsed(ReportPage.of(file))))
                .anyMatch(row -> row.startsWith("topics|split|nano|succeeded in session 1, reused"))
                .anyMatch(row -> row.startsWith("notes#0|note|mini|succeeded in session 1, reused"))
                .anyMatch(row -> row.startsWith("notes#1|note|nano|failed"));
    }

    @Test
    void whatIsFromACache_isMarked() throws Exception {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        var cache = OutcomeCache.inMemory(10, Duration.ofDays(1));
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 100).replies(new Note("They purr."));
        Path file = folder.resolve("second.journal");
        Coordinator coordinator = Coordinator.of(model.pools()).cache(cache);
        coordinator.run(graph.answering(note), Budget.usd("0.05"));
        try (var journal = FileJournal.open(file)) {
            coordinator.journal(journal).run(graph.answering(note), Budget.usd("0.05"));
        }

        assertThat(rows(parsed(ReportPage.of(file))))
                .anyMatch(row -> row.matches(
                        "note\\|note\\|\\|succeeded, from the cache, \\d+ s old, saved \\$0.000325.*\\|\\$0.00"));
    }

    @Test
    void whatCachesSaved_isSummedUp_itemsIncluded() throws Exception {
        var graph = TaskGraph.builder();
        var notes = graph.add(
                "notes", NOTE, Input.forEach(List.of(new Topic("cats"), new Topic("dogs"), new Topic("fish"))));
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 100).replies(new Note("They purr."));
        Path file = folder.resolve("second.journal");
        Coordinator coordinator = Coordinator.of(model.pools()).cache(OutcomeCache.inMemory(10, Duration.ofDays(1)));
        coordinator.run(graph.answering(notes), Budget.usd("0.05"));
        try (var journal = FileJournal.open(file)) {
            coordinator.journal(journal).run(graph.answering(notes), Budget.usd("0.05"));
        }

        assertThat(texts(parsed(ReportPage.of(file)), "dd")).contains("$0.000975, by 3 from the cache", "3 succeeded");
    }

    @Test
    void raceAndQuorum_showTheOutputsThatTheyTook_andWhatWasNotNeededIsNoFailure() throws Exception {
        Path file = folder.resolve("run.journal");
        var model = new ScriptedModel();
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).holdUntil(new Gate()).replies(new Note("They bark."));
        model.on(NOTE, new Topic("fish")).replies(new Note("They swim."));
        var graph = TaskGraph.builder();
        var cats = graph.add("cats", NOTE, new Topic("cats"));
        var won = graph.race("won", cats, graph.add("dogs", NOTE, new Topic("dogs")));
        var both = graph.quorum("both", 2, List.of(won, graph.add("fish", NOTE, new Topic("fish"))));
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools()).journal(journal).run(graph.answering(both), Budget.usd("0.05"));
        }

        Document page = parsed(ReportPage.of(file));
        assertThat(elements(page, "div", "answer")).singleElement().asString().contains("They purr.");
        assertThat(texts(page, "pre"))
                .contains("{\"text\":\"They purr.\"}", "[{\"text\":\"They purr.\"},{\"text\":\"They swim.\"}]");
        assertThat(page.getDocumentElement().getTextContent()).doesNotContain("\"took\"");
        assertThat(texts(page, "h2")).doesNotContain("Failures");
        assertThat(texts(page, "dd")).contains("1 not needed, 4 succeeded, of 5");
        assertThat(rows(page))
                .anyMatch(row -> row.startsWith("dogs|note|nano|not needed: others were enough for 'won'"));
    }

    @Test
    void fanOutOfWhichAPartIsEnough_showsItsItems() throws Exception {
        Path file = folder.resolve("run.journal");
        var model = new ScriptedModel();
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));
        model.on(NOTE, new Topic("dogs")).holdUntil(new Gate()).replies(new Note("They bark."));
        var graph = TaskGraph.builder();
        var notes = graph.add(
                "notes",
                NOTE,
                Input.forEach(List.of(new Topic("cats"), new Topic("dogs"))).enough(1));
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools()).journal(journal).run(graph.answering(notes), Budget.usd("0.05"));
        }

        Document page = parsed(ReportPage.of(file));
        assertThat(page.getDocumentElement().getTextContent()).doesNotContain("\"took\"");
        assertThat(rows(page)).anyMatch(row -> row.startsWith("notes|note||see its items"));
        assertThat(texts(page, "dd")).contains("1 not needed, 1 succeeded, of 2");
    }

    @Test
    void endOfThePlanner_isInWords() throws Exception {
        Path file = folder.resolve("run.journal");
        var model = new ScriptedModel();
        model.onPlan()
                .repliesText("{\"subtasks\":[{\"type\":\"note\",\"id\":\"cats\",\"input\":{\"name\":\"cats\"}}]}");
        model.on(NOTE).replies(new Note("They purr."));
        var goal = Goal.of("Take notes", new TypeRef<List<Note>>() {}).mergedBy(Mergers.collect(NOTE));
        try (var journal = FileJournal.open(file)) {
            Coordinator.builder(model.pools())
                    .plansWith(NOTE)
                    .build()
                    .journal(journal)
                    .run(goal, Budget.usd("0.25"));
        }

        assertThat(texts(parsed(ReportPage.of(file)), "pre"))
                .contains("no defects")
                .noneMatch(text -> text.contains("\"defects\""));
    }

    @Test
    void toolThatThrew_isANoteOfThePage() throws Exception {
        Path file = folder.resolve("run.journal");
        var spec = new ToolSpec(
                "look", "Looks.", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        SubtaskType<Topic, Note> looking = NOTE.tools(Tool.raw(spec, (arguments, context) -> {
            throw new IOException("disk full <b>");
        }));
        var model = new ScriptedModel();
        model.on(looking).calls(new ToolCall("1", "look", "{}")).replies(new Note("without it"));
        var graph = TaskGraph.builder();
        var note = graph.add("note", looking, new Topic("cats"));
        try (var journal = FileJournal.open(file)) {
            var result = Coordinator.of(model.pools()).journal(journal).run(graph.answering(note), Budget.usd("0.05"));
            assertThat(texts(parsed(ReportPage.of(file)), "p"))
                    .containsAll(result.report().notes())
                    .contains("IOException: disk full <b>, in tool 'look' of subtask 'note'");
        }
    }

    @Test
    void whatAModelSaid_isNeverMarkupNorAKey() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        String text = ReportPage.of(file);
        Document page = parsed(text);

        assertThat(texts(page, "script")).containsExactly(PageHead.SCRIPT);
        assertThat(page.getElementsByTagName("img").getLength()).isZero();
        assertThat(texts(page, "pre")).anyMatch(pre -> pre.contains("<script>alert(1)"));
        assertThat(text).doesNotContain("\u202e", "abcdefghijklmnopqrstuvwx");
        assertThat(text).contains("Content-Security-Policy", "default-src 'none'");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x07, 0x1b, 0x85, 0xad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x200b, 0x200d,
                0x200e, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0x3164, 0xe000, 0xfe00, 0xfe0f, 0xfeff, 0xffa0,
                0xfff9, 0xe0001, 0xe0041, 0xe0100, 0xe01ef
            })
    void characterThatSteersOrHides_isSeen(int c) {
        var page = new Page();

        page.element("p", "a" + Character.toString(c) + "b", "title", "c" + Character.toString(c) + "d");

        assertThat(page.finish()).contains("title=\"c\ufffdd\"", ">a\ufffdb<");
    }

    @Test
    void lineEndsAndTabs_areKept() {
        assertThat(new Page().element("pre", "a\n\tb é 漢").finish()).contains("<pre>a\n\tb é 漢</pre>");
    }

    /** An output stands in the journal as JSON, and the page shows its beginning. */
    @Test
    void keys_behindLineEndsAndAtTheCut_areMasked() throws Exception {
        Path file = folder.resolve("run.journal");
        String body = "Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8";
        String keys = "\nsk-" + body + "\tghp_" + body + "\nxoxb-12345678901-" + body + "\nAKIA" + "Q7ZP3XH2LM5RT9WB\n"
                + "-----BEGIN PRIVATE KEY-----\n" + body + body + "\n-----END PRIVATE KEY-----\n";
        for (int padding = 1_900; padding < 2_000; padding += 7) {
            Files.deleteIfExists(file);
            var note = new Topic(keys + "x".repeat(padding - keys.length()) + " glpat-" + body);
            var graph = TaskGraph.builder();
            var brief = graph.add("brief", HEADLINE, note);
            try (var journal = FileJournal.open(file)) {
                assertThat(Coordinator.of(new ScriptedModel().pools())
                                .journal(journal)
                                .run(graph.answering(brief), Budget.usd("0.05")))
                        .isInstanceOf(RunResult.Complete.class);
            }

            String page = ReportPage.of(file);

            assertThat(page)
                    .as("%d characters in front of the last", padding)
                    .contains("[redact")
                    .doesNotContain("Zx81", "Q7ZP", "12345678901", "glpat-");
        }
    }

    @Test
    void parts_standInTheOrderInWhichOneAsks() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        Document page = parsed(ReportPage.of(file));

        assertThat(texts(page, "h1")).containsExactly("brief");
        assertThat(texts(page, "h2"))
                .containsExactly(
                        "Answer",
                        "Failures",
                        "Summary",
                        "Slowest and dearest",
                        "Plan",
                        "Time",
                        "Money",
                        "Models",
                        "Subtasks");
        assertThat(texts(page, "nav")).containsExactly(String.join("", texts(page, "h2")));
        assertThat(texts(page, "dd")).contains("1 failed, 3 succeeded, of 4");
    }

    @Test
    void answer_isTheOutputOfTheAnsweringSubtask_unlessItIsTold() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        assertThat(elements(parsed(ReportPage.of(file)), "div", "answer")).containsExactly("headlinepets");
        assertThat(elements(parsed(ReportPage.of(file, List.of("It is <b>.", HOSTILE))), "div", "answer"))
                .singleElement()
                .asString()
                .startsWith("It is <b>.</text><script>alert(1)</script>")
                .doesNotContain("sk-proj");
    }

    @Test
    void answer_ofARunThatFailed_isNone() throws Exception {
        Path file = folder.resolve("run.journal");
        var model = new ScriptedModel();
        model.on(NOTE).refuses("nothing");
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic("cats"));
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools()).journal(journal).run(graph.answering(note), Budget.usd("0.05"));
        }

        assertThat(texts(parsed(ReportPage.of(file)), "p")).contains("There is no answer: the run failed.");
    }

    @Test
    void plan_isInTheOrderInWhichItWasWritten_withWhatEachWaitsFor() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        assertThat(rows(parsed(ReportPage.of(file))))
                .containsSequence(
                        "subtask|type|waits for|end",
                        "topics|split||succeeded",
                        "notes|note|topics|1 of 2 items succeeded",
                        "brief|headline|notes|succeeded");
    }

    @Test
    void plan_namesTheTierThatThePlannerChose() throws Exception {
        Path file = folder.resolve("run.journal");
        var model = new ScriptedModel();
        SubtaskType<Topic, Note> choice = NOTE.between(Tier.NANO, Tier.MINI);
        model.on(choice).replies(new Note("meow"));
        model.onPlan().replies("""
                {"subtasks":[{"type":"note","id":"a","input":{"name":"cats"},"tier":"mini"}]}""");
        Goal<List<Note>> goal =
                Goal.of("Take notes", new TypeRef<List<Note>>() {}).mergedBy(Mergers.collect(choice));
        try (var journal = FileJournal.open(file)) {
            Coordinator.builder(model.pools())
                    .plansWith(choice)
                    .build()
                    .journal(journal)
                    .run(goal, Budget.usd("0.50"));
        }

        assertThat(rows(parsed(ReportPage.of(file)))).contains("a|note, to start on mini||succeeded");
    }

    @Test
    void failures_standBeforeTheOthers() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        Document page = parsed(ReportPage.of(file));

        List<String> rows = rows(page);
        assertThat(rows.subList(rows.size() - 5, rows.size()))
                .extracting(row -> row.substring(0, row.indexOf('|')))
                .containsExactly("notes#1", "topics", "notes", "notes#0", "brief");
        assertThat(rows).anyMatch(row -> row.contains("|failed: REFUSED: the model refused"));
    }

    @Test
    void pageOfABulk_namesItsFile() throws Exception {
        Path file = folder.resolve("labels.jsonl.journal");
        bulk(file, 2_100);

        Document page = parsed(ReportPage.of(file));

        assertThat(texts(page, "h1")).containsExactly("note: labels.jsonl");
        assertThat(texts(page, "title")).contains("note: labels.jsonl");
        assertThat(texts(page, "dd")).contains("labels.jsonl.journal", "1 failed, 2,099 succeeded, of 2,100");
        assertThat(texts(page, "h2")).doesNotContain("Answer", "Plan").contains("Items");
    }

    @Test
    void everyItemOfTwoThousand_isListed_theFailureFirst() throws Exception {
        Path file = folder.resolve("labels.jsonl.journal");
        bulk(file, 2_100);

        Document page = parsed(ReportPage.of(file));

        assertThat(elements(page, "table", "subtasks many")).hasSize(1);
        List<String> rows = rows(page).stream()
                .filter(row -> row.startsWith("topic ") && row.contains("$0.000325"))
                .toList();

        assertThat(rows)
                .hasSizeGreaterThanOrEqualTo(2_100)
                .filteredOn(row -> row.contains("|nano|"))
                .hasSize(2_100);
        assertThat(rows.stream().filter(row -> row.contains("|nano|")).findFirst())
                .hasValueSatisfying(row -> assertThat(row).startsWith("topic 77|"));
    }

    @Test
    void pack_isARowOfItsOwn_andNoItem() throws Exception {
        Path file = folder.resolve("labels.jsonl.journal");
        bulk(file, 25, 10);

        Document page = parsed(ReportPage.of(file));

        assertThat(texts(page, "dd")).contains("25 succeeded");
        assertThat(rows(page)).anyMatch(row -> row.startsWith("pack of topic 0|") && row.contains("succeeded"));
        assertThat(rows(page)).anyMatch(row -> row.startsWith("topic 0|") && row.contains("succeeded"));
        assertThat(rows(page)).noneMatch(row -> row.contains("#0"));
    }

    private static void bulk(Path file, int size) throws Exception {
        bulk(file, size, 1);
    }

    private static void bulk(Path file, int size, int itemsInACall) throws Exception {
        var model = new ScriptedModel();
        model.on(NOTE).costing(1_000, 100).replies(new Note("fine"));
        model.on(NOTE, new Topic("77")).costing(1_000, 100).refuses("not this one");
        try (var journal = FileJournal.open(file)) {
            Coordinator.of(model.pools())
                    .bulk(NOTE)
                    .keyedBy(topic -> "topic " + topic.name())
                    .journal(journal)
                    .packing(itemsInACall)
                    .run(IntStream.range(0, size).mapToObj(i -> new Topic("" + i)), Budget.usd("20"), item -> {});
        }
    }

    /** A browser reads both as they stand, until the end of the element, and holds them against the policy. */
    @Test
    void policy_admitsTheScriptAndTheStyleOfThePage_andNothingElse() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        String page = ReportPage.of(file);

        assertThat(page)
                .contains(
                        "content=\"default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none';"
                                        .formatted(hash(page, "style"), hash(page, "script"))
                                + " form-action 'none'\"")
                .doesNotContain("unsafe-inline")
                .containsOnlyOnce("<script>")
                .containsOnlyOnce("<style>");
    }

    private static String hash(String page, String element) throws Exception {
        int from = page.indexOf("<" + element + ">") + element.length() + 2;
        String text = page.substring(from, page.indexOf("</" + element + ">", from));
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }

    /** Without its script the page hides nothing but the form that would do nothing. */
    @Test
    void page_isWholeWithoutItsScript() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        Document page = parsed(ReportPage.of(file));

        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            var element = (Element) all.item(i);
            assertThat(element.hasAttribute("hidden"))
                    .as(element.getTagName())
                    .isEqualTo(element.getTagName().equals("form"));
            for (int j = 0; j < element.getAttributes().getLength(); j++) {
                assertThat(element.getAttributes().item(j).getNodeName())
                        .doesNotStartWith("on")
                        .isNotEqualTo("style");
            }
        }
    }

    @Test
    void tables_haveACaptionAndHeadings() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);

        Document page = parsed(ReportPage.of(file));

        NodeList tables = page.getElementsByTagName("table");
        assertThat(tables.getLength()).isEqualTo(6);
        for (int i = 0; i < tables.getLength(); i++) {
            var table = (Element) tables.item(i);
            assertThat(table.getElementsByTagName("caption").getLength()).isEqualTo(1);
            NodeList headings = table.getElementsByTagName("th");
            for (int j = 0; j < headings.getLength(); j++) {
                boolean isColumn = headings.item(j)
                        .getParentNode()
                        .getParentNode()
                        .getNodeName()
                        .equals("thead");
                assertThat(((Element) headings.item(j)).getAttribute("scope")).isEqualTo(isColumn ? "col" : "row");
            }
        }
        assertThat(elements(page, "table", "subtasks")).hasSize(1);
        assertThat(elements(page, "a", "skip")).containsExactly("Skip to the content");
        assertThat(page.getElementsByTagName("main").getLength()).isEqualTo(1);
    }

    @Test
    void links_leadToPartsOfThePage() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);
        run(file);

        Document page = parsed(ReportPage.of(file));

        var ids = new ArrayList<String>();
        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            ids.add("#" + ((Element) all.item(i)).getAttribute("id"));
        }
        NodeList links = page.getElementsByTagName("a");
        for (int i = 0; i < links.getLength(); i++) {
            assertThat(ids).containsOnlyOnce(((Element) links.item(i)).getAttribute("href"));
        }
    }

    @Test
    void journal_thatIsDamaged_isRefused() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> ReportPage.of(file)).isInstanceOf(JournalException.Damaged.class);
    }

    @Test
    void journal_ofARunThatWasCutOff_saysSo() throws Exception {
        Path file = folder.resolve("run.journal");
        run(file);
        Path cut = folder.resolve("cut.journal");
        List<String> lines = Files.readAllLines(file);
        long intent =
                lines.stream().takeWhile(line -> !line.contains("\"intent\"")).count();
        Files.writeString(cut, String.join("\n", lines.subList(0, (int) intent + 1)) + "\n");

        Document page = parsed(ReportPage.of(cut));

        assertThat(texts(page, "dd")).anyMatch(text -> text.startsWith("not on record"));
        assertThat(texts(page, "title")).anyMatch(title -> title.contains("no end on record"));
        assertThat(texts(page, "dd")).anyMatch(text -> text.contains("for calls whose cost is unknown"));
    }

    @Test
    void journal_withoutRuns_isAPage() throws Exception {
        Path file = folder.resolve("empty.journal");
        FileJournal.open(file).close();

        assertThat(texts(parsed(ReportPage.of(file)), "p")).containsExactly("The journal holds no run.");
    }
}
