// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cadre.budget.Budget;
import dev.cadre.json.Json;
import dev.cadre.task.Artifacts.Index;
import dev.cadre.task.Artifacts.Output;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArtifactsTest {
    record Query(String term) {}

    private static final int MOST = 16_384;
    private static final String LINES = "line one\nline two\n" + "a line of words that goes on\n".repeat(200);

    private static Json page(String text) {
        return Json.obj().with("title", "A page").with("text", text);
    }

    private static Index index(Json... outputs) {
        return new Index(
                List.of(outputs).stream()
                        .map(json -> new Output("p", json, "{title: string, text: string}", 2_000))
                        .toList(),
                MOST);
    }

    private static Json.Obj shown(Artifacts artifacts) {
        return (Json.Obj) Json.parse(artifacts.shownInput());
    }

    private static Json.Obj read(Artifacts artifacts, String arguments) throws Exception {
        return (Json.Obj) Json.parse(text(artifacts, arguments));
    }

    private static String text(Artifacts artifacts, String arguments) throws Exception {
        var context = new WorkerContext(
                "run", "d", Duration.ofSeconds(1), Budget.usd("0").open(), OuterRun.NONE);
        return artifacts.tool().call(arguments, context).text();
    }

    private static String part(String artifact, int offset, int length) {
        return Json.obj()
                .with("artifact", artifact)
                .with("offset", offset)
                .with("length", length)
                .write();
    }

    @Test
    void longOutput_isReferredTo_withItsSizeFormAndFirstLines() {
        Json page = page(LINES);

        Artifacts found = index(page).in(Json.obj().with("page", page).with("question", "Why?"));

        Json.Obj reference = (Json.Obj) shown(found).at("page").orElseThrow();
        assertThat(reference.string("artifact")).isEqualTo("p");
        assertThat(reference.longValue("bytes")).isEqualTo(page.write().getBytes(StandardCharsets.UTF_8).length);
        assertThat(reference.string("form")).isEqualTo("{title: string, text: string}");
        assertThat(reference.string("beginning"))
                .startsWith("{\"title\":\"A page\"")
                .hasSize(400);
        assertThat(shown(found).string("question")).isEqualTo("Why?");
    }

    @Test
    void part_thatIsAsLong_isReferredToByItsPlace_andAShortOneStandsInFull() {
        Json page = page(LINES);

        Artifacts found = index(page).in(Json.obj().with("body", LINES).with("heading", "A page"));

        Json.Obj reference = (Json.Obj) shown(found).at("body").orElseThrow();
        assertThat(reference.string("artifact")).isEqualTo("p:.text");
        assertThat(reference.string("form")).isEqualTo("a string");
        assertThat(reference.longValue("characters")).isEqualTo(LINES.length());
        assertThat(reference.string("beginning")).endsWith("goes on\n").startsWith("line one\nline two\n");
        assertThat(shown(found).string("heading")).isEqualTo("A page");
    }

    private static Json nested(int levels, Json innermost) {
        Json value = innermost;
        for (int level = 0; level < levels; level++) {
            value = new Json.Arr(List.of(value));
        }
        return value;
    }

    /** The bytes that it takes to find an output in an input of which it is a part. */
    private static long allocated(int levels) {
        Json output = nested(levels, new Json.Str("x".repeat(1_000_000)));
        Json input = Json.obj().with("page", output);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(shown(index(output).in(input)).object("page").longValue("bytes"))
                .isEqualTo(1_000_002 + 2 * levels);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void outputOfManyLevels_isReadOnce() {
        long shallow = allocated(1);

        assertThat(allocated(90)).isLessThan(2 * shallow);
    }

    @Test
    void textThatWasMadeOfAnOutput_andOneThatIsNoLonger_standInFull() {
        Json page = page(LINES);
        Json small = page("x".repeat(1_900));

        assertThat(index(page).in(Json.obj().with("body", "Look: " + LINES)).isNone())
                .isTrue();
        assertThat(index(small).isEmpty()).isTrue();
        assertThat(index(small).in(Json.obj().with("page", small)).isNone()).isTrue();
    }

    @Test
    void numbers_areFoundByValue() {
        var digits = new Json.Arr(List.of(new Json.Num(new BigDecimal("1.0")), new Json.Str(LINES)));
        var same = new Json.Arr(List.of(new Json.Num(new BigDecimal("1")), new Json.Str(LINES)));

        assertThat(shown(index(digits).in(Json.obj().with("list", same))).string("list", "artifact"))
                .isEqualTo("p");
    }

    @Test
    void parts_oneAfterTheOther_areTheWholeText_andNoneIsLongerThanAResultMayBe() throws Exception {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            String text = random.ints(random.nextInt(2_001, 9_000), 0, 5)
                    .mapToObj(kind -> List.of("a", "\"", "\u0007", "é", "🐈").get(kind))
                    .collect(Collectors.joining());
            int most = random.nextInt(1_000, 3_000);
            var index = new Index(List.of(new Output("p", page(text), "text", 2_000)), most);
            Artifacts found = index.in(Json.obj().with("body", text));
            var whole = new StringBuilder();
            Json next = Json.Num.of(0);
            while (next instanceof Json.Num(BigDecimal at)) {
                String result = text(found, part("p:.text", at.intValueExact(), random.nextInt(1, 4_000)));
                assertThat(result.getBytes(StandardCharsets.UTF_8))
                        .as("seed " + seed)
                        .hasSizeLessThanOrEqualTo(most);
                var read = (Json.Obj) Json.parse(result);
                assertThat(read.string("text")).isNotEmpty();
                whole.append(read.string("text"));
                next = read.at("next").orElseThrow();
            }
            assertThat(whole).as("seed " + seed).hasToString(text);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"artifact":"q","offset":0,"length":9}          | there is no artifact of this id; the artifacts are p:.text
            {"artifact":"../p","offset":0,"length":9}       | there is no artifact of this id; the artifacts are p:.text
            {"artifact":"p:.text","offset":-1,"length":9}   | offset must be from 0 to 5817 and length at least 1, not -1 and 9
            {"artifact":"p:.text","offset":5818,"length":9} | offset must be from 0 to 5817 and length at least 1, not 5818 and 9
            {"artifact":"p:.text","offset":0,"length":0}    | offset must be from 0 to 5817 and length at least 1, not 0 and 0
            """)
    void part_thatDoesNotExist_isSaidToTheModel(String arguments, String reason) {
        Artifacts found = index(page(LINES)).in(Json.obj().with("body", LINES));

        assertThatExceptionOfType(ToolException.class)
                .isThrownBy(() -> text(found, arguments))
                .withMessage(reason);
    }

    @Test
    void part_thatReachesBeyondTheEnd_endsThere() throws Exception {
        Artifacts found = index(page(LINES)).in(Json.obj().with("body", LINES));

        Json.Obj last = read(found, part("p:.text", LINES.length() - 3, Integer.MAX_VALUE));

        assertThat(last.string("text")).isEqualTo("on\n");
        assertThat(last.at("next")).contains(Json.Null.NULL);
    }

    @Test
    void type_keepsNothingBelowTheLeast_andItsToolHasANameOfItsOwn() {
        var type = SubtaskType.model("note", String.class, String.class, "Note.");

        assertThat(type.keptAbove()).isEmpty();
        assertThat(type.keepingAbove(2_000).allowingOptional().keptAbove()).hasValue(2_000);
        assertThat(type.allowingOptional().keepingAbove(2_000).isOptionalAllowed())
                .isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.keepingAbove(1_999))
                .withMessage("outputs can be kept above 2000 bytes or more, not above 1999");
        var taken = Tool.of("read_artifact", "Reads.", Query.class, (in, context) -> "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> type.tools(taken))
                .withMessage("the library has a tool 'read_artifact' of its own");
    }
}
