// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.mcp.ToolCall;
import dev.cadre.examples.index.FileRanker.Sides;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.search.PathFilter;
import dev.cadre.examples.search.SearchQuestion;
import dev.cadre.price.Money;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What a call of a tool asks for, checked.
 *
 * @param budget most that the call may spend
 * @param deadline most time, from now on
 * @param offline whether the call itself wants no model
 */
record SearchRequest(RootFolder repo, SearchQuestion question, Money budget, Duration deadline, boolean offline) {
    private static final int MAX_PATH_CHARACTERS = 1_000;
    private static final int USUAL_FILES = 5;
    private static final int MAX_FILES = 100;

    static SearchRequest of(ToolCall call, McpOptions options, InstantSource clock) throws UsageException {
        ToolArguments arguments = ToolArguments.of(call.arguments(), ToolSchemas.names());
        // longer than a question may be, so that one that is too long is refused as such
        String question = OptionValues.question("question", arguments.text("question", Integer.MAX_VALUE));
        Duration deadline = arguments.time("deadline", options.deadline());
        Duration left = deadline.minus(Duration.between(call.arrived(), clock.instant()));
        if (!left.isPositive()) {
            throw new UsageException(
                    "deadline",
                    "the deadline of %s passed while this call waited for others"
                            .formatted(OptionValues.typed(deadline)));
        }
        return new SearchRequest(
                options.repositories().folder(arguments.text("repo", MAX_PATH_CHARACTERS)),
                new SearchQuestion(
                        question,
                        arguments.count("maxResults", USUAL_FILES, MAX_FILES),
                        new PathFilter(arguments.text("path", MAX_PATH_CHARACTERS)),
                        Sides.BEHIND),
                arguments.usd("budgetUsd", options.callBudget()),
                left,
                arguments.isTrue("offline"));
    }
}
