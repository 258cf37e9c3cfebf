// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import dev.cadre.model.Tier;
import dev.cadre.price.Price;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says: which key, which server, which model for which tier, and what stands in between.
 *
 * @param apiKey the key
 * @param baseUrl the address of the API
 * @param azure where Azure OpenAI is; null for another server
 * @param api the API that is spoken; null if it is to be found out
 * @param models the model id of each tier
 * @param environment the variables
 */
record OpenAiSettings(
        String apiKey,
        BaseUrl baseUrl,
        @Nullable AzureEndpoint azure,
        @Nullable Api api,
        Map<Tier, String> models,
        Map<String, String> environment) {
    static final String API_KEY = "OPENAI_API_KEY";
    static final String BASE_URL = "OPENAI_BASE_URL";
    static final String API = "CADRE_API";
    static final String SCHEMAS = "CADRE_SCHEMAS";
    static final String IMAGE_HOSTS = "CADRE_IMAGE_HOSTS";
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}");
    static final String AZURE_KEY = "AZURE_OPENAI_API_KEY";
    /** As OpenAI's Python client calls it. */
    private static final String API_TYPE = "OPENAI_API_TYPE";

    static final String AZURE_ENDPOINT = "AZURE_OPENAI_ENDPOINT";

    /** A line break as files of variables have it: a backslash and a letter, before the next header or at the end. */
    private static final Pattern WRITTEN_BREAK =
            Pattern.compile("(?:\\\\r)?\\\\n(?=[ \\t]*[\\w!#$%&'*+.^`|~-]+[ \\t]*:|(?:\\\\r|\\\\n|\\s)*$)");

    OpenAiSettings {
        models = Map.copyOf(models);
        environment = Map.copyOf(environment);
    }

    /**
     * Reads the variables that {@link OpenAi#fromEnv()} names, nothing else. A blank variable counts as not set.
     *
     * @throws IllegalArgumentException if the key is missing or a variable is unusable; it names the variable
     */
    static OpenAiSettings from(Map<String, String> environment) {
        Map<Tier, String> models = models(environment);
        requireOneService(environment);
        if (isAzure(environment)) {
            String version = variable(environment, "OPENAI_API_VERSION")
                    .or(() -> variable(environment, "AZURE_OPENAI_API_VERSION"))
                    .orElse("");
            String endpoint = ofAzure(environment, AZURE_ENDPOINT);
            AzureEndpoint azure =
                    address(AZURE_ENDPOINT, endpoint, text -> AzureEndpoint.parse(AZURE_ENDPOINT, text, version));
            String key = ofAzure(environment, AZURE_KEY);
            return new OpenAiSettings(key, azure.baseUrl(), azure, api(environment), models, environment);
        }
        String key = variable(environment, API_KEY)
                .orElseThrow(() -> new IllegalArgumentException(API_KEY + " is not set" + halfOfAzure(environment)));
        BaseUrl url = variable(environment, BASE_URL)
                .map(address -> address(BASE_URL, address, text -> BaseUrl.parse(BASE_URL, text)))
                .orElse(BaseUrl.OPENAI);
        return new OpenAiSettings(key, url, null, api(environment), models, environment);
    }

    /** The variable that holds the key, if one does. */
    static Optional<String> keyVariable(Map<String, String> environment) {
        String name = isAzure(environment) ? AZURE_KEY : API_KEY;
        return variable(environment, name).map(key -> name);
    }

    private static boolean isAzure(Map<String, String> environment) {
        return switch (type(environment)) {
            case "azure" -> true;
            case "" -> variable(environment, API_KEY).isEmpty() && isWholeOfAzure(environment);
            default -> false;
        };
    }

    private static String type(Map<String, String> environment) {
        return variable(environment, API_TYPE).orElse("").toLowerCase(Locale.ROOT);
    }

    private static boolean isWholeOfAzure(Map<String, String> environment) {
        return variable(environment, AZURE_KEY).isPresent()
                && variable(environment, AZURE_ENDPOINT).isPresent();
    }

    /** OpenAI's own clients refuse two services too: texts would go to one that nobody thought of. */
    private static void requireOneService(Map<String, String> environment) {
        if (!Set.of("", "openai", "azure").contains(type(environment))) {
            throw new IllegalArgumentException(API_TYPE + " must be openai or azure");
        }
        if (type(environment).isEmpty()
                && isWholeOfAzure(environment)
                && variable(environment, API_KEY).isPresent()
                && variable(environment, BASE_URL).isEmpty()) {
            throw new IllegalArgumentException("%s and %s are both set: %s=openai or %s=azure says which is meant"
                    .formatted(API_KEY, AZURE_KEY, API_TYPE, API_TYPE));
        }
    }

    private static String ofAzure(Map<String, String> environment, String name) {
        return variable(environment, name)
                .orElseThrow(
                        () -> new IllegalArgumentException("%s is not set, and %s is azure".formatted(name, API_TYPE)));
    }

    private static String halfOfAzure(Map<String, String> environment) {
        boolean hasKey = variable(environment, AZURE_KEY).isPresent();
        if (hasKey == variable(environment, AZURE_ENDPOINT).isPresent()) {
            return "";
        }
        return hasKey
                ? ", and %s is set without %s".formatted(AZURE_KEY, AZURE_ENDPOINT)
                : ", and %s is set without %s".formatted(AZURE_ENDPOINT, AZURE_KEY);
    }

    /** An address without a scheme is the commonest mistake, and a parser blames some character of it. */
    private static <T> T address(String name, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException unusable) {
            if (text.contains("://") || text.contains("@")) {
                throw unusable;
            }
            throw new IllegalArgumentException(name + " must start with http:// or https:// and name a host");
        }
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

    /** What {@code CADRE_API} calls an API. */
    static String word(Api api) {
        return switch (api) {
            case RESPONSES -> "responses";
            case CHAT_COMPLETIONS -> "chat";
            case CHAT_COMPLETIONS_MAX_TOKENS -> "chat-max-tokens";
        };
    }

    private static @Nullable Api api(Map<String, String> environment) {
        String name = variable(environment, API).orElse("").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "" -> null;
            case "responses" -> Api.RESPONSES;
            case "chat" -> Api.CHAT_COMPLETIONS;
            case "chat-max-tokens" -> Api.CHAT_COMPLETIONS_MAX_TOKENS;
            default -> throw new IllegalArgumentException(API + " must be responses, chat or chat-max-tokens");
        };
    }

    private static SchemaUse schemas(String use) {
        return switch (use.toLowerCase(Locale.ROOT)) {
            case "shown" -> SchemaUse.SHOWN;
            case "forced" -> SchemaUse.FORCED;
            case "ignored" -> SchemaUse.IGNORED;
            default -> throw new IllegalArgumentException(SCHEMAS + " must be shown, forced or ignored");
        };
    }

    /** What a tier's model costs, if the environment says so: a catalogue knows no model of a server of one's own. */
    static Optional<Price> price(Map<String, String> environment, Tier tier) {
        String name = "CADRE_%s_PRICE".formatted(tier.name());
        return variable(environment, name).map(text -> price(name, text));
    }

    private static Price price(String name, String text) {
        String[] parts = text.split("/", -1);
        try {
            return switch (parts.length) {
                case 2 -> Price.perMillionTokens(parts[0].strip(), parts[0].strip(), parts[1].strip());
                case 3 -> Price.perMillionTokens(parts[0].strip(), parts[1].strip(), parts[2].strip());
                default -> throw new IllegalArgumentException("it has %d parts".formatted(parts.length));
            };
        } catch (IllegalArgumentException unusable) {
            throw new IllegalArgumentException(
                    "%s must be US dollars per million tokens, input/output or input/cached/output, such as 0.20/1.25: %s"
                            .formatted(name, unusable.getMessage()),
                    unusable);
        }
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private Optional<String> variable(String name) {
        return variable(environment, name);
    }

    List<String> warnings() {
        var warnings = new ArrayList<String>();
        if (baseUrl.isReadableOnTheWay()) {
            warnings.add((azure == null ? BASE_URL : AZURE_ENDPOINT) + " " + BaseUrl.READABLE);
        }
        VariableNames.unknown(environment.keySet()).forEach(warnings::add);
        return warnings;
    }

    /**
     * A client with these settings.
     *
     * @throws IllegalArgumentException if a variable is unusable; it names the variable
     */
    OpenAiClient client() {
        var client = OpenAiClient.builder(apiKey)
                .baseUrl(baseUrl.withQuery())
                .api(api)
                .proxy(proxy())
                .trust(variable("SSL_CERT_FILE").map(OpenAiSettings::trust).orElse(null));
        if (azure != null) {
            client.azure(azure);
        }
        variable(IMAGE_HOSTS).map(OpenAiSettings::hosts).ifPresent(client::allowImageHosts);
        variable(SCHEMAS).map(OpenAiSettings::schemas).ifPresent(client::schemas);
        ofAccount("OPENAI_ORG_ID", "OPENAI_ORGANIZATION").ifPresent(client::organization);
        ofAccount("OPENAI_PROJECT_ID", "OPENAI_PROJECT").ifPresent(client::project);
        deployments(client);
        headers(client);
        return client.build();
    }

    private static String[] hosts(String names) {
        String[] hosts = names.strip().split("\\s*,\\s*");
        for (String host : hosts) {
            if (!HOST.matcher(host).matches()) {
                throw new IllegalArgumentException(
                        IMAGE_HOSTS + " must be names of hosts with commas between them, such as cdn.example.org");
            }
        }
        return hosts;
    }

    private static Trust trust(String file) {
        try {
            return Trust.of("SSL_CERT_FILE", Path.of(file));
        } catch (InvalidPathException noPath) {
            throw new IllegalArgumentException("SSL_CERT_FILE is no path: " + noPath.getReason(), noPath);
        }
    }

    private Optional<String> ofAccount(String name, String olderName) {
        for (String variable : List.of(name, olderName)) {
            Optional<String> value = variable(variable);
            if (value.isPresent()) {
                RequestHeaders.requireVisible(variable, value.get());
                return value;
            }
        }
        return Optional.empty();
    }

    /** A request names its model, not its tier: one model has one deployment. */
    private void deployments(OpenAiClient.Builder client) {
        var names = new HashMap<String, String>();
        for (Tier tier : Tier.values()) {
            String name = "CADRE_%s_DEPLOYMENT".formatted(tier.name());
            String model = models.getOrDefault(tier, "");
            variable(name).ifPresent(deployment -> {
                String other = names.putIfAbsent(model, name);
                if (other != null && !variable(other).equals(Optional.of(deployment))) {
                    throw new IllegalArgumentException(
                            "%s and %s name two deployments of the same model, '%s'".formatted(other, name, model));
                }
                client.deployment(model, deployment);
            });
        }
    }

    /** One header a line, as a server would read it. */
    private void headers(OpenAiClient.Builder client) {
        variable("CADRE_HEADERS").stream()
                .map(lines -> WRITTEN_BREAK.matcher(lines).replaceAll("\n"))
                .flatMap(String::lines)
                .filter(line -> !line.isBlank())
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    if (colon < 1) {
                        throw new IllegalArgumentException("CADRE_HEADERS must have lines like 'Name: value'");
                    }
                    header(
                            client,
                            line.substring(0, colon).strip(),
                            line.substring(colon + 1).strip());
                });
    }

    private static void header(OpenAiClient.Builder client, String name, String value) {
        try {
            client.header(name, value);
        } catch (IllegalArgumentException unusable) {
            throw new IllegalArgumentException("CADRE_HEADERS: " + unusable.getMessage(), unusable);
        }
    }

    /** The names in small letters come first, as in other programs. This machine itself needs no proxy. */
    private @Nullable ForwardProxy proxy() {
        boolean isSecure = "https".equalsIgnoreCase(URI.create(baseUrl.text()).getScheme());
        if (baseUrl.isLoopback()) {
            return null;
        }
        String name = isSecure ? "HTTPS_PROXY" : "HTTP_PROXY";
        String except = either("NO_PROXY").orElse("");
        return either(name)
                .map(address -> ForwardProxy.parse(name, address, except))
                .or(() -> either("ALL_PROXY").map(address -> ForwardProxy.parse("ALL_PROXY", address, except)))
                .orElse(null);
    }

    private Optional<String> either(String name) {
        return variable(name.toLowerCase(Locale.ROOT)).or(() -> variable(name));
    }

    /** What the server is spoken to in, for people. */
    String spokenApi() {
        if (api != null) {
            String name = switch (api) {
                case RESPONSES -> "responses";
                case CHAT_COMPLETIONS -> "chat";
                case CHAT_COMPLETIONS_MAX_TOKENS -> "chat with max_tokens";
            };
            return name + ", as " + API + " says";
        }
        if (azure != null && !azure.hasResponses()) {
            return "chat, because the version of Azure's API has no other";
        }
        return baseUrl.isOpenAi()
                ? "responses"
                : "responses first, and chat if the server lacks it; %s=chat or %s=responses settles it"
                        .formatted(API, API);
    }

    @Override
    public String toString() {
        return "OpenAiSettings[%s, %s]".formatted(baseUrl.text(), models);
    }
}
