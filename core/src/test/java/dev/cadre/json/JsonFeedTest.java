// SPDX-License-Identifier: Apache-2.0
package dev.cadre.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.JsonFeed.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFeedTest {
    private final long seed = Long.getLong("cadre.seed", new Random().nextLong());

    /** The items handed out, each with the number of characters that had been fed by then. */
    private record Fed(List<Json> items, List<Integer> positions) {}

    private static Fed feed(JsonFeed feed, String text, int chunkChars) {
        var fed = new Fed(new ArrayList<>(), new ArrayList<>());
        for (int at = 0; at < text.length(); at += chunkChars) {
            int end = Math.min(text.length(), at + chunkChars);
            feed.accept(text.substring(at, end)).forEach(item -> {
                fed.items.add(item);
                fed.positions.add(end);
            });
        }
        return fed;
    }

    private static Json subtask(Random random, int number) {
        return Json.obj()
                .with("id", "s" + number)
                .with(
                        "text",
                        List.of("}]{", "\"\\", "日本🙂語", "\ud83d", "", "a\nb").get(random.nextInt(6)))
                .with("more", Json.arr(Json.obj().with("subtasks", Json.arr(Json.Num.of(random.nextInt())))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 50, 100_000})
    void randomDocument_inChunks_givesEachItemAtItsLastCharacter(int chunkChars) {
        var random = new Random(seed);
        var items = IntStream.range(0, 20).mapToObj(i -> subtask(random, i)).toList();
        var meta = Json.obj().with("subtasks", Json.arr(Json.Num.of(1), Json.obj()));
        // assembled by hand, so that the end of each item is known
        var text = new StringBuilder("{\"goal\":\"🙂\",\"meta\":" + meta.write() + ",\"subtasks\" : [");
        var ends = new ArrayList<Integer>();
        for (Json item : items) {
            text.append(ends.isEmpty() ? "" : " , ").append(item.write());
            ends.add(text.length());
        }
        text.append("],\"note\":null}\n");

        var feed = JsonFeed.ofArray("subtasks");
        var fed = feed(feed, text.toString(), chunkChars);

        assertThat(fed.items).as("seed %d", seed).isEqualTo(items);
        assertThat(fed.positions)
                .as("seed %d", seed)
                .isEqualTo(ends.stream()
                        .map(end -> Math.min(text.length(), (end + chunkChars - 1) / chunkChars * chunkChars))
                        .toList());
        assertThat(feed.state()).isEqualTo(State.COMPLETE);
        assertThat(feed.end().map(Json::write))
                .contains("{\"goal\":\"🙂\",\"meta\":" + meta.write() + ",\"note\":null}");
    }

    @Test
    void truncatedText_keepsItsCompleteItems_andHasNoRest() {
        var feed = JsonFeed.ofArray("subtasks");

        var fed = feed(feed, "{\"subtasks\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":", 4);

        assertThat(fed.items).extracting(Json::write).containsExactly("{\"id\":\"a\"}", "{\"id\":\"b\"}");
        assertThat(feed.state()).isEqualTo(State.OPEN);
        assertThat(feed.end()).isEmpty();
        assertThat(feed.state()).isEqualTo(State.TRUNCATED);
        assertThatThrownBy(() -> feed.accept("1}")).isInstanceOf(JsonException.class);
    }

    @Test
    void textThatNeverBegan_isTruncated() {
        var feed = JsonFeed.ofArray("subtasks");

        assertThat(feed.accept("")).isEmpty();
        assertThat(feed.end()).isEmpty();
        assertThat(feed.state()).isEqualTo(State.TRUNCATED);
    }

    @Test
    void malformedText_isThrownOnlyAfterTheItemsBeforeIt() {
        var feed = JsonFeed.ofArray("subtasks");

        assertThat(feed.accept("{\"subtasks\":[{\"id\":\"a\"},{\"id\":\"b\"},oops"))
                .hasSize(2);

        assertThat(feed.state()).isEqualTo(State.MALFORMED);
        assertThatThrownBy(() -> feed.accept("]}"))
                .isExactlyInstanceOf(JsonException.class)
                .hasMessageContaining("line 1, column");
        assertThatThrownBy(feed::end).isExactlyInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "```json",
                "{} {}",
                "{}x",
                "{\"a\":1,\"a\":2}",
                "{\"subtasks\":[],\"subtasks\":[]}",
                "{\"subtasks\":[{\"a\":1,\"a\":1}]}",
                "{\"subtasks\":[1e99999]}",
                "{\"subtasks\":[\ud800]}"
            })
    void textThatIsNoStrictObject_isMalformed(String text) {
        var feed = JsonFeed.ofArray("subtasks");

        assertThat(feed.accept(text + " ")).isEmpty();

        assertThat(feed.state()).isEqualTo(State.MALFORMED);
        assertThatThrownBy(feed::end).isExactlyInstanceOf(JsonException.class);
    }

    @Test
    void documentBeyondItsLimit_isMalformed_afterItsItems() {
        var feed = JsonFeed.ofArray("subtasks", 20);

        assertThat(feed.accept("{\"subtasks\":[{},{},")).hasSize(2);
        assertThat(feed.accept("{},{}")).isEmpty();

        assertThatThrownBy(feed::end).hasMessage("document is longer than 20 characters");
    }

    @Test
    void nestingBeyondTheLimit_isMalformed() {
        var deepest = "{\"subtasks\":" + "[".repeat(99) + "]".repeat(99) + "}";
        var tooDeep = "{\"subtasks\":" + "[".repeat(100) + "]".repeat(100) + "}";

        var feed = JsonFeed.ofArray("subtasks");
        assertThat(feed.accept(deepest)).hasSize(1);
        assertThat(feed.end()).contains(Json.obj());

        var refused = JsonFeed.ofArray("subtasks");
        assertThat(refused.accept(tooDeep)).isEmpty();
        assertThatThrownBy(refused::end).isExactlyInstanceOf(JsonException.class);
    }

    @Test
    void propertyThatIsNoArray_staysInTheRest() {
        var feed = JsonFeed.ofArray("subtasks");

        assertThat(feed.accept("{\"subtasks\":{\"subtasks\":[1]}}")).isEmpty();

        assertThat(feed.end().map(Json::write)).contains("{\"subtasks\":{\"subtasks\":[1]}}");
    }

    @Test
    void loneSurrogate_split_isKept() {
        var feed = JsonFeed.ofArray("subtasks");

        var items = new ArrayList<>(feed.accept("{\"subtasks\":[\"\ud83d"));
        items.addAll(feed.accept("x\"]}"));

        assertThat(items).containsExactly(new Json.Str("\ud83dx"));
    }

    @Test
    void number_isHandedOutAtTheCharacterBehindIt() {
        var feed = JsonFeed.ofArray("subtasks");

        assertThat(feed.accept("{\"subtasks\":[12")).isEmpty();
        assertThat(feed.accept(",")).containsExactly(Json.Num.of(12));
    }
}
