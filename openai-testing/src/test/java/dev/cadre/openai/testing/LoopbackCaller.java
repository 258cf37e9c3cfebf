// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** Calls a loopback server as a bare HTTP client with a key. */
final class LoopbackCaller implements AutoCloseable {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final LoopbackOpenAi server;

    LoopbackCaller(LoopbackOpenAi server) {
        this.server = server;
    }

    HttpResponse<String> post(String path, Json body) throws IOException, InterruptedException {
        return send(to(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.write())));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(to(path));
    }

    /** The reply as a tree. */
    static Json.Obj json(HttpResponse<String> response) {
        return (Json.Obj) Json.parse(response.body());
    }

    /** The message of an error. */
    static String message(HttpResponse<String> response) {
        return json(response).string("error", "message");
    }

    /** The data of a stream's events; those that are no JSON as strings. */
    static List<Json> events(HttpResponse<String> response) {
        return response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .<Json>map(data -> data.startsWith("{") ? Json.parse(data) : new Json.Str(data))
                .toList();
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server.baseUrl() + path)).header("Authorization", "Bearer sk-test");
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        http.close();
    }
}
