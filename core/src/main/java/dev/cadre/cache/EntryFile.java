// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cadre.journal.Fingerprint;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.price.Money;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * The content of the file of one entry: a JSON object with a digest of its other fields and of the fingerprint that the
 * file is named by. The digest finds torn, changed and renamed files; it is no proof against whoever may write here.
 *
 * @param made when the outcome was made
 */
record EntryFile(CachedOutcome outcome, Instant made) {
    private static final int VERSION = 1;
    private static final String SUFFIX = ".json";

    static String name(Fingerprint work) {
        return work.hex() + SUFFIX;
    }

    /** Whether a file of this name is an entry; no other one is ever touched. */
    static boolean isNamed(String name) {
        return name.matches("[0-9a-f]{64}\\.json");
    }

    byte[] write(Fingerprint work) {
        return (Json.obj()
                                .with("v", VERSION)
                                .with("digest", digest(work).hex())
                                .with("at", made.toEpochMilli())
                                .with("picoUsd", outcome.cost().picoUsd())
                                .with("output", outcome.output())
                                .write()
                        + "\n")
                .getBytes(UTF_8);
    }

    /** @throws IllegalArgumentException if these are not the bytes of an entry of this work */
    static EntryFile read(Fingerprint work, byte[] content) {
        try {
            Json.Obj json = Json.obj()
                    .with("entry", Json.parse(new String(content, UTF_8)))
                    .object("entry");
            if (json.intValue("v") != VERSION) {
                throw new IllegalArgumentException("it has another format");
            }
            var entry = new EntryFile(
                    new CachedOutcome(json.string("output"), Money.ofPico(json.longValue("picoUsd"))),
                    Instant.ofEpochMilli(json.longValue("at")));
            if (!entry.digest(work).hex().equals(json.string("digest"))) {
                throw new IllegalArgumentException("its digest is another");
            }
            return entry;
        } catch (JsonException | DateTimeException | ArithmeticException foreign) {
            throw new IllegalArgumentException(foreign);
        }
    }

    private Fingerprint digest(Fingerprint work) {
        return Fingerprint.of(
                "entry",
                work.hex(),
                Long.toString(made.toEpochMilli()),
                Long.toString(outcome.cost().picoUsd()),
                outcome.output());
    }
}
