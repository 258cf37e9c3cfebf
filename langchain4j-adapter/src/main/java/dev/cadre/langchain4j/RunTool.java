// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.RunResult;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.service.tool.ToolExecutor;
import java.util.Map;
import java.util.Objects;

/**
 * A run as a tool of a LangChain4j AI Service: the model asks a question, a run answers it.
 *
 * <p>An interrupt ends the run and the chat with it: the call of the AI Service throws {@link Cancelled}, no further call
 * of a model is made, and the thread's interrupt flag is set. A method with {@code @Tool} cannot do that, because
 * LangChain4j gives the model the text of every exception that such a method throws, the interrupt's too, and goes on.
 * With {@code executeToolsConcurrently} LangChain4j interrupts no tool: the chat ends, and the run goes on to its deadline.
 *
 * <p>What spends money is the caller's {@link Question}; give it two budgets, one for each question and one for all, since
 * a model may ask fifty times. It needs {@code dev.langchain4j:langchain4j} on the class path, as an AI Service does. Safe
 * for use by many threads if the question is.
 */
public final class RunTool implements ToolExecutor {
    private static final String ARGUMENT = "question";

    private final ToolSpecification specification;
    private final Question question;

    private RunTool(ToolSpecification specification, Question question) {
        this.specification = specification;
        this.question = question;
    }

    /** Answers a question by a run. */
    @FunctionalInterface
    public interface Question {
        /** Runs until the question is answered. Blocks; spends money. */
        RunResult<?> ask(String question) throws InterruptedException;
    }

    /** Thrown out of the call of an AI Service whose tool was interrupted; an error, since LangChain4j hides exceptions. */
    public static final class Cancelled extends Error {
        private static final long serialVersionUID = 1;

        private Cancelled(InterruptedException interrupt) {
            super("the run behind a tool was interrupted", interrupt);
        }
    }

    /**
     * A tool with one argument, the question.
     *
     * @param name the name by which the model calls it
     * @param description tells the model what it answers
     */
    public static RunTool of(String name, String description, Question question) {
        var specification = ToolSpecification.builder()
                .name(name)
                .description(description)
                .parameters(JsonObjectSchema.builder()
                        .addStringProperty(ARGUMENT, "the question")
                        .required(ARGUMENT)
                        .additionalProperties(false)
                        .build())
                .build();
        return new RunTool(specification, Objects.requireNonNull(question, "the question of a tool is null"));
    }

    /** This tool in the form that {@code AiServices.tools(Map)} takes. */
    public Map<ToolSpecification, ToolExecutor> forAiService() {
        return Map.of(specification, this);
    }

    /**
     * The answer of a run as text for the model; {@link RunResult#toToolText()} words it. Blocks; spends money.
     *
     * @throws Cancelled if the thread is interrupted
     */
    @Override
    public String execute(ToolExecutionRequest request, Object memoryId) {
        String asked = asked(request.arguments());
        if (asked.isBlank()) {
            return "bad arguments: '%s' is missing".formatted(ARGUMENT);
        }
        try {
            return question.ask(asked).toToolText();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new Cancelled(interrupt);
        }
    }

    private static String asked(String arguments) {
        try {
            return Json.parse(arguments) instanceof Json.Obj object
                            && object.at(ARGUMENT).orElse(Json.Null.NULL) instanceof Json.Str(String text)
                    ? text
                    : "";
        } catch (JsonException malformed) {
            return "";
        }
    }
}
