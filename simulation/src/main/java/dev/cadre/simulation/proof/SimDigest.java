// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.schedule.RunEnding;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Hashes over results, in the order in which they come. */
final class SimDigest {
    private SimDigest() {}

    static String of(RunEnding ending) {
        var text = new StringBuilder();
        text.append(ending.status()).append(ending.answer()).append(ending.failure());
        ending.outcomes().forEach((id, outcome) -> text.append('\n').append(id).append(outcome));
        return text(text.append('\n').append(ending.missing()).toString());
    }

    static String of(List<SubtaskOutcome> outcomes) {
        var text = new StringBuilder();
        outcomes.forEach(each -> text.append('\n').append(each.id()).append(each.outcome()));
        return text(text.toString());
    }

    static String text(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 12);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
