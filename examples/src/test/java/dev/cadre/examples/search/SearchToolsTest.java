// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.examples.index.Commit;
import dev.cadre.examples.index.Definition;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchToolsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);

    @TempDir
    Path folder;

    private CodeBase base;
    private SearchTools tools;

    @BeforeEach
    void open() throws Exception {
        SampleCode.write(folder).git("init", "-q").commit("Double the delay between attempts");
        base = SampleCode.open(folder);
        tools = SearchTools.over(base, CLOCK);
    }

    @Test
    void symbolLookup_exactCaseFirst() {
        assertThat(tools.symbolLookup()
                        .run(new SymbolLookup.Request(List.of("nextDelay", "backoff", "absent")))
                        .definitions())
                .containsExactly(
                        new SymbolLookup.Symbol(
                                "Backoff.nextDelay", Definition.Kind.FUNCTION, "src/Backoff.java", 5, 7),
                        new SymbolLookup.Symbol("Backoff", Definition.Kind.TYPE, "src/Backoff.java", 4, 8));
    }

    @Test
    void callSites_leaveOutDefinitionImportCommentString_mainFirst() {
        assertThat(tools.callSites()
                        .run(new CallSites.Request("nextDelay", PathFilter.ALL))
                        .calls())
                .containsExactly(
                        new CallSites.Call("src/Retry.java", 8, "Retry.again"),
                        new CallSites.Call("src/test/BackoffTest.java", 3, "BackoffTest.doubles"));
    }

    @Test
    void textSearch_oneHitALine_withinPaths() throws Exception {
        var found = tools.textSearch().run(new TextSearch.Request("nextDelay|evict", new PathFilter("*.java")));

        assertThat(found.truncated()).isFalse();
        assertThat(found.hits())
                .extracting(hit -> hit.path() + ":" + hit.line())
                .containsExactly(
                        "src/Backoff.java:5",
                        "src/Cache.java:2",
                        "src/Retry.java:6",
                        "src/Retry.java:8",
                        "src/Retry.java:9",
                        "src/test/BackoffTest.java:3");
    }

    @Test
    void textSearch_badOrLongPattern_isRefused() {
        assertThatThrownBy(() -> tools.textSearch().run(new TextSearch.Request("(a", PathFilter.ALL)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a pattern of RE2: ");
        assertThatThrownBy(() -> new TextSearch.Request("a".repeat(501), PathFilter.ALL))
                .hasMessage("pattern of 501 characters; 1 to 500 are allowed");
    }

    @Test
    void textSearch_overTime_stopsBetweenFiles() throws Exception {
        var ticks = new java.util.concurrent.atomic.AtomicLong();
        InstantSource slow = () -> Instant.ofEpochSecond(ticks.getAndAdd(15));

        var found = new TextSearch(base.repository(), slow).run(new TextSearch.Request("delay", PathFilter.ALL));

        // README.md at 15 s, the next file would start at 30 s
        assertThat(found.truncated()).isTrue();
        assertThat(found.hits()).extracting(TextSearch.Hit::path).containsExactly("README.md");
    }

    @Test
    void textSearch_moreThan200Hits_isTruncated(@TempDir Path many) throws Exception {
        new dev.cadre.examples.repository.Tree(many).file("a.txt", "hit\n".repeat(300));

        var found = SearchTools.over(SampleCode.open(many), CLOCK)
                .textSearch()
                .run(new TextSearch.Request("hit", PathFilter.ALL));

        assertThat(found.hits()).hasSize(200);
        assertThat(found.truncated()).isTrue();
    }

    @Test
    void gitHistory_byWordsOfTheSubject() {
        assertThat(tools.gitHistory()
                        .run(new GitHistory.Request(List.of("delayed"), PathFilter.ALL, 5))
                        .commits())
                .extracting(Commit::subject)
                .containsExactly("Double the delay between attempts");
        assertThat(tools.gitHistory()
                        .run(new GitHistory.Request(List.of("zebra"), PathFilter.ALL, 5))
                        .commits())
                .isEmpty();
    }

    @Test
    void mapRepo_listsFoldersFilesTypes() {
        assertThat(tools.mapRepo().run(new MapRepo.Request(1, 3)))
                .isEqualTo(new MapRepo.Found(
                        List.of("src/ (4 files)", "  Backoff.java: Backoff", "  Cache.java: Cache"), true));
    }
}
