// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schedule;

import static dev.cadre.schedule.RunRig.node;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExecutionTest {
    private static long order(int position, int item) {
        return new Execution(new Subtask(node("a"), position, List.of()), item, "input").order();
    }

    @Test
    void order_isThatOfThePlan_howeverManyItems() {
        assertThat(order(0, 100_000)).isLessThan(order(1, -1));
        assertThat(order(1, -1)).isLessThan(order(2, 0));
        assertThat(order(2, 0)).isLessThan(order(2, 1));
        assertThat(order(100_000, 0)).isPositive();
    }
}
