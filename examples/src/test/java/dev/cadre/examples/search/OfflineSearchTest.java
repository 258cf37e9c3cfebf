// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.search.SearchReport.Sentence;
import dev.cadre.examples.search.SearchReport.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineSearchTest {
    @TempDir
    Path folder;

    private SearchReport ask(String question) throws Exception {
        return ask(question, InstantSource.fixed(Instant.EPOCH));
    }

    private SearchReport ask(String question, InstantSource clock) throws Exception {
        CodeBase base = SampleCode.open(SampleCode.write(folder).root());
        var search = new OfflineSearch(base, SampleCode.gate(base), SearchListener.SILENT, clock);
        var asked = SearchQuestion.of(question);
        return search.run(asked, search.plan(asked), Duration.ofSeconds(90));
    }

    private static List<String> places(SearchReport report) {
        return report.citations().stream()
                .map(checked -> checked.citation().place())
                .toList();
    }

    @Test
    void where_namesThePlaceFirst() throws Exception {
        SearchReport report = ask("Where is the delay doubled after a failed attempt?");

        assertThat(report.status()).isEqualTo(Status.COMPLETE);
        assertThat(report.answer().getFirst())
                .isEqualTo(new Sentence("Most likely: src/Backoff.java:3-8 (Backoff).", List.of(1)));
        assertThat(report.confidence()).isIn(Confidence.HIGH, Confidence.MEDIUM);
    }

    @Test
    void callers_callSitesFirst_definitionAfter_enclosingNamed() throws Exception {
        SearchReport report = ask("Who calls nextDelay?");

        assertThat(report.citations().getFirst().citation().path()).isEqualTo("src/Retry.java");
        assertThat(report.citations().getFirst().citation().symbol()).isEqualTo("Retry.again");
        assertThat(places(report).indexOf("src/Backoff.java:3-8")).isGreaterThan(0);
    }

    @Test
    void foreignQuestion_hasNoConfidence() throws Exception {
        assertThat(ask("How are Kubernetes operators reconciled?").confidence()).isEqualTo(Confidence.NONE);
    }

    @Test
    void noTellingWord_findsNothing() throws Exception {
        SearchReport report = ask("where is it?");

        assertThat(report.status()).isEqualTo(Status.NOTHING_FOUND);
        assertThat(report.answer()).isEmpty();
    }

    @Test
    void documents_areCitedWhereTheQuestionNamesThem() throws Exception {
        assertThat(places(ask("what does the readme say about the delay"))).contains("README.md:1-1");
        assertThat(places(ask("what doubles the delay"))).doesNotContain("README.md:1-1");
    }

    @Test
    void deadline_skipsTheRest_resultIsPartial() throws Exception {
        var ticks = new java.util.concurrent.atomic.AtomicLong();
        SearchReport report = ask("delay", () -> Instant.ofEpochSecond(ticks.getAndAdd(40)));

        assertThat(report.status()).isEqualTo(Status.PARTIAL);
        assertThat(report.subtasks())
                .extracting(end -> end.id() + " " + end.status() + " " + end.reason())
                .containsExactly("t1 succeeded ", "t2 skipped deadline", "t3 skipped deadline");
    }

    @Test
    void sameTree_sameReport() throws Exception {
        SearchReport first = ask("Where is the delay doubled?");
        for (int i = 0; i < 10; i++) {
            assertThat(ask("Where is the delay doubled?")).isEqualTo(first);
        }
    }
}
