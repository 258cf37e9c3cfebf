// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of addresses in CIDR notation, such as {@code 10.0.0.0/8} or {@code fd00::/8}. Names are never looked up, so it
 * holds addresses that are written as such.
 */
final class AddressRange {
    private static final Pattern RANGE = Pattern.compile("\\[?([0-9a-f.:]{2,45})]?/(\\d{1,3})");
    /** What the JDK takes for a name, it looks up. */
    private static final Pattern FOUR =
            Pattern.compile("(?:(?:0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])(?:\\.(?!$)|$)){4}");

    private static final Pattern SIX = Pattern.compile("[0-9a-f]{0,4}:[0-9a-f.:]{1,40}");

    private final byte[] first;
    private final int bits;

    private AddressRange(byte[] first, int bits) {
        this.first = first;
        this.bits = bits;
    }

    /** The range that a text in small letters names; empty if it names none. */
    static Optional<AddressRange> parse(String text) {
        Matcher range = RANGE.matcher(text);
        if (!range.matches()) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(range.group(2));
        return address(range.group(1))
                .filter(first -> bits <= first.length * Byte.SIZE)
                .map(first -> new AddressRange(first, bits));
    }

    /** Whether a host, an address of version 6 in brackets or bare, lies in it; a name does not. */
    boolean contains(String host) {
        return address(host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host)
                .filter(address -> address.length == first.length && startsAlike(address))
                .isPresent();
    }

    private boolean startsAlike(byte[] address) {
        for (int bit = 0; bit < bits; bit++) {
            int mask = 1 << (Byte.SIZE - 1 - bit % Byte.SIZE);
            if (((address[bit / Byte.SIZE] ^ first[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private static Optional<byte[]> address(String text) {
        if (!FOUR.matcher(text).matches() && !SIX.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text).getAddress());
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }
}
