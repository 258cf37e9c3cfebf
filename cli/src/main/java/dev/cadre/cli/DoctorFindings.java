// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.cadre.model.ModelException;
import dev.cadre.model.Tier;
import dev.cadre.openai.ListedModel;
import dev.cadre.openai.OpenAi;
import dev.cadre.openai.OpenAiClient;
import dev.cadre.price.ModelCatalog;
import dev.cadre.price.ModelSpec;
import dev.cadre.price.Price;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Looks at everything that a search with models needs. */
final class DoctorFindings {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int LEAST_JDK = 21;
    private static final long STALE_DAYS = 180;

    /** How good it is. */
    enum Verdict {
        OK,
        WARNING,
        /** Nothing that trying again would mend. */
        MISCONFIGURED,
        FAILED;

        /** The word for people and programs. */
        @JsonValue
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One thing that was looked at. */
    record Finding(Verdict verdict, String subject, String message) {}

    private final LocalDate today;
    private final Map<String, String> environment;
    private final ModelCatalog catalog = ModelCatalog.standard();
    private final List<Finding> findings = new ArrayList<>();

    DoctorFindings(InstantSource clock, Map<String, String> environment) {
        this.today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        this.environment = environment;
    }

    List<Finding> all() throws InterruptedException {
        int jdk = Runtime.version().feature();
        add(jdk < LEAST_JDK ? Verdict.MISCONFIGURED : Verdict.OK, "JDK", "%d, needs %d".formatted(jdk, LEAST_JDK));
        Optional<List<ListedModel>> listed = listed();
        for (Tier tier : List.of(Tier.FLAGSHIP, Tier.MINI, Tier.NANO)) {
            model(tier, OpenAi.models(environment).getOrDefault(tier, ""), listed);
        }
        return findings;
    }

    /** What the server offers, or empty if it could not be asked. */
    private Optional<List<ListedModel>> listed() throws InterruptedException {
        try (OpenAiClient client = OpenAi.client(environment)) {
            add(Verdict.OK, "key", OpenAi.keyVariable(environment).orElse("a key") + " is set");
            OpenAi.warning(environment).ifPresent(warning -> add(Verdict.WARNING, "server", warning));
            add(Verdict.OK, "API", OpenAi.api(environment));
            List<ListedModel> models = client.models(TIMEOUT);
            add(Verdict.OK, "server", "%s lists %d models".formatted(client.baseUrl(), models.size()));
            return Optional.of(models);
        } catch (IllegalArgumentException e) {
            add(Verdict.MISCONFIGURED, "key", e.getMessage() + "; without it a search uses no model");
        } catch (ModelException.AuthFailed e) {
            add(Verdict.FAILED, "key", "the server refuses it: " + e.getMessage());
        } catch (ModelException e) {
            add(Verdict.FAILED, "server", String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    private void model(Tier tier, String model, Optional<List<ListedModel>> listed) {
        String subject = tier.name().toLowerCase(Locale.ROOT);
        Optional<ModelSpec> spec = catalog.find(model);
        Optional<ListedModel> offered = listed.flatMap(
                all -> all.stream().filter(one -> one.id().equals(model)).findFirst());
        if (spec.isEmpty()) {
            add(Verdict.MISCONFIGURED, subject, model + " has no known price, so it is not called");
            return;
        }
        if (listed.isPresent() && offered.isEmpty()) {
            add(Verdict.FAILED, subject, model + " is not offered by this server to this key");
            return;
        }
        // who runs the model knows best
        Optional<LocalDate> shutdown = offered.flatMap(ListedModel::shutdown).or(spec.get()::shutdown);
        long days = shutdown.map(date -> ChronoUnit.DAYS.between(today, date)).orElse(Long.MAX_VALUE);
        if (days <= 0) {
            add(Verdict.FAILED, subject, "%s was shut down on %s; %s".formatted(model, shutdown.get(), move(tier)));
        } else if (days <= ModelSpec.SHUTDOWN_NOTICE.toDays()) {
            add(
                    Verdict.WARNING,
                    subject,
                    "%s shuts down on %s, in %d days; %s".formatted(model, shutdown.get(), days, move(tier)));
        } else {
            add(Verdict.OK, subject, model + ", " + prices(spec.get().price()));
        }
        stale(subject, spec.get());
    }

    private void stale(String subject, ModelSpec spec) {
        LocalDate asOf = spec.listing().asOf();
        if (asOf != null && ChronoUnit.DAYS.between(asOf, today) > STALE_DAYS) {
            add(Verdict.WARNING, subject, "the price of %s was read on %s: compare it".formatted(spec.id(), asOf));
        }
    }

    private static String move(Tier tier) {
        return "name another with CADRE_%s_MODEL".formatted(tier);
    }

    private static String prices(Price price) {
        return "$%s in, $%s cached, $%s out per million tokens"
                .formatted(
                        ModelsCommand.perMillion(price.input()),
                        ModelsCommand.perMillion(price.cache().read()),
                        ModelsCommand.perMillion(price.output()));
    }

    private void add(Verdict verdict, String subject, String message) {
        findings.add(new Finding(verdict, subject, Echo.ofFailure(message)));
    }
}
