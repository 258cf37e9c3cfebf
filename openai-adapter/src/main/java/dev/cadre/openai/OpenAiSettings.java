// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Tier;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says: which key, which server, which model for which tier.
 *
 * @param apiKey the key
 * @param baseUrl the address of the API
 * @param api the API that is spoken; null if it is to be found out
 * @param models the model id of each tier
 */
record OpenAiSettings(String apiKey, BaseUrl baseUrl, @Nullable Api api, Map<Tier, String> models) {
    static final String API_KEY = "OPENAI_API_KEY";
    static final String BASE_URL = "OPENAI_BASE_URL";
    static final String API = "CADRE_API";

    OpenAiSettings {
        models = Map.copyOf(models);
    }

    /**
     * Reads {@code OPENAI_API_KEY}, {@code OPENAI_BASE_URL}, {@code CADRE_API}, {@code CADRE_FLAGSHIP_MODEL}, {@code CADRE_MINI_MODEL} and
     * {@code CADRE_NANO_MODEL}, nothing else. A blank variable counts as not set.
     *
     * @throws IllegalArgumentException if the key is missing or the address is unusable; it names the variable
     */
    static OpenAiSettings from(Map<String, String> environment) {
        String key =
                variable(environment, API_KEY).orElseThrow(() -> new IllegalArgumentException(API_KEY + " is not set"));
        BaseUrl url = variable(environment, BASE_URL)
                .map(text -> BaseUrl.parse(BASE_URL, text))
                .orElse(BaseUrl.OPENAI);
        return new OpenAiSettings(key, url, api(environment), models(environment));
    }

    /** The model of each tier; needs no key. */
    static Map<Tier, String> models(Map<String, String> environment) {
        return Map.of(
                Tier.FLAGSHIP,
                variable(environment, "CADRE_FLAGSHIP_MODEL").orElse("gpt-5.4"),
                Tier.MINI,
                variable(environment, "CADRE_MINI_MODEL").orElse("gpt-5.4-mini"),
                Tier.NANO,
                variable(environment, "CADRE_NANO_MODEL").orElse("gpt-5.4-nano"));
    }

    private static @Nullable Api api(Map<String, String> environment) {
        String name = variable(environment, API).orElse("").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "" -> null;
            case "responses" -> Api.RESPONSES;
            case "chat" -> Api.CHAT_COMPLETIONS;
            default -> throw new IllegalArgumentException(API + " must be responses or chat");
        };
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    Optional<String> warning() {
        return baseUrl.isReadableOnTheWay() ? Optional.of(BASE_URL + " " + BaseUrl.READABLE) : Optional.empty();
    }

    /** A client with these settings. */
    OpenAiClient client() {
        return OpenAiClient.builder(apiKey).baseUrl(baseUrl.text()).api(api).build();
    }

    /** What the server is spoken to in, for people. */
    String spokenApi() {
        if (api != null) {
            return (api == Api.RESPONSES ? "responses" : "chat") + ", as " + API + " says";
        }
        return baseUrl.isOpenAi()
                ? "responses"
                : "responses first, and chat if the server lacks it; %s=chat or %s=responses settles it".formatted(API, API);
    }

    @Override
    public String toString() {
        return "OpenAiSettings[%s, %s]".formatted(baseUrl.text(), models);
    }
}
