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
import dev.cadre.redact.Redactor;
import java.net.URI;
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
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Looks at everything that a search with models needs. */
final class DoctorFindings {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int LEAST_JDK = 21;
    private static final long STALE_DAYS = 180;
    /** The tag that a name without one means where names have tags. */
    private static final String USUAL_TAG = ":latest";

    /** How many models a warning names. */
    private static final int SHOWN = 3;

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
    private final Consumer<Finding> heard;

    /** @param heard receives each finding as soon as it is made */
    DoctorFindings(InstantSource clock, Map<String, String> environment, Consumer<Finding> heard) {
        this.today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        this.environment = environment;
        this.heard = heard;
    }

    List<Finding> all() throws InterruptedException {
        int jdk = Runtime.version().feature();
        add(jdk < LEAST_JDK ? Verdict.MISCONFIGURED : Verdict.OK, "JDK", "%d, needs %d".formatted(jdk, LEAST_JDK));
        Optional<Offer> offer = listed();
        for (Tier tier : List.of(Tier.FLAGSHIP, Tier.MINI, Tier.NANO)) {
            model(tier, OpenAi.models(environment).getOrDefault(tier, ""), offer);
        }
        return findings;
    }

    /** What a server offers. */
    private record Offer(List<ListedModel> models, boolean isOpenAi) {}

    /** What the server offers, or empty if it could not be asked. */
    private Optional<Offer> listed() throws InterruptedException {
        try (OpenAiClient client = OpenAi.client(environment)) {
            add(Verdict.OK, "key", OpenAi.keyVariable(environment).orElse("a key") + " is set");
            OpenAi.warnings(environment)
                    .forEach(warning -> add(
                            Verdict.WARNING,
                            warning.startsWith("CADRE_") ? warning.split(" ", 2)[0] : "server",
                            warning));
            add(Verdict.OK, "API", OpenAi.api(environment));
            List<ListedModel> models = client.models(TIMEOUT);
            add(Verdict.OK, "server", "%s lists %s".formatted(client.baseUrl(), counted(models.size())));
            return Optional.of(new Offer(models, isOpenAi(client.baseUrl())));
        } catch (IllegalArgumentException e) {
            misconfigured(e);
        } catch (ModelException e) {
            refused(e);
        }
        return Optional.empty();
    }

    /** Many gateways list no models, or not to everybody, and answer all the same. */
    private void refused(ModelException failure) {
        boolean isOfTheListAlone = failure.reach() == ModelException.Reach.SUBTASK_OR_RUN
                || failure instanceof ModelException.InvalidRequest
                || failure instanceof ModelException.MalformedReply;
        if (isOfTheListAlone) {
            add(
                    Verdict.WARNING,
                    "server",
                    "it lists no models, or the base URL is wrong: --probe asks a model; " + failure.getMessage());
        } else if (failure instanceof ModelException.AuthFailed) {
            add(Verdict.FAILED, "key", String.valueOf(failure.getMessage()));
        } else {
            add(Verdict.FAILED, "server", String.valueOf(failure.getMessage()));
        }
    }

    private static String counted(int models) {
        return models == 1 ? "1 model" : models + " models";
    }

    private static boolean isOpenAi(String address) {
        String host = String.valueOf(URI.create(address).getHost()).toLowerCase(Locale.ROOT);
        return host.equals("openai.com") || host.endsWith(".openai.com");
    }

    /** A message about a variable begins with its name. */
    private void misconfigured(IllegalArgumentException unusable) {
        String message = String.valueOf(unusable.getMessage());
        String variable = message.split(" ", 2)[0];
        if (variable.equals("OPENAI_API_KEY") || message.startsWith("the key ")) {
            boolean isMissing = message.endsWith(" is not set");
            add(
                    Verdict.MISCONFIGURED,
                    "key",
                    message
                            + (isMissing ? "; a server of your own may take any, such as none" : "")
                            + "; without it a search uses no model");
        } else {
            add(Verdict.MISCONFIGURED, variable.matches("[A-Z]+_[A-Z_]+") ? variable : "variables", message);
        }
    }

    private void model(Tier tier, String model, Optional<Offer> offer) {
        String subject = tier.name().toLowerCase(Locale.ROOT);
        Optional<ModelSpec> spec = catalog.find(model);
        Optional<Price> own;
        try {
            own = OpenAi.price(environment, tier);
        } catch (IllegalArgumentException unusable) {
            misconfigured(unusable);
            return;
        }
        Optional<Price> price = own.or(() -> spec.map(ModelSpec::price));
        if (price.isEmpty()) {
            add(Verdict.MISCONFIGURED, subject, Models.unpriced(model, tier));
            return;
        }
        String deployment = variable("CADRE_%s_DEPLOYMENT".formatted(tier));
        if (offer.isPresent() && !isOffered(tier, model, deployment, offer.get())) {
            return;
        }
        Optional<ListedModel> offered = offer.flatMap(all ->
                all.models().stream().filter(one -> one.id().equals(model)).findFirst());
        // who runs the model knows best
        Optional<LocalDate> shutdown =
                offered.flatMap(ListedModel::shutdown).or(() -> spec.flatMap(ModelSpec::shutdown));
        long days = shutdown.map(date -> ChronoUnit.DAYS.between(today, date)).orElse(Long.MAX_VALUE);
        String deployed = model + (deployment.isEmpty() ? "" : ", deployed as " + deployment);
        if (days <= 0) {
            add(Verdict.FAILED, subject, "%s was shut down on %s; %s".formatted(deployed, shutdown.get(), move(tier)));
        } else if (days <= ModelSpec.SHUTDOWN_NOTICE.toDays()) {
            add(
                    Verdict.WARNING,
                    subject,
                    "%s shuts down on %s, in %d days; %s".formatted(deployed, shutdown.get(), days, move(tier)));
        } else {
            String says = own.isEmpty() ? "" : ", as %s says".formatted(Models.priceVariable(tier));
            add(Verdict.OK, subject, deployed + ", " + prices(price.get()) + says);
        }
        if (own.isEmpty()) {
            spec.ifPresent(listed -> stale(subject, listed));
        }
    }

    /** Whether a call of the model makes sense; says what is doubtful about it. */
    private boolean isOffered(Tier tier, String model, String deployment, Offer offer) {
        String name = deployment.isEmpty() ? model : deployment;
        if (offer.models().stream()
                .anyMatch(one -> one.id().equals(name) || one.id().equals(name + USUAL_TAG))) {
            return true;
        }
        String subject = tier.name().toLowerCase(Locale.ROOT);
        if (offer.isOpenAi()) {
            add(Verdict.FAILED, subject, name + " is not offered by this server to this key; " + move(tier));
            return false;
        }
        if (deployment.isEmpty() || !isAzure()) { // Azure lists the models of a region, and no deployments
            add(
                    Verdict.WARNING,
                    subject,
                    "%s is not among the models that this server lists (%s), which may take it all the same: --probe shows it; another name with CADRE_%s_%s"
                            .formatted(
                                    name,
                                    named(offer.models()),
                                    tier,
                                    deployment.isEmpty() && !isAzure() ? "MODEL" : "DEPLOYMENT"));
        }
        return true;
    }

    private static String named(List<ListedModel> models) {
        String some = models.stream()
                .limit(SHOWN)
                .map(one -> Redactor.SHAPES.quote(one.id()))
                .collect(Collectors.joining(", "));
        int more = models.size() - SHOWN;
        return models.isEmpty() ? "none" : more > 0 ? "%s and %d more".formatted(some, more) : some;
    }

    private boolean isAzure() {
        return OpenAi.keyVariable(environment)
                .filter("AZURE_OPENAI_API_KEY"::equals)
                .isPresent();
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "").strip();
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
        var finding = new Finding(verdict, subject, Echo.ofFailure(message));
        findings.add(finding);
        heard.accept(finding);
    }
}
