// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.price.Money;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExecutionQueueTest {
    private final ExecutionQueue postponed = new ExecutionQueue();

    private static Execution execution(String id) {
        return new Execution(new Subtask(RunRig.node(id), 0, List.of()), -1, new RunRig.In(id));
    }

    private void add(String id, long need) {
        postponed.add(execution(id), Money.ofPico(need));
    }

    private static ExecutionQueue.Needs needs(long least, long most) {
        return new ExecutionQueue.Needs(Money.ofPico(least), Money.ofPico(most));
    }

    @Test
    void need_ofThoseThatLook_isBetweenTheLeastAndTheMost() {
        add("a", 5);
        add("b", 3);
        add("c", 7);
        assertThat(postponed.lookingNeed()).as("nobody looks").isEmpty();

        postponed.lookAgain();

        assertThat(postponed.lookingNeed()).contains(needs(3, 7));
    }

    @Test
    void need_coversThoseThatLookAlready() {
        add("a", 5);
        postponed.lookAgain();
        postponed.lookAgain();
        assertThat(postponed.lookingNeed()).as("nobody has come").contains(needs(5, 5));

        add("b", 3);
        postponed.lookAgain();

        assertThat(postponed.lookingNeed()).contains(needs(3, 5));
    }

    @Test
    void need_isKeptWhileAllWaitOn() {
        add("a", 5);
        postponed.lookAgain();
        add("b", 3);

        postponed.stopLooking();
        assertThat(postponed.isAnyLooking()).isFalse();
        postponed.lookAgain();

        assertThat(postponed.lookingNeed()).contains(needs(3, 5));
    }

    @Test
    void need_isUnknown_ifThatOfOneIs() {
        add("a", 5);
        postponed.add(execution("b"));
        add("c", 3);
        postponed.lookAgain();
        add("d", 1);
        postponed.lookAgain();

        assertThat(postponed.lookingNeed()).isEmpty();
        assertThat(postponed.drop()).hasSize(4);
    }

    @Test
    void need_thatIsKnownOfThoseWhoLook_isUnknownWithOneMore() {
        add("a", 5);
        postponed.lookAgain();
        postponed.add(execution("b"));
        postponed.lookAgain();

        assertThat(postponed.lookingNeed()).isEmpty();
    }

    @Test
    void need_ofNobody_isEmpty() {
        add("a", 5);
        postponed.lookAgain();

        assertThat(postponed.take()).isPresent();

        assertThat(postponed.lookingNeed()).isEmpty();
        add("b", 3);
        postponed.lookAgain();
        assertThat(postponed.lookingNeed()).as("the first one has gone").contains(needs(3, 3));
    }
}
