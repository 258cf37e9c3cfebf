// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.merge.MergeParts;
import dev.cadre.pool.AttemptListener;
import dev.cadre.record.MergePart;
import java.util.Optional;

/**
 * The parts of the merge of a run: each has events of its own, and a record if the run has one.
 *
 * @param run the run
 */
record RunMergeParts(Run run) implements MergeParts {
    @Override
    public Part part(int number, String question) {
        return new OfRun(run, run.record().map(record -> record.mergePart(number, question)));
    }

    private record OfRun(Run run, Optional<MergePart> record) implements Part {
        @Override
        public Optional<String> recall() {
            return record.flatMap(MergePart::recall);
        }

        @Override
        public AttemptListener attempts() {
            return record.map(kept -> run.attempts(kept.recorder())).orElseGet(run::attempts);
        }

        @Override
        public void keep(String result) {
            record.ifPresent(kept -> kept.keep(result));
        }
    }
}
