// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.browser;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Keys by the names that models use, as the DevTools protocol wants them. */
final class Keys {
    private static final int ALT = 1;
    private static final int SHIFT = 8;

    static final Key ENTER = new Key("Enter", 13, "\r");
    static final Key SPACE = new Key(" ", 32, " ");

    private static final Map<String, Integer> MODIFIERS = Map.of(
            "ALT", ALT, "OPTION", ALT, "CTRL", 2, "CONTROL", 2, "META", 4, "CMD", 4, "COMMAND", 4, "SUPER", 4, "SHIFT",
            SHIFT);

    /** The name on the wire and the code of keys that write nothing, or something other than their name. */
    private static final Map<String, Key> NAMED = Map.ofEntries(
            Map.entry("ENTER", ENTER),
            Map.entry("RETURN", ENTER),
            Map.entry("\n", ENTER),
            Map.entry("\r", ENTER),
            Map.entry("SPACE", SPACE),
            Map.entry(" ", SPACE),
            Map.entry("TAB", new Key("Tab", 9, "")),
            Map.entry("\t", new Key("Tab", 9, "")),
            Map.entry("ESC", new Key("Escape", 27, "")),
            Map.entry("ESCAPE", new Key("Escape", 27, "")),
            Map.entry("BACKSPACE", new Key("Backspace", 8, "")),
            Map.entry("DELETE", new Key("Delete", 46, "")),
            Map.entry("HOME", new Key("Home", 36, "")),
            Map.entry("END", new Key("End", 35, "")),
            Map.entry("PAGEUP", new Key("PageUp", 33, "")),
            Map.entry("PAGEDOWN", new Key("PageDown", 34, "")),
            Map.entry("LEFT", new Key("ArrowLeft", 37, "")),
            Map.entry("ARROWLEFT", new Key("ArrowLeft", 37, "")),
            Map.entry("UP", new Key("ArrowUp", 38, "")),
            Map.entry("ARROWUP", new Key("ArrowUp", 38, "")),
            Map.entry("RIGHT", new Key("ArrowRight", 39, "")),
            Map.entry("ARROWRIGHT", new Key("ArrowRight", 39, "")),
            Map.entry("DOWN", new Key("ArrowDown", 40, "")),
            Map.entry("ARROWDOWN", new Key("ArrowDown", 40, "")));

    /** One key. */
    record Key(String name, int code, String text) {
        /** What the protocol wants to know of it. */
        Map<String, Object> event(String type, int modifiers) {
            var event = new HashMap<String, Object>(
                    Map.of("type", type, "key", name, "windowsVirtualKeyCode", code, "modifiers", modifiers));
            boolean writes = !text.isEmpty() && (modifiers & ~SHIFT) == 0;
            if (writes && type.equals("keyDown")) {
                event.put("text", text);
            }
            return event;
        }
    }

    private Keys() {}

    /** The bits of the modifiers among these. */
    static int modifiers(List<String> names) {
        return names.stream()
                .mapToInt(name -> MODIFIERS.getOrDefault(upper(name), 0))
                .reduce(0, (some, more) -> some | more);
    }

    /** What a question about an action begins with, if the modifier with which Chromium saves is among these. */
    static String alt(List<String> names) {
        return (modifiers(names) & ALT) != 0 ? "alt+" : "";
    }

    /**
     * The others, as what they are and not as what they are called: that is what an action is judged by.
     *
     * @throws IllegalArgumentException if there is no such key
     */
    static List<Key> others(List<String> names) {
        return names.stream()
                .filter(name -> !MODIFIERS.containsKey(upper(name)))
                .map(Keys::key)
                .toList();
    }

    private static Key key(String name) {
        Key named = NAMED.get(upper(name));
        if (named != null) {
            return named;
        }
        if (name.codePointCount(0, name.length()) == 1 && !Character.isISOControl(name.codePointAt(0))) {
            return new Key(name, upper(name).codePointAt(0), name);
        }
        throw new IllegalArgumentException("there is no key '%.20s'".formatted(name));
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
