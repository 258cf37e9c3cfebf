// SPDX-License-Identifier: Apache-2.0
package dev.cadre.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A text that the library says to a model. Why each of its sentences is there stands in {@code docs/prompts.md}.
 *
 * <p>A changed text has a higher version: the journal says which versions a session used.
 */
public enum Prompt {
    /** The planner's instructions: more rules, the most subtasks, the most in a row, the types. */
    PLAN("plan", 1),
    /** A rule for plans, where a type leaves the choice of its tier. */
    PLAN_TIER("plan-tier", 1),
    /** A rule for plans, where a type may decide whether others are run. */
    PLAN_WHEN("plan-when", 1),
    /** A rule for plans, where a type may be optional. */
    PLAN_OPTIONAL("plan-optional", 1),
    /** A rule for plans, where a type changes something. */
    PLAN_AFTER("plan-after", 1),
    /** A rule for plans of a goal that has inputs. */
    PLAN_INPUTS("plan-inputs", 1),
    /** A rule for plans of a goal that follows finished runs. */
    PLAN_EARLIER("plan-earlier", 1),
    /** A rule for plans of a goal that has attachments. */
    PLAN_ATTACHED("plan-attached", 1),
    /** A rule for plans, where an input of a type has a picture or file. */
    PLAN_SHOWING("plan-showing", 1),
    /** The caller's instructions for the planner. */
    PLAN_INSTRUCTIONS("plan-instructions", 1),
    /** Asks for the rest of a plan. */
    PLAN_CONTINUATION("plan-continuation", 1),
    /** Asks for what is to come in the place of what did not succeed. */
    PLAN_ROUND("plan-round", 1),
    /** Asks for what a plan lacks. */
    PLAN_REPAIR("plan-repair", 1),
    /** A worker's instructions: the task of its type. */
    WORK("work", 1),
    /** A task for several items in one call: the task of their type. */
    WORK_PACK("work-pack", 1),
    /** What all inputs of a type have in common: a JSON string. */
    WORK_CONTEXT("work-context", 1),
    /** What stands for pictures and files in the input. */
    WORK_SHOWN("work-shown", 1),
    /** What stands for values of the input that are read by range. */
    WORK_ARTIFACTS("work-artifacts", 1),
    /** The description of the tool that reads them. */
    READ_ARTIFACT("read-artifact", 1),
    /** What another tier answered: JSON. */
    WORK_EARLIER_ATTEMPT("work-earlier-attempt", 1),
    /** Asks for an answer in its form: the defects. */
    WORK_REPAIR("work-repair", 1),
    /** The merger's instructions. */
    MERGE("merge", 1),
    /** Asks for an answer in its form: the defects. */
    MERGE_REPAIR("merge-repair", 1),
    /** The instructions of a call that makes notes of some of the results: the most characters of its notes. */
    MERGE_NOTES("merge-notes", 1),
    /** The caller's instructions for the answer. */
    MERGE_INSTRUCTIONS("merge-instructions", 1),
    /** The instructions of a judge that chooses one of several candidates: the criterion. */
    JUDGE_BEST("judge-best", 1),
    /** What a judge of an eval is asked: the criterion. */
    JUDGE("judge", 1);

    private static final String VERSIONS =
            Stream.of(values()).map(each -> each.file + " " + each.version).collect(Collectors.joining(", "));

    private final String file;
    private final int version;
    private final String text;

    Prompt(String file, int version) {
        this.file = file;
        this.version = version;
        text = read(file + ".txt");
    }

    /** The text with these values in its places; no place in a value is filled. */
    public String with(Object... values) {
        return String.format(Locale.ROOT, text, values);
    }

    /** All versions, for the journal: {@code plan 1, work 1, ...}. */
    public static String versions() {
        return VERSIONS;
    }

    private static String read(String name) {
        try (InputStream file = Prompt.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("the library lacks its file " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("\r\n", "\n")
                    .stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException("the library's file " + name + " cannot be read", e);
        }
    }
}
