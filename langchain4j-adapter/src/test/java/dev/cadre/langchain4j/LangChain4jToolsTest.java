// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.model.ToolSpec;
import dev.cadre.task.Tool.Effect;
import dev.cadre.task.ToolException;
import dev.cadre.task.WorkerContext;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolMemoryId;
import dev.langchain4j.exception.ToolExecutionException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LangChain4jToolsTest {
    private static final WorkerContext CONTEXT = new WorkerContext("run-1", "s1", Duration.ofSeconds(5));

    enum Place {
        HERE,
        THERE
    }

    record Range(int from, int to) {}

    record Hit(String path, int line) {}

    static class Repository {
        @Tool({"Finds a term.", "Slow."})
        List<Hit> find(
                @P("what to find") String term,
                @P(name = "where", value = "the place") Place place,
                Optional<Range> range,
                @P(required = false) Integer limit) {
            return List.of(new Hit("%s %s %s %s".formatted(term, place, range, limit), 1));
        }

        @Tool(name = "first_line")
        private Hit first(String path, WorkerContext context) {
            return new Hit(path + " for " + context.subtaskId(), 1);
        }

        @Tool
        void touch(@P(value = "times", defaultValue = "3") int times) {
            touched = times;
        }

        @Tool
        String fail(String how) throws Exception {
            switch (how) {
                case "told" -> throw new ToolExecutionException("no such file");
                case "ours" -> throw new ToolException("no such line");
                case "interrupted" -> throw new IllegalStateException(new InterruptedException());
                case "error" -> throw new StackOverflowError();
                default -> throw new java.io.IOException("password=hunter2");
            }
        }

        int touched;

        String untold() {
            return "not a tool";
        }
    }

    static final class Overriding extends Repository {
        @Tool
        @Override
        void touch(int times) {
            touched = -times;
        }
    }

    private final Repository repository = new Repository();

    @Test
    void tools_areTheAnnotatedMethodsInTheOrderOfTheirNames() {
        assertThat(LangChain4jTools.of(repository))
                .extracting(dev.cadre.task.Tool::name)
                .containsExactly("fail", "find", "first_line", "touch");
        assertThat(LangChain4jTools.of(repository)).allMatch(tool -> tool.effect() == Effect.READS);
    }

    @Test
    void spec_isStrictWhateverLangChain4jMakesOfTheTypes() {
        assertThat(tool("find").spec()).isEqualTo(new ToolSpec("find", "Finds a term.\nSlow.", """
                                {"type":"object","properties":{\
                                "term":{"type":"string","description":"what to find"},\
                                "where":{"description":"the place","anyOf":[{"$ref":"#/$defs/Place"}]},\
                                "range":{"anyOf":[{"$ref":"#/$defs/Range"},{"type":"null"}]},\
                                "limit":{"type":["integer","null"]}},\
                                "required":["term","where","range","limit"],"additionalProperties":false,\
                                "$defs":{"Place":{"type":"string","enum":["HERE","THERE"]},\
                                "Range":{"type":"object","properties":{"from":{"type":"integer"},"to":{"type":"integer"}},\
                                "required":["from","to"],"additionalProperties":false}}}"""));
    }

    @Test
    void call_readsItsArgumentsAndWritesItsResult() throws Exception {
        assertThat(call("find", "{\"term\":\"x\",\"where\":\"THERE\",\"range\":{\"from\":1,\"to\":2},\"limit\":null}"))
                .isEqualTo("[{\"path\":\"x THERE Optional[Range[from=1, to=2]] null\",\"line\":1}]");
        assertThat(call("find", "{\"term\":\"x\",\"where\":\"HERE\",\"range\":null,\"limit\":7}"))
                .isEqualTo("[{\"path\":\"x HERE Optional.empty 7\",\"line\":1}]");
    }

    @Test
    void context_isFilledInAndUnknownToTheModel() throws Exception {
        assertThat(tool("first_line").spec().parametersSchema()).doesNotContain("context");
        assertThat(call("first_line", "{\"path\":\"A.java\"}")).isEqualTo("{\"path\":\"A.java for s1\",\"line\":1}");
    }

    @Test
    void default_standsInForNullAndForNothing() throws Exception {
        assertThat(call("touch", "{\"times\":null}")).isEqualTo("done");
        assertThat(repository.touched).isEqualTo(3);
        call("touch", "{\"times\":5}");
        assertThat(repository.touched).isEqualTo(5);
        call("touch", "{}");
        assertThat(repository.touched).isEqualTo(3);
    }

    @Test
    void badArguments_areTheModelsToRead() {
        assertBad("{\"path\":7}", "bad arguments: 'path': $.value: expected a string, got a number");
        assertBad("{}", "bad arguments: 'path' is missing");
        assertBad("{\"path\":null}", "bad arguments: 'path': $.value: expected a string, got null");
        assertBad("{\"path\":\"a\",\"mode\":1,\"a\":2}", "bad arguments: unknown [a, mode]");
        assertBad("[]", "bad arguments: they must be an object");
    }

    @Test
    void failure_isToldOnlyIfItIsMeantForTheModel() {
        assertThatThrownBy(() -> call("fail", "{\"how\":\"told\"}"))
                .isInstanceOf(ToolException.class)
                .hasMessage("no such file");
        assertThatThrownBy(() -> call("fail", "{\"how\":\"ours\"}"))
                .isInstanceOf(ToolException.class)
                .hasMessage("no such line");
        assertThatThrownBy(() -> call("fail", "{\"how\":\"\"}")).isInstanceOf(java.io.IOException.class);
        assertThatThrownBy(() -> call("fail", "{\"how\":\"error\"}")).isInstanceOf(StackOverflowError.class);
    }

    @Test
    void interrupt_isACancelAndNoText() {
        assertThatThrownBy(() -> call("fail", "{\"how\":\"interrupted\"}")).isInstanceOf(InterruptedException.class);
    }

    @Test
    void overriddenMethod_isOneTool() throws Exception {
        var overriding = new Overriding();
        var touch = LangChain4jTools.of(overriding).stream()
                .filter(tool -> tool.name().equals("touch"))
                .toList();

        touch.getFirst().call("{\"times\":4}", CONTEXT);

        assertThat(touch).hasSize(1);
        assertThat(overriding.touched).isEqualTo(-4);
    }

    @Test
    void objectWithoutTools_isRefused() {
        assertThatThrownBy(() -> LangChain4jTools.of("text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("java.lang.String has no method with @Tool");
    }

    @Test
    void parameterThatNobodyCanFill_isRefused() {
        assertThatThrownBy(() -> LangChain4jTools.of(new Object() {
                    @Tool
                    String remember(@ToolMemoryId String memory) {
                        return memory;
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'memory'")
                .hasMessageEndingWith("could only be filled in by LangChain4j");
        assertThatThrownBy(() -> LangChain4jTools.of(new Object() {
                    @Tool
                    int half(@P(value = "n", required = false) int n) {
                        return n / 2;
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is not required, but primitive and without a default");
    }

    @Test
    void typeWithoutAStrictSchema_isRefused() {
        assertThatThrownBy(() -> LangChain4jTools.of(new Object() {
                    @Tool
                    String any(Object anything) {
                        return "";
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Object");
    }

    private void assertBad(String arguments, String message) {
        assertThatThrownBy(() -> call("first_line", arguments))
                .isInstanceOf(ToolException.class)
                .hasMessage(message);
    }

    private String call(String name, String arguments) throws Exception {
        return tool(name).call(arguments, CONTEXT).text();
    }

    private dev.cadre.task.Tool tool(String name) {
        return LangChain4jTools.of(repository).stream()
                .filter(tool -> tool.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
