// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** A journal in the form of earlier versions, which had no entries for batches. */
final class EarlierJournal {
    private static final Pattern SHARD =
            Pattern.compile("\"kind\":\"shard\",(\"run\":\"[^\"]*\"),\"shard\":(\\d+),\"fact\":\"[^\"]*\",(.*)}");
    private static final Pattern REQUEST = Pattern.compile("\"kind\":\"(enqueued|collected)\",(.*)\"shard\":(\\d+)");
    private static final int COVERED_FROM = "{\"crc\":\"00000000\",".length();

    private EarlierJournal() {}

    /** Rewrites a journal. */
    static void rewrite(Path journal) throws IOException {
        var lines = new StringBuilder();
        int position = 0;
        for (String line : Files.readAllLines(journal)) {
            String earlier = SHARD.matcher(line).replaceFirst(shard(position++));
            lines.append(sealed(REQUEST.matcher(earlier).replaceFirst(EarlierJournal::request) + "\n"));
        }
        Files.writeString(journal, lines);
    }

    /** Every value of a fact was a text. */
    private static Function<MatchResult, String> shard(int position) {
        return match -> "\"kind\":\"plan_admitted\",%s,\"position\":%d,\"body\":{\"shard\":\"%s\",%s}}"
                .formatted(
                        match.group(1), position, match.group(2), match.group(3).replaceAll(":(\\d+)", ":\"$1\""));
    }

    private static String request(MatchResult match) {
        String kind = match.group(1).equals("enqueued") ? "intent" : "settled";
        int attempt = 1_000_000 + Integer.parseInt(match.group(3));
        return "\"kind\":\"%s\",%s\"attempt\":%d".formatted(kind, match.group(2), attempt);
    }

    private static String sealed(String line) {
        String covered = line.substring(COVERED_FROM);
        var crc = new CRC32C();
        crc.update(covered.getBytes(UTF_8));
        return "{\"crc\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"," + covered;
    }
}
