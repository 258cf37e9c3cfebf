// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

/** A value as JSON text. Both methods throw whatever they like for what is no such value. */
interface Form<T> {
    String write(T value);

    T read(String json);
}
