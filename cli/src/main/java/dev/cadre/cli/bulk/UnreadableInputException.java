// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import java.io.IOException;

/** An input that no item can be read from; the message goes on behind the name of the file. */
public final class UnreadableInputException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableInputException(String says) {
        super(says);
    }
}
