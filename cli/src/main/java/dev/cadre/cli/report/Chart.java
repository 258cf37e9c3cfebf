// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.report;

import dev.cadre.model.Tier;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the charts of a page have in common. Lengths are in pixels. */
final class Chart {
    static final int WIDTH = 1_000;
    private static final int TICKS = 5;

    private Chart() {}

    /** The style class of a tier; plain code has none. */
    static String style(@Nullable Tier tier) {
        return tier == null ? "code" : tier.name().toLowerCase(Locale.ROOT);
    }

    static String px(double length) {
        return String.format(Locale.ROOT, "%.1f", length);
    }

    /** A drawing of the whole width of the page; on a narrow one it scrolls by itself. */
    static void draw(Page page, String label, int height, Page.Content content) {
        String box = "0 0 %d %d".formatted(WIDTH, height);
        page.element(
                "div",
                () -> page.element("svg", content, "viewBox", box, "role", "img", "aria-label", label),
                "class",
                "wide chart",
                "tabindex",
                "0",
                "role",
                "group",
                "aria-label",
                label);
    }

    static void bar(Page page, String style, double x, double y, double width, double height, String title) {
        page.element(
                "rect",
                () -> page.element("title", title),
                "class",
                style,
                "x",
                px(x),
                "y",
                px(y),
                "width",
                px(Math.max(width, 1.5)),
                "height",
                px(height));
    }

    static void line(Page page, String style, double x1, double y1, double x2, double y2) {
        page.leaf("line", "class", style, "x1", px(x1), "y1", px(y1), "x2", px(x2), "y2", px(y2));
    }

    static void label(Page page, String style, double x, double y, String text) {
        page.element("text", text, "class", style, "x", px(x), "y", px(y));
    }

    /** A label with its index: of a long one the middle is left out, because its items differ in their end only. */
    static String shortened(String label, int most) {
        String clean = Page.cut(label, Integer.MAX_VALUE);
        int index = clean.lastIndexOf('#');
        int tail = index < 0 ? 0 : clean.length() - index;
        return clean.length() <= most || tail == 0 || tail > most - 2
                ? Page.cut(clean, most)
                : Page.cut(clean.substring(0, index), most - tail) + clean.substring(index);
    }

    /** A patch of a style, and what it stands for. */
    static void key(Page page, String style, String name) {
        page.element("span", "", "class", "key " + style).text(name);
    }

    /** Vertical lines with times on them. */
    static void times(Page page, long length, int left, int height) {
        double perMilli = perMilli(length, left);
        for (int tick = 0; tick <= TICKS; tick++) {
            long at = length * tick / TICKS;
            double x = left + at * perMilli;
            line(page, "grid", x, 0, x, height - 16);
            label(page, tick == TICKS ? "tick last" : "tick", x, height - 4, time(at));
        }
    }

    static double perMilli(long length, int left) {
        return (WIDTH - left) / (double) Math.max(length, 1);
    }

    /** A time for people: {@code 450 ms}, {@code 1.24 s}, {@code 3 min 20 s}. */
    static String time(long millis) {
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.2f s", millis / 1e3);
        }
        var time = Duration.ofMillis(millis);
        return time.toHours() == 0
                ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
                : "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
    }
}
