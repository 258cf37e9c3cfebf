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
 * @param room how many characters its longest spelling takes that is known where a text is read in pieces
 */
record KnownKey(List<Spelling> spellings, int room) {
    /** A shorter key is a placeholder for a server without keys; masking "x" would spoil every message. */
    private static final int LEAST_CHARACTERS = 8;

    private static final int BASE64_GROUP = 3;

    /** A longer text is read in pieces, so that what is kept of it does not grow with it. */
    static final int PIECE_CHARACTERS = 1 << 17;

    /** One of a key in a spelling, breaks included: what eight escapes may make of it has no bound. */
    private static final int ROOM_OF_A_CHARACTER = 128;

    private static final int LEAST_ROOM = 4096;

    static KnownKey of(String key) {
        if (key.length() < LEAST_CHARACTERS) {
            return new KnownKey(List.of(), 0);
        }
        var spellings = new ArrayList<>(List.of(new Spelling(key, Spelling.Form.PLAIN)));
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        spellings.add(new Spelling(HexFormat.of().formatHex(bytes), Spelling.Form.HEX));
        for (int before = 0; before < BASE64_GROUP; before++) {
            spellings.add(new Spelling(inBase64(key, before), Spelling.Form.BASE64));
        }
        int room = (int) Math.min(Integer.MAX_VALUE / 2, LEAST_ROOM + (long) ROOM_OF_A_CHARACTER * key.length());
        return new KnownKey(List.copyOf(spellings), room);
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

    /** The text with something else in the place of the keys. Takes time linear in it, and memory for one piece of it. */
    static String replacedIn(List<KnownKey> keys, String text, String mask) {
        int room = roomOf(keys);
        var masked = new StringBuilder();
        int shown = 0;
        int from = 0;
        while (from < text.length()) {
            int end = (int) Math.min(text.length(), (long) from + PIECE_CHARACTERS + room);
            String piece = text.substring(from, end);
            int before = end == text.length() ? piece.length() : PIECE_CHARACTERS;
            for (Span span : spans(keys, Readings.of(piece), before)) {
                masked.append(text, shown, from + span.start()).append(mask);
                shown = from + span.end();
            }
            from = Math.max(from + before, shown);
        }
        return shown == 0 ? text : masked.append(text, shown, text.length()).toString();
    }

    static int roomOf(List<KnownKey> keys) {
        return keys.stream().mapToInt(KnownKey::room).max().orElse(0);
    }

    private static List<Span> spans(List<KnownKey> keys, Readings readings, int before) {
        var spans = new ArrayList<Span>();
        for (KnownKey key : keys) {
            key.spellings.forEach(spelling -> spelling.find(readings, before, spans));
        }
        return Span.joined(spans);
    }
}
