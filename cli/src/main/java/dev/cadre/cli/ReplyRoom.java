// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import dev.cadre.cli.SearchDocument.Answer;
import dev.cadre.cli.SearchDocument.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one answer of a server has room for: the sentences, then the places in their order. Characters are counted as JSON
 * writes them, so that a line of code without letters takes no more than one of English. For one answer.
 */
final class ReplyRoom {
    /** As a text and as data a place stands in an answer twice, so that an answer has some 500 KB at most. */
    static final int MOST_CHARACTERS = 1 << 18;

    private static final String MARK = "… [cut]";
    private static final int ESCAPED_CHARACTERS = 6;

    private int left = MOST_CHARACTERS;
    private int cut;
    private int leftOut;

    private ReplyRoom() {}

    /** The document with what fits, and a note if that is not all. */
    static SearchDocument fitted(SearchDocument document) {
        return new ReplyRoom().fit(document);
    }

    private SearchDocument fit(SearchDocument document) {
        List<Answer> sentences = document.answer().stream()
                .map(each -> new Answer(fit(each.text()), each.citations()))
                .toList();
        List<String> notes = document.notes().stream().map(this::fit).toList();
        var places = new ArrayList<Result>();
        for (Result place : document.results()) {
            if (leftOut == 0 && written(place.path()) <= left) {
                places.add(fit(place));
            } else {
                leftOut++;
            }
        }
        if (cut + leftOut == 0) {
            return document;
        }
        String note = "%d texts are cut and %d places left out: an answer has at most %d characters of them;"
                .formatted(cut, leftOut, MOST_CHARACTERS);
        return document.withTexts(
                sentences,
                places,
                Stream.concat(Stream.of(note + " ask with a smaller maxResults, or read the files"), notes.stream())
                        .toList());
    }

    private Result fit(Result place) {
        left -= (int) written(place.path());
        return new Result(
                place.id(),
                place.path(),
                place.startLine(),
                place.endLine(),
                place.line(),
                fit(place.symbol()),
                fit(place.snippet()),
                place.score(),
                place.foundBy());
    }

    /** The text, or its first lines that fit; of a first line what fits. */
    private String fit(String text) {
        int end = 0;
        while (end < text.length() && written(text.charAt(end)) <= left) {
            left -= written(text.charAt(end++));
        }
        if (end == text.length()) {
            return text;
        }
        cut++;
        left = 0;
        int line = text.lastIndexOf('\n', end);
        boolean isSplit = line < 0 && end > 0 && Character.isHighSurrogate(text.charAt(end - 1));
        return text.substring(0, line >= 0 ? line + 1 : isSplit ? end - 1 : end) + MARK;
    }

    private static long written(String text) {
        return text.chars().mapToLong(c -> written((char) c)).sum();
    }

    private static int written(char c) {
        return c < ' ' || c > '~' ? ESCAPED_CHARACTERS : c == '"' || c == '\\' ? 2 : 1;
    }
}
