// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.MergeParts;
import dev.cadre.pool.AttemptListener;
import dev.cadre.record.MergePart;
import dev.cadre.record.RunRecord;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The parts of the merge of a run: each has events of its own, and a record if the run has one.
 *
 * @param record the record of the run, if it is kept
 * @param unrecorded hears of the attempts of a run that is not recorded
 * @param recorded the same behind a recorder
 */
record RunMergeParts(Optional<RunRecord> record, AttemptListener unrecorded, UnaryOperator<AttemptListener> recorded)
        implements MergeParts {
    @Override
    public Part part(int number, String question) {
        Optional<MergePart> part = record.map(kept -> kept.mergePart(number, question));
        return new OfRun(
                part,
                part.<AttemptListener>map(MergePart::recorder).map(recorded).orElse(unrecorded));
    }

    private record OfRun(Optional<MergePart> record, AttemptListener attempts) implements Part {
        @Override
        public Optional<String> recall() {
            return record.flatMap(MergePart::recall);
        }

        @Override
        public void keep(String result) {
            record.ifPresent(kept -> kept.keep(result));
        }
    }
}
