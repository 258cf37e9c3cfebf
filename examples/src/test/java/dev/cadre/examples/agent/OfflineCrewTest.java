// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.event.RunListener;
import dev.cadre.examples.search.CodeBase;
import dev.cadre.examples.search.Confidence;
import dev.cadre.examples.search.SampleCode;
import dev.cadre.examples.search.SearchAnswer;
import dev.cadre.examples.search.SearchAnswer.Sentence;
import dev.cadre.examples.search.SearchQuestion;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineCrewTest {
    @TempDir
    Path folder;

    private RunResult<SearchAnswer> run(String question) throws Exception {
        CodeBase base = SampleCode.open(SampleCode.write(folder).root());
        return SearchCrew.offline(
                        base,
                        SampleCode.gate(base),
                        SearchQuestion.of(question),
                        RunListener.SILENT,
                        InstantSource.fixed(Instant.EPOCH))
                .run(Budget.usd("0"));
    }

    private SearchAnswer ask(String question) throws Exception {
        return run(question).requireComplete();
    }

    private static List<String> places(SearchAnswer answer) {
        return answer.citations().stream()
                .map(checked -> checked.citation().place())
                .toList();
    }

    @Test
    void where_namesThePlaceFirst() throws Exception {
        SearchAnswer answer = ask("Where is the delay doubled after a failed attempt?");

        assertThat(answer.sentences().getFirst())
                .isEqualTo(new Sentence("Most likely: src/Backoff.java:3 (Backoff).", List.of(1)));
        assertThat(answer.confidence()).isIn(Confidence.HIGH, Confidence.MEDIUM);
    }

    @Test
    void callers_callSitesFirst_definitionAfter_enclosingNamed() throws Exception {
        SearchAnswer answer = ask("Who calls nextDelay?");

        assertThat(answer.citations().getFirst().citation().path()).isEqualTo("src/Retry.java");
        assertThat(answer.citations().getFirst().citation().symbol()).isEqualTo("Retry.again");
        assertThat(places(answer).indexOf("src/Backoff.java:1-8")).isGreaterThan(0);
    }

    @Test
    void foreignQuestion_hasNoConfidence() throws Exception {
        assertThat(ask("How are Kubernetes operators reconciled?").confidence()).isEqualTo(Confidence.NONE);
    }

    @Test
    void noTellingWord_findsNothing() throws Exception {
        assertThat(ask("where is it?").isEmpty()).isTrue();
    }

    @Test
    void documents_areCitedWhereTheQuestionNamesThem() throws Exception {
        assertThat(places(ask("what does the readme say about the delay"))).contains("README.md:1-1");
        assertThat(places(ask("what doubles the delay"))).doesNotContain("README.md:1-1");
    }

    @Test
    void run_callsNoModelAndCostsNothing() throws Exception {
        RunResult<SearchAnswer> result = run("Where is the delay doubled?");

        assertThat(result.spend().attempts()).isZero();
        assertThat(result.report().outcomes().keySet()).containsExactly("t1", "t2", "t3", "t4");
    }

    @Test
    void sameTree_sameAnswer() throws Exception {
        SearchAnswer first = ask("Where is the delay doubled?");
        for (int i = 0; i < 10; i++) {
            assertThat(ask("Where is the delay doubled?")).isEqualTo(first);
        }
    }
}
