// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.task.Tool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Makes tools of objects whose methods carry LangChain4j's {@link dev.langchain4j.agent.tool.Tool @Tool}.
 *
 * <p>Names and descriptions are those of {@code @Tool} and {@link dev.langchain4j.agent.tool.P @P}. Everything else is
 * ours: the schemas are strict, so a model names every argument; arguments are read as strictly; an argument is
 * {@code null} for the model, and the default value or {@code null} for the method, if {@code @P} says that it is not
 * required; a parameter of type {@link dev.cadre.task.WorkerContext} is not the model's but filled in. A result is given to
 * the model as it is if it is text, else as JSON. An exception that is not LangChain4j's
 * {@link dev.langchain4j.exception.ToolExecutionException} or our {@link dev.cadre.task.ToolException} tells the model
 * nothing but that the tool failed. {@code returnBehavior} has no effect.
 *
 * <p>The tools are {@linkplain Tool.Effect#READS read-only} until declared {@linkplain Tool#writing otherwise}.
 */
public final class LangChain4jTools {
    private LangChain4jTools() {}

    /**
     * The tools of these objects, in the order of the objects and then of the tools' names. Methods run on many threads at
     * once.
     *
     * @throws IllegalArgumentException if an object has no tool, or a tool cannot be offered: a parameter without a name
     *     (compile with {@code -parameters}, or set {@code @P(name)}), a type that no strict schema can express, a
     *     primitive parameter that is not required and has no default, or one that only LangChain4j could fill in
     */
    public static List<Tool> of(Object... annotated) {
        var tools = new ArrayList<Tool>();
        for (Object owner : annotated) {
            List<Tool> found = AnnotatedTool.methodsOf(owner.getClass()).stream()
                    .map(method -> AnnotatedTool.of(owner, method))
                    .sorted(Comparator.comparing(Tool::name))
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException(
                        "%s has no method with @Tool".formatted(owner.getClass().getName()));
            }
            tools.addAll(found);
        }
        return List.copyOf(tools);
    }
}
