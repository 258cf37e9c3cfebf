// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A resource of Azure OpenAI.
 *
 * @param baseUrl where its requests go
 * @param deploymentInPath whether the path of a chat completion names the deployment, as in the dated versions
 * @param hasResponses whether its version has the Responses API
 */
record AzureEndpoint(BaseUrl baseUrl, boolean deploymentInPath, boolean hasResponses) {
    /** Azure refuses the Responses API in earlier ones with status 400, as users of it report (November 2026). */
    private static final String FIRST_WITH_RESPONSES = "2025-03-01";

    /**
     * The resource at an endpoint.
     *
     * @param name what a message calls the endpoint
     * @param apiVersion a dated version; blank, {@code v1} and {@code preview} for the API whose paths are OpenAI's
     * @throws IllegalArgumentException if the endpoint is unusable
     */
    static AzureEndpoint parse(String name, String endpoint, String apiVersion) {
        BaseUrl given = BaseUrl.parse(name, endpoint);
        boolean isDated = apiVersion.matches("\\d{4}-.*");
        String root = given.text().replaceFirst("/openai(?:/v1)?$", "");
        String query = isDated || apiVersion.equals("preview")
                ? "api-version=" + URLEncoder.encode(apiVersion, StandardCharsets.UTF_8)
                : given.query();
        return new AzureEndpoint(
                new BaseUrl(root + (isDated ? "/openai" : "/openai/v1"), query),
                isDated,
                !isDated || apiVersion.compareTo(FIRST_WITH_RESPONSES) >= 0);
    }
}
