// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.model.Batch;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The provider rejected a whole batch of a bulk run. Nothing of that batch was done or billed. */
public final class BatchRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 5;

    private final String batchId;
    private final transient List<Batch.Defect> defects;

    BatchRejectedException(Batch batch, UnaryOperator<String> masker) {
        super(masker.apply("the provider rejected batch %s: %s"
                .formatted(
                        batch.id(),
                        batch.defects().stream()
                                .limit(SHOWN)
                                .map(Batch.Defect::toString)
                                .collect(Collectors.joining("; ")))));
        batchId = masker.apply(batch.id());
        defects = batch.defects().stream().map(each -> each.maskedBy(masker)).toList();
    }

    public String batchId() {
        return batchId;
    }

    /** What the provider objected to; empty if it gave no reason. */
    public List<Batch.Defect> defects() {
        return defects;
    }
}
