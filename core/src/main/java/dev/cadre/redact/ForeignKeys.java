// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.List;

/**
 * The private keys in one text in the forms of single tools: of PuTTY, SSH2, .NET (XML), WireGuard, and JSON web keys.
 * Each has a beginning that little else has, and counts only with a body.
 */
record ForeignKeys(String text) {
    /**
     * A form with a beginning and an end.
     *
     * @param mark what stands before the private part
     */
    private record Form(String head, String mark, String tail) {}

    private static final List<Form> FORMS = List.of(
            new Form("PuTTY-User-Key-File-", "Private-Lines:", "Private-MAC:"),
            new Form(
                    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
                    "KEY ----",
                    "---- END SSH2 ENCRYPTED PRIVATE KEY ----"),
            new Form("<RSAKeyValue", "<D>", "</RSAKeyValue>"),
            new Form("<RSAParameters", "<D>", "</RSAParameters>"),
            new Form("<DSAKeyValue", "<X>", "</DSAKeyValue>"));

    /** Members of a JSON web key of which each gives the key away, as they stand behind a quotation mark. */
    private static final List<String> MEMBERS = List.of("d", "k", "p", "q", "dp", "dq", "qi");

    private static final String TYPE_OF_JSON_WEB_KEY = "kty";
    private static final List<String> ASSIGNED = List.of("PrivateKey", "PresharedKey");
    /** A key of WireGuard has 32 bytes. */
    private static final int ASSIGNED_CHARACTERS = 44;

    private static final int MIN_BODY_CHARACTERS = 27;
    private static final int MAX_BODY_DISTANCE = 300;
    private static final int MAX_KEY_CHARACTERS = 20_000;
    /** A JSON web key of 4,096 bits has 3,300 characters. */
    private static final int MAX_JSON_CHARACTERS = 4_000;

    private static final int MAX_BLANKS = 100;

    private static final int MIN_JSON_CHARACTERS = 40;

    /** The index after the key, or the part of one, that begins here, or this index if none does. */
    int end(int at) {
        return switch (text.charAt(at)) {
            case '-', '<' -> endOfForm(at);
            case 'P', 'p' -> Math.max(endOfForm(at), endOfAssigned(at));
            case '"' -> endOfMember(at);
            default -> at;
        };
    }

    private int endOfForm(int at) {
        for (Form form : FORMS) {
            if (text.startsWith(form.head(), at)) {
                int limit = limit(form.head(), at, MAX_KEY_CHARACTERS);
                int mark = text.indexOf(form.mark(), at, limit);
                if (mark >= 0 && hasBody(mark + form.mark().length(), limit)) {
                    int tail = text.indexOf(form.tail(), mark, limit);
                    return tail < 0 ? limit : endOfLine(tail + form.tail().length(), limit);
                }
            }
        }
        return at;
    }

    /** Where what begins here ends at last: no key goes on behind the beginning of another, so that none is read twice. */
    private int limit(String head, int at, int most) {
        int limit = Math.min(text.length(), at + most);
        int next = text.indexOf(head, at + head.length(), limit);
        return next < 0 ? limit : next;
    }

    private boolean hasBody(int from, int limit) {
        int run = 0;
        for (int at = from; at < Math.min(limit, from + MAX_BODY_DISTANCE) && run < MIN_BODY_CHARACTERS; at++) {
            run = Alphabet.BASE64.has(text.charAt(at)) ? run + 1 : 0;
        }
        return run == MIN_BODY_CHARACTERS;
    }

    /** Behind the check sum that ends a key of PuTTY. */
    private int endOfLine(int from, int limit) {
        int end = from < limit && text.charAt(from) == ' ' ? from + 1 : from;
        return Math.min(limit, Alphabet.HEX.end(text, end));
    }

    private int endOfAssigned(int at) {
        for (String name : ASSIGNED) {
            if (text.regionMatches(true, at, name, 0, name.length())) {
                int sign = behindBlanksAndQuotes(at + name.length());
                int value = sign < text.length() && "=:".indexOf(text.charAt(sign)) >= 0
                        ? behindBlanksAndQuotes(sign + 1)
                        : sign;
                // no further than it takes to tell: the run may hold the next name and the next sign
                int end = Alphabet.BASE64.end(text, value, value + ASSIGNED_CHARACTERS + 1);
                if (end - value == ASSIGNED_CHARACTERS && text.charAt(end - 1) == '=') {
                    return end;
                }
            }
        }
        return at;
    }

    private int endOfMember(int at) {
        for (String name : MEMBERS) {
            if (text.startsWith(name, at + 1)) {
                int value = startOfValue(at + 1 + name.length());
                int end = Alphabet.URL.end(text, value);
                if (end - value >= MIN_JSON_CHARACTERS && isInJsonWebKey(at)) {
                    return end;
                }
            }
        }
        return at;
    }

    /** Where the value of a name that ends here begins, whose quotation marks may be escaped; else the end of the text. */
    private int startOfValue(int endOfName) {
        int at = endOfName;
        for (char sign : new char[] {'"', ':', '"'}) {
            int from = at;
            while (at < text.length()
                    && at - from < MAX_BLANKS
                    && (text.charAt(at) == '\\' || isBlank(text.charAt(at)))) {
                at++;
            }
            if (at == text.length() || text.charAt(at) != sign) {
                return text.length();
            }
            at++;
        }
        return at;
    }

    private boolean isInJsonWebKey(int at) {
        int from = Math.max(0, at - MAX_JSON_CHARACTERS);
        int to = Math.min(text.length(), at + MAX_JSON_CHARACTERS);
        return text.indexOf(TYPE_OF_JSON_WEB_KEY, from, to) >= 0;
    }

    private int behindBlanksAndQuotes(int from) {
        int at = from;
        while (at < text.length() && (isBlank(text.charAt(at)) || isQuote(text.charAt(at))) && at - from < MAX_BLANKS) {
            at++;
        }
        return at;
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }

    /** Line ends, too: JSON allows them, and an assignment that goes on in the next line does no harm here. */
    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
