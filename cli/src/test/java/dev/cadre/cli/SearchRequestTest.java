// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.cli.mcp.ToolCall;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchRequestTest {
    private static final Instant NOW = Instant.EPOCH;

    @TempDir
    Path folder;

    private SearchRequest request(Duration waited, String deadline) throws Exception {
        var options = new McpOptions(
                ServedRepositories.of(List.of(folder.toString())),
                Money.usd("1"),
                Money.usd("0.25"),
                8,
                Duration.ofSeconds(50),
                SearchOptions.Offline.ALWAYS);
        var arguments = Json.obj().with("question", "x").with("deadline", deadline);
        return SearchRequest.of(new ToolCall(arguments, NOW, line -> {}), options, () -> NOW.plus(waited));
    }

    @Test
    void waitingForOthers_countsForTheDeadline() throws Exception {
        assertThat(request(Duration.ofSeconds(3), "20s").deadline()).isEqualTo(Duration.ofSeconds(17));
        assertThatThrownBy(() -> request(Duration.ofSeconds(20), "20s"))
                .isInstanceOf(UsageException.class)
                .hasMessage("the deadline of 20s passed while this call waited for others");
    }

    @Test
    void foldersOfTheSameName_areToldApartByTheirPaths_andOneThatIsGivenTwiceIsOne() throws Exception {
        Path first = Files.createDirectories(folder.resolve("a/app"));
        Path second = Files.createDirectories(folder.resolve("b/app"));
        Path other = Files.createDirectories(folder.resolve("lib"));

        var served = ServedRepositories.of(List.of(
                first.toString(),
                second.toString(),
                other.toString(),
                other.resolve(".").toString()));

        assertThat(served.folders().keySet())
                .containsExactly(
                        first.toRealPath().toString(), second.toRealPath().toString(), "lib");
        assertThat(served.folder("lib")).isEqualTo(other.toRealPath());
        assertThat(served.folder(other.toRealPath().toString())).isEqualTo(other.toRealPath());
    }
}
