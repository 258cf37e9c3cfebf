// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * One key in the spellings that encoders give it: in any case, in Base64 and in hexadecimal digits, with line ends in them,
 * and each of these under escapes, of which {@link Readings} takes back several.
 *
 * @param spellings the key as it is, in Base64 and in hexadecimal digits; none of a text that is too short to be a key
 */
record KnownKey(List<Spelling> spellings) {
    /** A shorter key is a placeholder for a server without keys; masking "x" would spoil every message. */
    private static final int LEAST_CHARACTERS = 8;

    private static final int BASE64_GROUP = 3;

    static KnownKey of(String key) {
        if (key.length() < LEAST_CHARACTERS) {
            return new KnownKey(List.of());
        }
        var spellings = new ArrayList<>(List.of(new Spelling(key, Spelling.Form.PLAIN)));
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        spellings.add(new Spelling(HexFormat.of().formatHex(bytes), Spelling.Form.HEX));
        for (int before = 0; before < BASE64_GROUP; before++) {
            spellings.add(new Spelling(inBase64(key, before), Spelling.Form.BASE64));
        }
        return new KnownKey(List.copyOf(spellings));
    }

    /**
     * What of the Base64 depends on the key alone.
     *
     * @param before how many bytes stand in front of it in its three
     */
    private static String inBase64(String key, int before) {
        byte[] bytes = ("\0".repeat(before) + key).getBytes(StandardCharsets.UTF_8);
        int shared = before == 0 ? 0 : before + 1;
        return Base64.getEncoder().encodeToString(bytes).substring(shared, bytes.length / BASE64_GROUP * 4);
    }

    /** The text with something else in the place of the key. Takes time linear in it. */
    String replacedIn(String text, String mask) {
        var readings = Readings.of(text);
        for (Spelling spelling : spellings) {
            String replaced = spelling.replacedIn(readings, mask);
            readings = replaced.equals(readings.text()) ? readings : Readings.of(replaced);
        }
        return readings.text();
    }
}
