// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import dev.cadre.price.CountRange;

/** How long the input of a subtask is, as far as that is known before it runs. */
public sealed interface InputSize {
    /** The input itself: an instance of the type's input. */
    record Known(Object input) implements InputSize {}

    /** An input that is yet to be made: the UTF-8 bytes of its JSON. */
    record Between(CountRange bytes) implements InputSize {}
}
