// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import org.jspecify.annotations.Nullable;

/** A cassette that cannot be played or kept: it is missing, damaged, cannot be written, or lacks what was asked of it. */
public final class CassetteException extends RuntimeException {
    CassetteException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
