// SPDX-License-Identifier: Apache-2.0
package dev.cadre.budget;

/** Thrown if there is too little money for an allotment; nothing was set aside. */
public final class AllotmentRefusedException extends RuntimeException {

    private final transient Admission.Refused reason;

    AllotmentRefusedException(Admission.Refused reason) {
        super("an allotment of " + reason.message());
        this.reason = reason;
    }

    /** The refusal: contended if the allotment may be granted once an attempt in flight has ended, else exhausted. */
    public Admission.Refused reason() {
        return reason;
    }
}
