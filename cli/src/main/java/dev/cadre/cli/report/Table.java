// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import java.util.List;
import java.util.stream.Stream;

/** Writes tables with a caption, whose columns and rows have headings. A wide one scrolls by itself, not the page. */
final class Table {
    /** @param style {@code n} for figures, or empty */
    private record Column(String name, String style) {}

    private final Page page;
    private final String caption;
    private final List<Column> columns;

    private Table(Page page, String caption, List<Column> columns) {
        this.page = page;
        this.caption = caption;
        this.columns = columns;
    }

    /** A table whose columns are texts. */
    static Table of(Page page, String caption, String... texts) {
        return new Table(page, caption, columns(List.of(texts), ""));
    }

    /** With columns of figures behind those that it has. */
    Table figures(String... names) {
        return with(columns(List.of(names), "n"));
    }

    private Table with(List<Column> more) {
        return new Table(
                page, caption, Stream.concat(columns.stream(), more.stream()).toList());
    }

    private static List<Column> columns(List<String> names, String style) {
        return names.stream().map(name -> new Column(name, style)).toList();
    }

    /** Writes it in a frame that scrolls sideways, also by keys. */
    void write(Page.Content rows) {
        page.element(
                "div",
                () -> page.element("table", () -> inside(rows)),
                "class",
                "wide",
                "tabindex",
                "0",
                "role",
                "group",
                "aria-label",
                caption);
    }

    /** Writes one that needs no frame. */
    void write(String style, String id, Page.Content rows) {
        page.element("table", () -> inside(rows), "class", style, "id", id);
    }

    private void inside(Page.Content rows) {
        page.element("caption", caption);
        page.element(
                "thead",
                () -> page.element(
                        "tr", () -> columns.forEach(column -> attributed("th", column.name(), "col", column.style()))));
        page.element("tbody", rows);
    }

    private void attributed(String element, String text, String scope, String style) {
        if (style.isEmpty()) {
            page.element(element, text, "scope", scope);
        } else {
            page.element(element, text, "scope", scope, "class", style);
        }
    }

    /** The first cell of a row, which names it. */
    static void name(Page page, Page.Content content) {
        page.element("th", content, "scope", "row");
    }

    static void number(Page page, String figure) {
        page.element("td", figure, "class", "n");
    }

    /** A cell that needs room. */
    static void longText(Page page, Page.Content content) {
        page.element("td", content, "class", "long");
    }
}
