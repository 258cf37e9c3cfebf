// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.programs;

import static dev.cadre.testing.CadreAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.RunResult;
import dev.cadre.budget.Budget;
import dev.cadre.examples.programs.ApprovedPost.Decision;
import dev.cadre.examples.programs.ApprovedPost.Draft;
import dev.cadre.examples.programs.ApprovedPost.Post;
import dev.cadre.examples.programs.ApprovedPost.Topic;
import dev.cadre.people.FileDesk;
import dev.cadre.price.Money;
import dev.cadre.testing.ScriptedModel;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovedPostTest {
    @TempDir
    Path folder;

    final ScriptedModel model = new ScriptedModel();

    @BeforeEach
    void script() {
        model.on(ApprovedPost.WRITE, new Topic("cats")).costing(1_000, 400).replies(new Draft("Cats purr."));
    }

    private RunResult<Post> session() throws InterruptedException {
        return ApprovedPost.session(model.pools(), folder, new Topic("cats"), Budget.usd("0.05"));
    }

    @Test
    void post_waitsForTheEditor_andIsNotPaidTwice() throws Exception {
        assertThat(session()).isSuspendedFor("decision").spent("0.0007").leftNothingBehind();
        assertThat(session()).isSuspendedFor("decision");
        assertThat(FileDesk.open(folder).questions())
                .singleElement()
                .satisfies(question -> assertThat(question.input()).isEqualTo("{\"text\":\"Cats purr.\"}"));

        ApprovedPost.answerAll(folder, new Decision(true, Optional.of("Most cats purr.")));
        RunResult<Post> last = session();

        assertThat(last)
                .isCompleteWith(new Post(true, "Most cats purr."))
                .spent("0.0007")
                .leftNothingBehind();
        assertThat(last.report().sessionSpend().total()).isEqualTo(Money.ZERO);
        assertThat(model.calls()).hasSize(1);
        assertThat(FileDesk.open(folder).questions()).isEmpty();
    }

    @Test
    void postThatIsNotApproved_isNotPublished() throws Exception {
        assertThat(session()).isSuspendedFor("decision");

        ApprovedPost.answerAll(folder, new Decision(false, Optional.empty()));

        assertThat(session()).isCompleteWith(new Post(false, "Cats purr.")).spent("0.0007");
        assertThat(model.calls()).hasSize(1);
    }
}
