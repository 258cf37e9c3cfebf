// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    @Test
    void retries_areAFifthOfTheFirstTries_andTen() {
        var budget = new RetryBudget(64);
        for (int i = 0; i < 50; i++) {
            budget.onFirstTry();
        }

        assertThat(retries(budget)).isEqualTo(20);
    }

    @Test
    void credit_ofALongCalm_isNotKept() {
        var budget = new RetryBudget(3);
        for (int i = 0; i < 1_000_000; i++) {
            budget.onFirstTry();
        }

        assertThat(retries(budget)).isEqualTo(16);
    }

    private static int retries(RetryBudget budget) {
        int retries = 0;
        while (budget.takeRetry()) {
            retries++;
        }
        return retries;
    }
}
