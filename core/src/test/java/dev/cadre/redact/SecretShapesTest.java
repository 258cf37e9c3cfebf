// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretShapesTest {
    private static final String WORDS = "the plain words of any text; ";
    private static final int CHARACTERS = 200_000;

    /** Placeholders, what data and words hold by chance, and what is only like a key. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-abcdefghijklmnopqrstuvwxyz0123456789",
                "sk-how-to-write-a-title-of-more-than-forty-characters-2026",
                "task-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
                "iVBORw0KGgoAAAANSUhEUgAKIAQ7ZP3XH2LM5RT9WBxQ",
                "30ACCA4F483A797ABC0AB182B324FB61D108A94BB2C8E3FB",
                "VABNAEcAIABIAFQAVABQAFMAIABJAG4AcwBwAGUAYwB0AGkAbwBuACAAQwBlAHIA",
                "dapiece-of-cake-0123456789",
                "hf_theNameOfTheMethodThatIsOfThirtyFourCharacters",
                "AccountKey="
                        + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
            })
    void placeholderOrData_isNone(String text) {
        assertThat(SecretShapes.occurIn("first " + text + " last")).isFalse();
    }

    /**
     * A text full of beginnings costs a few times what plain words do, in processor time of one run. Up to 300 characters
     * behind each of them cost 40 times that, and all that follows hundreds of times.
     */
    @Test
    @Tag("slow")
    void text_fullOfBeginnings_costsLittleMoreThanPlainWords() {
        List<String> dear = new ArrayList<>();
        beginnings().forEach(part -> {
            double looks = timesDearer(SecretShapes::occurIn, part, 24);
            double masks = timesDearer(Redactor.SHAPES::clean, part, 50);
            if (looks > 24 || masks > 50) {
                dear.add("%s costs %.1f and %.1f times as much".formatted(part, looks, masks));
            }
        });

        assertThat(dear).isEmpty();
    }

    /** Beside plain words measured at the same moment; a dear result is measured again, since another process may run. */
    private static double timesDearer(Function<String, Object> what, String part, int limit) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 5 && least > limit; i++) {
            least = Math.min(least, (double) cost(what, part) / cost(what, WORDS));
        }
        return least;
    }

    private static Stream<String> beginnings() {
        return Stream.concat(
                TokenShape.ALL.stream().map(TokenShape::prefix).flatMap(prefix -> Stream.of(prefix, "x" + prefix)),
                Stream.of(
                        "sk-1",
                        "sk-glpat-xoxb-",
                        "=3Dsk-;",
                        "[0msk-",
                        "sk-.eyJ.",
                        "-----BEGIN ",
                        "-----BEGIN PRIVATE KEY-----",
                        "-----BEGIN PRIVATE KEYx",
                        "-----BEGIN PRIVATE KEY-----\n> ",
                        "PuTTY-User-Key-File-",
                        "PuTTY-User-Key-File-Private-Lines:",
                        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
                        "<RSAKeyValue><D>",
                        "LS0tLS1CRUdJTi",
                        "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ" + "Q".repeat(60),
                        "PrivateKey = ",
                        "\"d\"",
                        "\"d\":\"0123456789012345678901234567890123456789\"",
                        "bearer ",
                        "bearer%;",
                        "Bearer sk-",
                        "\\"));
    }

    /** The least of a few, in nanoseconds. */
    private static long cost(Function<String, Object> what, String part) {
        String text = part.repeat(CHARACTERS / part.length());
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            Object result = what.apply(text);
            least = Math.min(least, ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
            assertThat(result).isNotNull();
        }
        return least;
    }
}
