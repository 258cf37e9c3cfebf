// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.cli.mcp.ToolCall;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootFolder;
import dev.cadre.examples.repository.SearchMemory;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.json.Json;
import dev.cadre.price.Money;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
        assertThat(served.folder("lib")).isEqualTo(RootFolder.of(other));
        assertThat(served.folder(other.toRealPath().toString())).isEqualTo(RootFolder.of(other));
    }

    /** It was checked, and what a search opens later is what was checked. */
    @Test
    void folderThatIsSwappedForALinkBehindTheCheck_isNotSearched() throws Exception {
        new Tree(folder.resolve("one")).file("A.java", "class Inside {}\n");
        new Tree(folder.resolve("outside")).file("A.java", "class Canary {}\n");
        RootFolder checked =
                ServedRepositories.of(List.of(folder.resolve("one").toString())).folder("one");
        Files.move(folder.resolve("one"), folder.resolve("old"));
        Files.createSymbolicLink(folder.resolve("one"), folder.resolve("outside"));

        assertThatThrownBy(() -> CodeBase.open(
                        checked,
                        ReadLimits.STANDARD,
                        Deadline.in(Duration.ofHours(1), InstantSource.system()),
                        SearchMemory.ofProcess(1)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void anotherFolderInThePlaceOfOne_isNotSearched() throws Exception {
        Files.createDirectory(folder.resolve("one"));
        var served = ServedRepositories.of(List.of(folder.resolve("one").toString()));
        Files.move(folder.resolve("one"), folder.resolve("old"));
        Files.createDirectory(folder.resolve("one"));

        assertThatThrownBy(() -> served.folder(""))
                .isInstanceOf(UsageException.class)
                .hasMessage("another folder is in the place of this repository; start the server again to search it");
    }
}
