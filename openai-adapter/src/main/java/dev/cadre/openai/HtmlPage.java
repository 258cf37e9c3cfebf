// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;

/** A page in the place of a reply, such as a proxy, a firewall or a login sends. */
final class HtmlPage {
    private static final long SEARCHED_BYTES = 16 * 1024;
    private static final int MAX_TITLE_CHARS = 80;
    private static final Pattern TITLE =
            Pattern.compile("<title[^>]{0,100}>([^<]{1,1000})</title", Pattern.CASE_INSENSITIVE);

    private HtmlPage() {}

    /** What is to be said of a page; an empty text if the reply is none. Reads no more of other replies than they begin with. */
    static String in(Response response) throws IOException {
        ResponseBody body = response.body();
        MediaType type = body == null ? null : body.contentType();
        if (type == null
                || !type.subtype().contains("html")
                || !beginsWithTag(body.source().peek())) {
            return "";
        }
        Matcher title = TITLE.matcher(response.peekBody(SEARCHED_BYTES).string());
        String named = title.find() ? cut(title.group(1).strip().replaceAll("\\s+", " ")) : "";
        return "a page%s (%s/%s) came instead of JSON, probably from a proxy, a firewall or a login"
                .formatted(named.isEmpty() ? "" : " with the title '" + named + "'", type.type(), type.subtype());
    }

    private static String cut(String title) {
        return title.length() > MAX_TITLE_CHARS ? title.substring(0, MAX_TITLE_CHARS) + "…" : title;
    }

    /** The type of a reply is often given wrongly. */
    private static boolean beginsWithTag(BufferedSource ahead) throws IOException {
        while (!ahead.exhausted()) {
            int next = ahead.readByte() & 0xFF;
            boolean isBlank = Character.isWhitespace(next) || next == 0xEF || next == 0xBB || next == 0xBF;
            if (!isBlank) {
                return next == '<';
            }
        }
        return false;
    }
}
