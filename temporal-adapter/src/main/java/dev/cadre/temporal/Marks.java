// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.price.Money;
import io.temporal.common.SearchAttributeKey;
import io.temporal.workflow.Workflow;

/** The search attributes of a run, by which a cluster finds runs. */
enum Marks {
    /** Nothing is marked: a cluster refuses attributes that it does not know. */
    OFF {
        @Override
        void began() {}

        @Override
        void state(String state) {}

        @Override
        void ended(String state, Money spent) {}
    },
    /** Both are kept. */
    ON {
        @Override
        void began() {
            state("RUNNING");
        }

        @Override
        void state(String state) {
            Workflow.upsertTypedSearchAttributes(STATE.valueSet(state));
        }

        @Override
        void ended(String state, Money spent) {
            Workflow.upsertTypedSearchAttributes(STATE.valueSet(state), SPENT.valueSet(spent.picoUsd() / PICO_PER_USD));
        }
    };

    /** {@code RUNNING}, {@code WAITING} for people, or how the run ended. */
    static final SearchAttributeKey<String> STATE = SearchAttributeKey.forKeyword("CadreState");

    /** In US dollars, for queries only: books are kept in pico-dollars. */
    static final SearchAttributeKey<Double> SPENT = SearchAttributeKey.forDouble("CadreSpentUsd");

    private static final double PICO_PER_USD = 1e12;

    abstract void began();

    abstract void state(String state);

    abstract void ended(String state, Money spent);
}
