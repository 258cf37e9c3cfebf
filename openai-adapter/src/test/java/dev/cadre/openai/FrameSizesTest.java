// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Effort;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.cadre.model.Turn;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameSizesTest {
    private static final List<String> PARTS = List.of(
            "a",
            "é",
            "€",
            "😀",
            "\"",
            "\\",
            "/",
            "</",
            "\n",
            "\u0000",
            "\u007f",
            "\u2028",
            " ",
            "<b>&amp;",
            "\ud83d",
            "\ude00");
    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}},\"required\":[\"text\"],\"additionalProperties\":false}";
    private static final ModelRequest FRAME = ModelRequest.of("gpt-5.4-nano", "Work with x.", "x", 64)
            .withOutput(new OutputFormat.JsonSchema("answer", SCHEMA))
            .withEffort(Effort.LOW);

    private final FrameSizes sizes = new FrameSizes();
    private final AtomicInteger measured = new AtomicInteger();

    private ToLongFunction<ModelRequest> counting(ToLongFunction<ModelRequest> size) {
        return request -> {
            measured.incrementAndGet();
            return size.applyAsLong(request);
        };
    }

    private static long body(ModelRequest request, Dialect dialect) {
        return dialect.api() == Api.RESPONSES
                ? BodySize.of(request, each -> RequestWriter.tree(each, RemoteAccess.NONE, dialect))
                : BodySize.of(
                        request,
                        each -> new ChatWriter(
                                        new AttachmentWriter(Set.of()), dialect, new BaseUrl("http://127.0.0.1/v1", ""))
                                .treeStreamed(each));
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void size_isThatOfTheWholeBody_whateverTheTextIs_andTheFrameIsMeasuredOnce(Api api) {
        var random = new SplittableRandom(29);
        for (AnswerForm form : AnswerForm.values()) {
            Dialect dialect = Dialect.of(api, form);
            measured.set(0);
            for (int i = 0; i < 200; i++) {
                var text = new StringBuilder();
                for (int part = random.nextInt(1, 40); part > 0; part--) {
                    text.append(PARTS.get(random.nextInt(PARTS.size())));
                }
                ModelRequest request = FRAME.withTurns(List.of(new Turn.User(text.toString())));

                long size = sizes.of(request, List.of(dialect), counting(each -> body(each, dialect)));

                assertThat(size).as("%s %s %s", api, form, text).isEqualTo(body(request, dialect));
            }
            assertThat(measured).hasValue(1);
        }
    }

    @Test
    void whatElseDiffers_isMeasuredAnew() {
        Dialect dialect = Dialect.of(Api.RESPONSES);
        for (ModelRequest request : List.of(
                FRAME,
                FRAME.withModel("gpt-5.4-mini-long"),
                FRAME.withEffort(Effort.NONE),
                FRAME.withTurns(List.of(new Turn.User("a"), new Turn.User("b"))),
                FRAME.withTurns(List.of(new Turn.User(""))))) {
            assertThat(sizes.of(request, List.of(dialect), counting(each -> body(each, dialect))))
                    .isEqualTo(body(request, dialect));
        }
        assertThat(measured).hasValue(5);
        assertThat(sizes.of(FRAME, List.of(Dialect.of(Api.CHAT_COMPLETIONS)), counting(each -> 7)))
                .as("another dialect")
                .isEqualTo(7);
    }
}
