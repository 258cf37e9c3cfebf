// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.journal.FileJournal;
import dev.cadre.journal.JournalEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

class CadreTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String repo = "";

    @BeforeEach
    void write() throws Exception {
        new Tree(folder).file("src/Backoff.java", "/** Doubles. */\nclass Backoff {\n    long delay;\n}\n");
        repo = folder.toString();
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        var terminal = new Terminal(stream(out), stream(err), false, false, false);
        return new Cadre(terminal, InstantSource.fixed(Instant.EPOCH), Map.of()).run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The status of a process that ends by itself then says that nothing was found. */
    @Test
    void memoryThatDoesNotSuffice_isAFailure() {
        InstantSource clock = () -> {
            throw new OutOfMemoryError("of the test");
        };
        var terminal = new Terminal(stream(out), stream(err), false, false, false);

        assertThat(new Cadre(terminal, clock, Map.of()).run("search", "--offline", "--json", "--repo", repo, "delay"))
                .isEqualTo(4);
        assertThat(printed()).contains("\"out_of_memory\"");
        assertThat(told()).isEqualTo("cadre: the memory of the process does not suffice; -Xmx gives it more\n");
    }

    @Test
    void memoryThatDoesNotSufficeToSaySo_isAFailure() {
        var full = new PrintStream(out) {
            @Override
            public void println(String line) {
                throw new OutOfMemoryError("of the test");
            }
        };
        var terminal = new Terminal(full, full, false, false, false);

        assertThat(new Cadre(terminal, InstantSource.system(), Map.of()).run("search", "--no-such-option"))
                .isEqualTo(4);
    }

    @Test
    void stackThatOverflows_isTold_withoutATrace() {
        InstantSource clock = () -> {
            throw new StackOverflowError("of the test");
        };
        var terminal = new Terminal(stream(out), stream(err), false, false, false);

        assertThat(new Cadre(terminal, clock, Map.of()).run("search", "--offline", "--json", "--repo", repo, "delay"))
                .isEqualTo(4);
        assertThat(printed()).contains("\"internal\"");
        assertThat(told())
                .isEqualTo("cadre: this is a defect of cadre; with the variable CADRE_TRACE set it shows where\n");
    }

    @Test
    void json_isTheDocumentOfTheDesign() throws Exception {
        assertThat(run("search", "--offline", "--json", "--repo", repo, "where", "is the delay"))
                .isZero();

        assertThat(told()).isEmpty();
        String timeless = printed().replaceAll("\"ms\":\\d+", "\"ms\":0");
        assertThat(new ObjectMapper().readTree(timeless)).isEqualTo(new ObjectMapper().readTree("""
                {"schema":1,"status":"complete","mode":"offline-lexical","question":"where is the delay",
                 "answer":[{"text":"Most likely: src/Backoff.java:3 (Backoff).","citations":[1]}],
                 "results":[{"id":1,"path":"src/Backoff.java","startLine":1,"endLine":4,"line":3,"symbol":"Backoff",
                   "snippet":"/** Doubles. */\\nclass Backoff {\\n    long delay;\\n}","score":1.0,"foundBy":["t2"]}],
                 "confidence":"high",
                 "plan":[
                  {"id":"t1","type":"rank-files","status":"succeeded","reason":"","tier":"code","model":"offline-lexical",
                   "attempts":0,"inputTokens":0,"outputTokens":0,"picoUsd":0,"ms":0},
                  {"id":"t2","type":"read-places","status":"succeeded","reason":"","tier":"code","model":"offline-lexical",
                   "attempts":0,"inputTokens":0,"outputTokens":0,"picoUsd":0,"ms":0},
                  {"id":"t2#0","type":"read-places","status":"succeeded","reason":"","tier":"code","model":"offline-lexical",
                   "attempts":0,"inputTokens":0,"outputTokens":0,"picoUsd":0,"ms":0},
                  {"id":"t3","type":"rank-files","status":"succeeded","reason":"","tier":"code","model":"offline-lexical",
                   "attempts":0,"inputTokens":0,"outputTokens":0,"picoUsd":0,"ms":0},
                  {"id":"t4","type":"read-places","status":"succeeded","reason":"","tier":"code","model":"offline-lexical",
                   "attempts":0,"inputTokens":0,"outputTokens":0,"picoUsd":0,"ms":0}],
                 "cost":{"picoUsd":0,"usd":"0.00","budgetPicoUsd":250000000000,"forfeitedPicoUsd":0,"attempts":0},
                 "skipped":{},"error":null}
                """));
    }

    @Test
    void people_readTheAnswer_thePlaceAndWhyItWasFound() {
        assertThat(run("search", "--offline", "--format", "people", "-C", "1", "--repo", repo, "where is the delay"))
                .isZero();

        assertThat(printed()).isEqualTo("""
                Most likely: src/Backoff.java:3 (Backoff). [1]

                [1] src/Backoff.java:3  Backoff
                    has "delay"
                      2  class Backoff {
                >     3      long delay;
                      4  }

                confidence high, offline-lexical, $0.00 of a budget of $0.25, 1 files read
                """);
    }

    @Test
    void programs_readALineForEachPlace_andNothingElse() {
        assertThat(run("search", "--offline", "--repo", repo, "where is the delay"))
                .isZero();

        assertThat(printed()).isEqualTo("src/Backoff.java:3:    long delay;\n");
        assertThat(told())
                .startsWith("Most likely: src/Backoff.java:3 (Backoff).\n")
                .contains("confidence high, offline-lexical, $0.00 of a budget of $0.25, 1 files read");
    }

    @Test
    void color_always_isBoldElsewhereThanOnATerminal() {
        run("search", "--offline", "--format", "people", "--color", "always", "--repo", repo, "where is the delay");

        assertThat(printed()).contains("[1] \u001b[1msrc/Backoff.java:3\u001b[0m  Backoff");
    }

    @Test
    void historyThatCannotBeRead_isANote_andTheFilesAreSearched() throws Exception {
        new Tree(folder).file(".git/HEAD", "ref: refs/heads/main\n").file(".git/config", "");

        assertThat(run("search", "--offline", "--format", "people", "--repo", repo, "where is the delay"))
                .isZero();
        assertThat(printed()).startsWith("Most likely: src/Backoff.java:3").contains("note: no history was read");

        new Tree(folder).git("init", "-q").commit("one");
        run("search", "--offline", "--format", "people", "--repo", repo, "where is the delay");
        assertThat(printed()).contains("confidence").doesNotContain("note:");
    }

    @Test
    void version_isThatOfTheBuild() {
        assertThat(run("--version")).isZero();
        assertThat(printed()).matches("cadre \\S+ \\(Java 2\\d.*\\)\n").doesNotContain("null");
        assertThat(run("search", "-V")).isZero();
        assertThat(printed()).startsWith("cadre ");
    }

    @Test
    void help_andCompletion_areThere() {
        assertThat(run("help", "search")).isZero();
        assertThat(printed()).startsWith("Usage: cadre search");
        assertThat(run("completion", "--help")).isZero();
        assertThat(printed()).contains("source <(cadre completion)").doesNotContain("generate-completion");
        out.reset();
        assertThat(run("completion")).isZero();
        assertThat(printed()).contains("complete -F _complete_cadre").contains("--max-results");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"serch delay|search", "search --buget=3 delay|--budget"})
    void aSlipOfTheFinger_isAskedBack(String arguments, String meant) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(told()).contains("; did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "No space left on device|4|cadre: standard output cannot be written: No space left on device",
                "Broken pipe|0|",
            })
    void output_thatIsLost_isAFailure_unlessItsReaderHadEnough(String reason, int status, String told) {
        var full = new StandardStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        });
        var terminal = new Terminal(full, stream(err), false, false, false);

        assertThat(new Cadre(terminal, InstantSource.fixed(Instant.EPOCH), Map.of()).run("models"))
                .isEqualTo(status);
        assertThat(told().strip()).isEqualTo(told == null ? "" : told);
    }

    @Test
    void nothingFound_isStatus1() {
        assertThat(run("search", "--offline", "--repo", repo, "where is it")).isEqualTo(1);
        assertThat(printed()).isEmpty();
        assertThat(told()).startsWith("Nothing found.\nnote: without a model only words are compared");
        assertThat(run("search", "--offline", "--format", "people", "--repo", repo, "where is it"))
                .isEqualTo(1);
        assertThat(printed()).startsWith("Nothing found.\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--budget|abc|an amount of USD above 0 and up to 10000, such as 0.25",
                "--budget|-1|an amount of USD above 0 and up to 10000, such as 0.25",
                "--budget|0|an amount of USD above 0 and up to 10000, such as 0.25",
                "--budget|NaN|an amount of USD above 0 and up to 10000, such as 0.25",
                "--budget|Infinity|an amount of USD above 0 and up to 10000, such as 0.25",
                "--budget|1e999999999|an amount of USD above 0 and up to 10000, such as 0.25",
                "--budget|10000.01|an amount of USD above 0 and up to 10000, such as 0.25",
                "--parallel|0|a whole number from 1 to 1000",
                "--parallel|-3|a whole number from 1 to 1000",
                "--parallel|99999999999|a whole number from 1 to 1000",
                "--deadline|0|a time above 0 and up to 24h, such as 90s or 5m",
                "--deadline|-5s|a time above 0 and up to 24h, such as 90s or 5m",
                "--deadline|NaN|a time above 0 and up to 24h, such as 90s or 5m",
                "--deadline|25h|a time above 0 and up to 24h, such as 90s or 5m",
                "--max-results|0|a whole number from 1 to 100",
                "--context|61|a whole number from 0 to 60",
                "--context|-1|a whole number from 0 to 60",
                "--format|table|one of auto, people, lines",
                "--color|yes|one of auto, always, never",
                "--progress|loud|one of auto, live, plain, jsonl, off",
            })
    void badValue_namesOptionValueLimit(String option, String value, String allowed) {
        assertThat(run("search", "--repo", repo, option + "=" + value, "x")).isEqualTo(2);

        assertThat(told()).isEqualTo("cadre: " + option + ": \"" + value + "\" is not " + allowed + "\n");
        assertThat(printed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--repo=/no/such/folder|no_such_folder|--repo: \"/no/such/folder\" does not exist",
                "--journal=/no/such/folder/a|bad_journal|--journal: journal /no/such/folder/a cannot be opened:"
                        + " /no/such/folder/a does not exist",
                "--report=/no/such/folder/a.html|bad_argument|--report: \"/no/such/folder/a.html\" is no file in a folder"
                        + " that exists",
                "--unknown|bad_argument|Unknown option: '--unknown'",
                "--budget=abc|bad_argument|--budget: \"abc\" is not an amount of USD above 0 and up to 10000, such as 0.25",
            })
    void badArgument_withJson_printsADocumentToo(String argument, String kind, String message) throws Exception {
        assertThat(run("search", "--json", argument, "x")).isEqualTo(2);

        JsonNode document = new ObjectMapper().readTree(printed());
        assertThat(document.path("status").asText()).isEqualTo("failed");
        assertThat(document.path("error").path("kind").asText()).isEqualTo(kind);
        assertThat(document.path("error").path("message").asText()).isEqualTo(message);
        assertThat(told()).isEqualTo("cadre: " + message + "\n");
    }

    @Test
    void journal_existing_isResumedUntilTheFilesChange() throws Exception {
        Path journal = folder.resolve("run.journal");
        String[] search = {"search", "--json", "--repo", repo, "--journal", journal.toString(), "where is the delay"};
        assertThat(run(search)).isZero();
        JsonNode first = new ObjectMapper().readTree(printed());
        long performed = succeeded(journal);
        assertThat(performed).isPositive();

        assertThat(run(search)).isZero();

        assertThat(new ObjectMapper().readTree(printed()).path("results")).isEqualTo(first.path("results"));
        assertThat(succeeded(journal)).isEqualTo(performed);
        new Tree(folder).file("src/Delay.java", "class Delay {\n    long delay;\n}\n");
        assertThat(run(search)).isZero();
        assertThat(printed()).contains("src/Delay.java");
        assertThat(succeeded(journal)).isGreaterThan(performed);
    }

    private static long succeeded(Path journal) {
        var found = new ArrayList<JournalEntry>();
        FileJournal.read(journal, line -> found.add(line.entry()));
        return found.stream()
                .filter(entry -> entry instanceof JournalEntry.Ended ended
                        && ended.outcome().isSucceeded())
                .count();
    }

    @Test
    void journal_damaged_isRefused() throws Exception {
        Path journal = Files.writeString(folder.resolve("no.journal"), "this is no journal\n");

        assertThat(run("search", "--repo", repo, "--journal", journal.toString(), "delay"))
                .isEqualTo(2);

        assertThat(told()).startsWith("cadre: --journal: ").contains(journal.toString());
    }

    @Test
    void fileForAFolder_isRefused() {
        assertThat(run("search", "--repo", repo + "/src/Backoff.java", "x")).isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: --repo: \"" + repo + "/src/Backoff.java\" is not a folder\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void emptyQuestion_isRefused(String question) {
        assertThat(run("search", "--repo", repo, question)).isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: QUESTION is empty; say what to find\n");
    }

    /** A folder that is searched may hold a file of any name, and {@code @Override} is a question. */
    @ParameterizedTest
    @MethodSource("subcommands")
    void argumentWithAnAt_isAWord_andNoFileOfOptions(String subcommand) throws Exception {
        Path named = Files.writeString(folder.resolve("Override"), "--help\n");
        run("help", subcommand);
        String help = printed();

        for (String[] given : List.of(new String[] {subcommand, "@" + named}, new String[] {"@" + named}, new String[] {
            subcommand, "--", "@" + named
        })) {
            run(given);

            assertThat(printed()).isNotEqualTo(help).doesNotContain("'cadre help COMMAND'");
        }
    }

    private static Stream<String> subcommands() {
        return cadre().commandLine(List.of()).getSubcommands().keySet().stream();
    }

    private static Cadre cadre() {
        var nobody = new Terminal(
                stream(new ByteArrayOutputStream()), stream(new ByteArrayOutputStream()), false, false, false);
        return new Cadre(nobody, InstantSource.fixed(Instant.EPOCH), Map.of());
    }

    @Test
    void questionWithAnAt_isAsked_andItsFileChoosesNoOption() throws Exception {
        Path report = folder.resolve("report.html");
        Path named = Files.writeString(
                folder.resolve("Override"), "--repo=/\n--report=%s\n--budget=500\nstolen\n".formatted(report));

        for (String[] question : List.of(new String[] {"@" + named}, new String[] {"--", "@" + named})) {
            var arguments = new ArrayList<>(List.of("search", "--offline", "--json", "--repo", repo));
            arguments.addAll(List.of(question));
            run(arguments.toArray(String[]::new));

            JsonNode document = new ObjectMapper().readTree(printed());
            assertThat(document.path("question").asText()).isEqualTo("@" + named);
            assertThat(document.path("cost").path("budgetPicoUsd").asLong()).isEqualTo(250_000_000_000L);
            assertThat(report).doesNotExist();
        }
    }

    /** Names of variables, properties, bundles and styles, quotes and beginnings of options are what they are. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "where is ${sys:user.home}",
                "where is ${env:PATH}",
                "where is ${PATH}",
                "where is ${bundle:x}",
                "where is ${COMMAND-NAME:-x}",
                "where is ${sys:user.home:-x} @|red it|@",
                "'where is it'",
                "\"where is it\"",
                "-where=${env:PATH}"
            })
    void argument_isTakenAsItIs(String question) throws Exception {
        run("search", "--offline", "--json", "--repo", repo, "--", question);

        assertThat(new ObjectMapper().readTree(printed()).path("question").asText())
                .isEqualTo(question);

        assertThat(run("search", "--offline", "--repo", question, "x")).isEqualTo(2);
        assertThat(told()).contains("\"" + question + "\" does not exist");
    }

    /** Nothing but the arguments and the code of the command says what an option is. */
    @Test
    void noCommand_readsOptionsFromElsewhere() {
        var left = new ArrayDeque<>(List.of(cadre().commandLine(List.of())));
        while (!left.isEmpty()) {
            CommandLine line = left.remove();
            CommandSpec command = line.getCommandSpec();
            left.addAll(line.getSubcommands().values());

            assertThat(line.isExpandAtFiles()).as(command.name()).isFalse();
            assertThat(line.isTrimQuotes()).isFalse();
            assertThat(line.isAbbreviatedOptionsAllowed()).isFalse();
            assertThat(line.isAbbreviatedSubcommandsAllowed()).isFalse();
            assertThat(line.getDefaultValueProvider()).isNull();
            assertThat(line.getResourceBundle()).isNull();
            for (ArgSpec each : command.args()) {
                assertThat(each.interactive()).as(each.paramLabel()).isFalse();
                assertThat(each.type()).isIn(String.class, boolean.class, String[].class, List.class);
                assertThat(String.valueOf(each.defaultValue())).doesNotContain("$");
            }
        }
    }

    @Test
    void planOnly_searchesNothing() {
        assertThat(run("search", "--repo", repo, "--plan-only", "--json", "where is the delay"))
                .isZero();
        assertThat(printed()).contains("\"results\":[]").contains("\"status\":\"planned\"");
    }

    @Test
    void progress_jsonl_isOneObjectALine() throws Exception {
        run("search", "--repo", repo, "--progress=jsonl", "where is the delay");

        for (String line : told().lines().toList()) {
            assertThat(new ObjectMapper().readTree(line).path("event").asText())
                    .isIn("opened", "admitted", "subtask", "merge", "end");
        }
        assertThat(told().lines()).hasSize(11).last().asString().startsWith("{\"event\":\"end\",\"ms\":");
    }

    @Test
    void hostileText_cannotSteerTheTerminal() throws Exception {
        new Tree(folder).file("src/Evil\u001b[2J\n.java", "class Zebra {\n  \u001b]0;owned\u0007 \u202e zebra\n}\n");

        assertThat(run("search", "--repo", repo, "zebra")).isZero();

        assertThat(printed())
                .contains("Zebra")
                .doesNotContain("\u001b")
                .doesNotContain("\u0007")
                .doesNotContain("\u202e");
    }

    @Test
    void noCommand_listsAllOfThem_withOneLineEach() {
        assertThat(run()).isEqualTo(2);

        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(11)
                .startsWith("cadre: a command is missing; 'cadre COMMAND --help' tells more of each:")
                .contains("  bulk       Labels the lines of a file, or fills in a schema for each, within a budget.")
                .anyMatch(line -> line.startsWith("  completion Prints a script"));
    }
}
