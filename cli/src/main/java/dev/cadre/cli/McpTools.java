// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.cli.mcp.ServedTool;
import dev.cadre.cli.mcp.ToolAnswer;
import dev.cadre.cli.mcp.ToolCall;
import dev.cadre.cli.mcp.ToolServer;
import dev.cadre.examples.agent.SearchCrew;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.repository.SearchMemory;
import dev.cadre.examples.search.CitationGate;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.file.OwnFiles;
import dev.cadre.json.Json;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CostEstimate;
import dev.cadre.price.Money;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tools of {@code cadre mcp}. Each call reads the files anew, as {@code cadre search} does, so that it never answers about
 * files as they were.
 */
final class McpTools {
    private static final Duration LEAST_TIME = Duration.ofMillis(1);

    private static final String SEARCH = """
            Finds code by a question. Answers in sentences and names the places, path and lines, that carry the answer, \
            with the lines themselves. Use it to find where something is done, defined, called or configured, before \
            you read files. Every place was read again just now.""";
    private static final String OF_MODELS = """
             Models read the code, which costs money: the answer has the bill, and budgetUsd bounds it. For a name or \
            a quoted text offline is as good, and free.""";
    private static final String OF_NO_MODEL = " This server uses no model: every search is free.";
    private static final String PREVIEW = """
            Says what a call of search_code with the same arguments would cost, usually and at most. Calls no model and \
            costs nothing.""";

    private final McpOptions options;
    private final @Nullable ModelPools pools;
    private final ProcessBudget money;
    private final InstantSource clock;
    private final String note;

    /**
     * @param pools null if no model is used
     * @param note what each answer says besides; empty for nothing
     */
    McpTools(McpOptions options, @Nullable ModelPools pools, ProcessBudget money, InstantSource clock, String note) {
        this.options = options;
        this.pools = pools;
        this.money = money;
        this.clock = clock;
        this.note = note;
    }

    List<ServedTool> served() {
        String costs = pools == null ? OF_NO_MODEL : OF_MODELS;
        Set<String> names = ToolSchemas.names();
        return List.of(
                new ServedTool(
                        "search_code",
                        "Search code",
                        SEARCH + costs,
                        ToolSchemas.arguments(options, names),
                        ToolSchemas.found(),
                        call -> checked(call, this::search)),
                new ServedTool(
                        "preview_search",
                        "Preview the cost of a search",
                        PREVIEW,
                        ToolSchemas.arguments(options, names),
                        ToolSchemas.quoted(),
                        call -> checked(call, this::preview)));
    }

    /** What a tool does with a call that is in order. */
    private interface Action {
        ToolAnswer on(SearchRequest request, ToolCall call) throws UsageException, IOException, InterruptedException;
    }

    private ToolAnswer checked(ToolCall call, Action action) throws InterruptedException {
        try {
            return action.on(SearchRequest.of(call, options, clock), call);
        } catch (UsageException e) {
            return ToolAnswer.refused(TextOutput.visible(Echo.ofInput(String.valueOf(e.getMessage()))));
        } catch (IOException e) {
            return ToolAnswer.refused(TextOutput.visible(OwnFiles.reason(e)));
        }
    }

    private boolean usesModels(SearchRequest request) {
        return pools != null && !request.offline();
    }

    private ToolAnswer search(SearchRequest request, ToolCall call)
            throws UsageException, IOException, InterruptedException {
        Found found;
        if (usesModels(request)) {
            try (BudgetGuard own = money.allot(request.budget())) {
                found = find(request, call, Budget.of(request.budget()).under(own));
            }
        } else {
            found = find(request, call, Budget.of(Money.ZERO));
        }
        return new SearchReply(found.document(), found.tokens(), money.left()).answer();
    }

    private record Found(SearchDocument document, TokenUsage tokens) {}

    private Found find(SearchRequest request, ToolCall call, Budget budget) throws IOException, InterruptedException {
        var progress = new ToolProgress(call.progress());
        Instant start = clock.instant();
        CodeBase base = open(request);
        progress.opened(base.repository().files().size());
        CitationGate gate = gate(base);
        boolean usesModels = usesModels(request);
        SearchCrew crew = pools != null && usesModels
                ? SearchCrew.ofModels(pools, base, gate, request.question(), progress, clock)
                : SearchCrew.offline(base, gate, request.question(), progress, clock);
        Duration left = request.deadline().minus(Duration.between(start, clock.instant()));
        RunResult<SearchAnswer> result = crew.run(budget.within(left.compareTo(LEAST_TIME) < 0 ? LEAST_TIME : left));
        SearchDocument document =
                SearchDocument.of(result, usesModels ? Mode.MODEL : Mode.OFFLINE, base, request.question());
        if (usesModels && result instanceof RunResult.Failed<SearchAnswer> failed) {
            document = document.withPlaces(
                    SearchCommand.places(base, gate, request.question(), clock),
                    WithoutModel.note(failed, "a higher budgetUsd", "a longer deadline"));
        } else if (!note.isEmpty() && !request.offline()) {
            document = document.withNote(note);
        }
        return new Found(document, result.report().spend().tokens());
    }

    private ToolAnswer preview(SearchRequest request, ToolCall call) throws IOException, InterruptedException {
        if (pools == null || request.offline()) {
            return quoted(Mode.OFFLINE, Money.ZERO, Money.ZERO, request.budget());
        }
        CodeBase base = open(request);
        CostEstimate estimate =
                SearchCrew.quote(pools, base, gate(base), request.question(), Budget.of(request.budget()), clock);
        return quoted(Mode.MODEL, estimate.expected(), estimate.worst(), request.budget());
    }

    private ToolAnswer quoted(Mode mode, Money expected, Money worst, Money budget) {
        Money left = money.left();
        String text = "this search usually costs %s, and at most %s; %s is left for calls of this server"
                .formatted(expected, worst, left);
        return ToolAnswer.done(
                mode == Mode.OFFLINE ? "this search costs nothing" : text,
                Json.obj()
                        .with("mode", mode.label())
                        .with("expectedUsd", SearchReply.usd(expected))
                        .with("worstUsd", SearchReply.usd(worst))
                        .with("budgetUsd", SearchReply.usd(budget))
                        .with("leftUsd", SearchReply.usd(left)));
    }

    private CodeBase open(SearchRequest request) throws IOException, InterruptedException {
        return CodeBase.open(
                request.repo(),
                ReadLimits.STANDARD,
                Deadline.in(request.deadline(), clock),
                SearchMemory.ofProcess(ToolServer.CALLS_AT_ONCE));
    }

    private static CitationGate gate(CodeBase base) {
        return new CitationGate(base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
    }
}
