// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The file of a {@link Cassette} that a test takes as a parameter, relative to the module's folder. */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Recorded {
    /** The path, such as {@code src/test/cassettes/brief.jsonl}. */
    String value();
}
