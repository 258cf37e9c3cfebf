// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.ModelSpec.TokenBounds;
import dev.cadre.price.Money;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@code cadre models}. */
@Command(
        name = "models",
        description = "Lists the models whose prices are known; others need a price, such as CADRE_NANO_PRICE.",
        mixinStandardHelpOptions = true)
final class ModelsCommand implements Callable<Integer> {
    private static final String ROW = "%-24s %9s %9s %9s %11s  %-10s  %s%n";

    private final Terminal terminal;
    private final ModelCatalog catalog;

    @Mixin
    private final JsonOption json = new JsonOption();

    ModelsCommand(Terminal terminal, ModelCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    /** The document of {@code --json}. */
    record Document(int schema, List<Row> models) {}

    /** A model; prices in US dollars per million tokens, as decimal text. */
    record Row(
            String id,
            String provider,
            String inputUsd,
            String cachedInputUsd,
            String outputUsd,
            @Nullable Long contextTokens,
            @Nullable String shutdown,
            @Nullable String asOf,
            String source) {
        static Row of(ModelSpec spec) {
            return new Row(
                    spec.id(),
                    spec.listing().provider(),
                    perMillion(spec.price().input()),
                    perMillion(spec.price().cache().read()),
                    perMillion(spec.price().output()),
                    spec.tokens().context() == TokenBounds.UNKNOWN
                            ? null
                            : spec.tokens().context(),
                    spec.shutdown().map(LocalDate::toString).orElse(null),
                    spec.listing().asOf() == null ? null : spec.listing().asOf().toString(),
                    spec.listing().source());
        }
    }

    @Override
    public Integer call() {
        List<Row> rows = catalog.models().stream().map(Row::of).toList();
        if (json.output() == Output.JSON) {
            terminal.out().println(new JsonOutput().document(new Document(1, rows)));
        } else {
            print(rows);
        }
        return ExitStatus.COMPLETE.code();
    }

    private void print(List<Row> rows) {
        terminal.out().printf(Locale.ROOT, ROW, "model", "input", "cached", "output", "context", "shutdown", "as of");
        for (Row row : rows) {
            terminal.out()
                    .printf(
                            Locale.ROOT,
                            ROW,
                            row.id(),
                            row.inputUsd(),
                            row.cachedInputUsd(),
                            row.outputUsd(),
                            row.contextTokens() == null ? "" : "%,d".formatted(row.contextTokens()),
                            Objects.requireNonNullElse(row.shutdown(), ""),
                            Objects.requireNonNullElse(row.asOf(), ""));
        }
        terminal.out()
                .println("\nUS dollars per million tokens in the standard tier. What a provider bills, it alone says.");
    }

    static String perMillion(Money perToken) {
        BigDecimal usd = BigDecimal.valueOf(perToken.picoUsd(), 6);
        return usd.setScale(Math.max(2, usd.stripTrailingZeros().scale())).toPlainString();
    }
}
