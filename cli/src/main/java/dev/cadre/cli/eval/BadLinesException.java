// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.eval;

import java.util.List;

/** Lines that are no examples; the message is one line that names the first of them. */
public final class BadLinesException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int SHOWN = 3;

    BadLinesException(List<String> faults) {
        super(String.join("; ", faults.subList(0, Math.min(SHOWN, faults.size())))
                + (faults.size() > SHOWN ? "; and %d more".formatted(faults.size() - SHOWN) : ""));
    }
}
