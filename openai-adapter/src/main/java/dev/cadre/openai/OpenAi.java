// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.Price;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Where OpenAI models come from: a pool for each tier over one client. */
public final class OpenAi {
    /** What OpenAI adds to the price of every token for data residency. */
    private static final int REGIONAL_SURCHARGE_PERCENT = 10;

    private OpenAi() {}

    /**
     * The models that the environment names. Nothing else is read than these variables:
     *
     * <ul>
     *   <li>{@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}; or, without the former, {@code AZURE_OPENAI_API_KEY} and
     *       {@code AZURE_OPENAI_ENDPOINT} with {@code OPENAI_API_VERSION} (or {@code AZURE_OPENAI_API_VERSION}). Both keys are
     *       refused, unless {@code OPENAI_API_TYPE} is {@code openai} or {@code azure}, or {@code OPENAI_BASE_URL} is set
     *   <li>{@code CADRE_API}: {@code responses}, {@code chat}, or {@code chat-max-tokens} for a server that knows the cap
     *       as {@code max_tokens} only; default: found out, see {@link OpenAiClient.Builder#responses()}
     *   <li>{@code CADRE_FLAGSHIP_MODEL}, {@code CADRE_MINI_MODEL}, {@code CADRE_NANO_MODEL}; default {@code gpt-5.4},
     *       {@code gpt-5.4-mini}, {@code gpt-5.4-nano}; and {@code CADRE_FLAGSHIP_DEPLOYMENT} and so on, if the server has
     *       other names for them
     *   <li>{@code CADRE_FLAGSHIP_PRICE}, {@code CADRE_MINI_PRICE}, {@code CADRE_NANO_PRICE}: US dollars per million tokens,
     *       {@code input/output} or {@code input/cached/output}, such as {@code 0.20/1.25}, or {@code 0/0} for a server of
     *       one's own; default: the catalogue's
     *   <li>{@code CADRE_SCHEMAS}: {@code shown}, {@code forced} or {@code ignored}, see {@link SchemaUse}
     *   <li>{@code CADRE_IMAGE_HOSTS}: hosts from which the provider may fetch pictures, with commas between them; default none
     *   <li>{@code OPENAI_ORG_ID} or {@code OPENAI_ORGANIZATION}, {@code OPENAI_PROJECT_ID} or {@code OPENAI_PROJECT}
     *   <li>{@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}, in small letters too; not for this
     *       machine itself
     *   <li>{@code SSL_CERT_FILE}: authorities that are believed beside those of the JDK
     *   <li>{@code CADRE_HEADERS}: headers for a gateway, one a line; a line break may be written as {@code \n}
     * </ul>
     *
     * <p>The caller closes what it gets, which closes the connections. Models that have been shut down are refused, by the
     * system's calendar. Calls nobody; the first call takes a second or two longer, because it loads the SDK.
     *
     * @throws IllegalArgumentException if the key is missing or the address is unusable; it names the variable
     * @throws dev.cadre.price.UnpricedException.OfModel if the catalogue has no price for a model
     * @throws dev.cadre.price.ModelShutDownException if a model has been shut down
     */
    public static ModelPools fromEnv() {
        return fromEnv(System.getenv(), pool -> pool.calendar(InstantSource.system()));
    }

    /**
     * The ids that {@link #fromEnv()} binds to the tiers.
     *
     * @param environment the variables, of which the key need not be there
     */
    public static Map<Tier, String> models(Map<String, String> environment) {
        return OpenAiSettings.models(environment);
    }

    /**
     * The price that the environment gives to the model of a tier; empty if it leaves that to the catalogue.
     *
     * @param environment the variables, of which the key need not be there
     * @throws IllegalArgumentException if the variable is unusable; it names it
     */
    public static Optional<Price> price(Map<String, String> environment, Tier tier) {
        return OpenAiSettings.price(environment, tier);
    }

    /**
     * What is doubtful about usable variables, a sentence for each, which begins with its name: {@code OPENAI_BASE_URL} sends
     * the key over plain HTTP to another machine, which a client for such an address logs, too; a name that begins with {@code
     * CADRE_} and is none of those above. Empty if nothing is, or if a variable is missing or unusable.
     */
    public static List<String> warnings(Map<String, String> environment) {
        try {
            return OpenAiSettings.from(environment).warnings();
        } catch (IllegalArgumentException unusable) {
            return List.of();
        }
    }

    /** The variable that holds the key; empty if none does, and then no model can be called. */
    public static Optional<String> keyVariable(Map<String, String> environment) {
        return OpenAiSettings.keyVariable(environment);
    }

    /**
     * The API that the server is spoken to in, and why, as {@code cadre doctor} shows it.
     *
     * @throws IllegalArgumentException if a variable is missing or unusable; it names the variable
     */
    public static String api(Map<String, String> environment) {
        return OpenAiSettings.from(environment).spokenApi();
    }

    /**
     * The client that {@link #fromEnv()} calls models with, for those who make pools of their own. The caller closes it.
     *
     * @throws IllegalArgumentException if the key is missing or the address is unusable; it names the variable
     */
    public static OpenAiClient client(Map<String, String> environment) {
        return OpenAiSettings.from(environment).client();
    }

    /**
     * As {@link #fromEnv()}, from given variables, with pools set up further, and without a calendar unless they are given
     * one. Calls to a regional address of OpenAI, such as {@code eu.api.openai.com}, are priced with its surcharge of 10
     * percent, unless another is set.
     *
     * @param setUp changes the builder of each pool, such as its parallel limit
     */
    public static ModelPools fromEnv(Map<String, String> environment, UnaryOperator<ModelPool.Builder> setUp) {
        return fromEnv(client(environment), environment, setUp);
    }

    /**
     * The same over a given client, for instance one of {@link #client} that is asked for its {@linkplain OpenAiClient#api
     * API} later. Closing the pools closes it.
     */
    public static ModelPools fromEnv(
            OpenAiClient client, Map<String, String> environment, UnaryOperator<ModelPool.Builder> setUp) {
        try {
            OpenAiSettings settings = OpenAiSettings.from(environment);
            var pools = ModelPools.builder().closing(client);
            int surcharge = settings.baseUrl().isRegional() ? REGIONAL_SURCHARGE_PERCENT : 0;
            for (Tier tier : Tier.values()) {
                String model = settings.models().getOrDefault(tier, "");
                var pool = ModelPool.builder(client, model).surcharge(surcharge);
                OpenAiSettings.price(environment, tier).ifPresent(pool::price);
                pools.bind(tier, setUp.apply(pool).build());
            }
            return pools.build();
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }
}
