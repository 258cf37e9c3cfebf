// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.Coordinator;
import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.TaskGraph;
import dev.cadre.testing.Gate;
import dev.cadre.testing.ScriptedModel;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.service.AiServices;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunToolTest {
    record Topic(String name) {}

    record Note(String text) {}

    interface Assistant {
        String chat(String message);
    }

    private static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State three facts about the topic.");

    private final ScriptedModel model = new ScriptedModel();
    private final Coordinator coordinator = Coordinator.of(model.pools());
    private final RunTool tool = RunTool.of("note", "States facts about a topic", this::note);

    private RunResult<Note> note(String topic) throws InterruptedException {
        var graph = TaskGraph.builder();
        var note = graph.add("note", NOTE, new Topic(topic));
        return coordinator.run(graph.answering(note), Budget.usd("0.25"));
    }

    /** Asks for the note once, and then answers. */
    private final FakeChatModel chat = new FakeChatModel(request -> FakeChatModel.response(
            request.messages().getLast() instanceof ToolExecutionResultMessage result
                    ? AiMessage.from("I heard: " + result.text())
                    : AiMessage.from(ToolExecutionRequest.builder()
                            .id("c1")
                            .name("note")
                            .arguments("{\"question\":\"cats\"}")
                            .build()),
            FinishReason.STOP,
            new TokenUsage(10, 5)));

    @Test
    void question_isAnsweredByARun() {
        model.on(NOTE, new Topic("cats")).replies(new Note("They purr."));
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(chat)
                .tools(tool.forAiService())
                .build();

        assertThat(assistant.chat("What of cats?")).isEqualTo("I heard: {\"text\":\"They purr.\"}");
        assertThat(chat.requests.getFirst().toolSpecifications())
                .singleElement()
                .satisfies(specification -> assertThat(specification.name()).isEqualTo("note"));
    }

    @Test
    void interrupt_endsTheRunAndTheChat() throws Exception {
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(chat)
                .tools(tool.forAiService())
                .build();

        Ending ending = interruptWhileTheRunWorks(assistant);

        assertThat(ending.thrown()).isInstanceOf(RunTool.Cancelled.class);
        assertThat(ending.flag()).isTrue();
        assertThat(chat.requests).hasSize(1);
    }

    /** Why the tool exists: LangChain4j makes text of the interrupt of a method, and asks the model again. */
    @Test
    void interruptOfAMethod_isLost() throws Exception {
        final class CodeTool {
            @Tool
            String note(@P(name = "question", value = "the topic") String question) throws InterruptedException {
                return RunToolTest.this.note(question).toToolText();
            }
        }
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(chat)
                .tools(new CodeTool())
                .build();

        Ending ending = interruptWhileTheRunWorks(assistant);

        assertThat(ending.thrown()).isNull();
        assertThat(chat.requests).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "{\"question\":7}", "{\"question\":\" \"}", "{"})
    void badArguments_areToldToTheModel(String arguments) {
        var request =
                ToolExecutionRequest.builder().name("note").arguments(arguments).build();

        assertThat(tool.execute(request, "memory")).isEqualTo("bad arguments: 'question' is missing");
        assertThat(model.calls()).isEmpty();
    }

    private record Ending(Throwable thrown, boolean flag) {}

    private Ending interruptWhileTheRunWorks(Assistant assistant) throws InterruptedException {
        model.on(NOTE, new Topic("cats")).holdUntil(new Gate()).replies(new Note("They purr."));
        var thrown = new AtomicReference<Throwable>();
        var flag = new AtomicBoolean();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                assistant.chat("What of cats?");
            } catch (Throwable e) {
                thrown.set(e);
            }
            flag.set(Thread.currentThread().isInterrupted());
        });
        assertThat(model.awaitInFlight(1)).isTrue();
        caller.interrupt();
        caller.join();
        return new Ending(thrown.get(), flag.get());
    }
}
