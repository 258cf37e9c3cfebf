// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import dev.cadre.computer.Action.Point;
import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.task.ToolException;
import java.util.List;

/** Reads a call of the computer tool: a model's words, so everything in it is bounded and nothing is guessed. */
final class ActionReader {
    private static final int MOST_ACTIONS = 50;
    private static final int MOST_POINTS = 100;
    private static final int MOST_KEYS = 8;
    private static final int MOST_CHARS_OF_A_KEY = 20;
    private static final int MOST_CHARS = 10_000;

    /**
     * One call.
     *
     * @param defect why there are no actions to be done; empty if there are
     */
    record Ask(List<Action> actions, List<SafetyCheck> checks, String defect) {}

    private ActionReader() {}

    /** Reads the provider's doubts first: whatever else is wrong, they are not passed over. */
    static Ask read(String arguments) throws ToolException {
        try {
            Json.Obj call = object(Json.parse(arguments));
            return read(call, checks(call));
        } catch (JsonException malformed) {
            throw new ToolException("bad arguments: " + malformed.getMessage());
        }
    }

    private static Ask read(Json.Obj call, List<SafetyCheck> checks) {
        try {
            var actions = list(call, MOST_ACTIONS, "actions").stream()
                    .map(ActionReader::object)
                    .map(ActionReader::action)
                    .toList();
            return new Ask(actions, checks, "");
        } catch (JsonException malformed) {
            return new Ask(List.of(), checks, "bad arguments: " + malformed.getMessage());
        }
    }

    private static List<SafetyCheck> checks(Json.Obj call) {
        return list(call, Integer.MAX_VALUE, "pending_safety_checks").stream()
                .map(ActionReader::object)
                .map(check -> new SafetyCheck(check.string("id"), text(check, "code"), text(check, "message")))
                .toList();
    }

    private static Action action(Json.Obj action) {
        return switch (action.string("type")) {
            case "screenshot" -> new Action.Look();
            case "wait" -> new Action.Pause();
            case "click" -> new Action.Click(point(action), button(action), keys(action));
            case "double_click" -> new Action.DoubleClick(point(action), keys(action));
            case "move" -> new Action.Move(point(action), keys(action));
            case "scroll" ->
                new Action.Scroll(
                        point(action), action.intValue("scroll_x"), action.intValue("scroll_y"), keys(action));
            case "drag" -> new Action.Drag(path(action), keys(action));
            case "type" -> new Action.Type(typed(action));
            case "keypress" -> new Action.Press(keys(action));
            case String other -> throw new JsonException("there is no action '%.40s'".formatted(PlainText.of(other)));
        };
    }

    private static List<Point> path(Json.Obj action) {
        List<Point> path = list(action, MOST_POINTS, "path").stream()
                .map(ActionReader::object)
                .map(ActionReader::point)
                .toList();
        if (path.size() < 2) {
            throw new JsonException("path: a drag needs at least 2 points");
        }
        return path;
    }

    private static String typed(Json.Obj action) {
        String text = action.string("text");
        if (text.length() > MOST_CHARS) {
            throw new JsonException("text: %d characters, more than %d".formatted(text.length(), MOST_CHARS));
        }
        return text;
    }

    private static Point point(Json.Obj object) {
        return new Point(object.intValue("x"), object.intValue("y"));
    }

    private static Action.Button button(Json.Obj click) {
        return switch (text(click, "button")) {
            case "", "left" -> Action.Button.LEFT;
            case "right" -> Action.Button.RIGHT;
            case "wheel" -> Action.Button.MIDDLE;
            case "back" -> Action.Button.BACK;
            case "forward" -> Action.Button.FORWARD;
            case String other -> throw new JsonException("button: there is no '%.40s'".formatted(PlainText.of(other)));
        };
    }

    private static List<String> keys(Json.Obj action) {
        return list(action, MOST_KEYS, "keys").stream()
                .map(key -> {
                    if (key instanceof Json.Str(String name)) {
                        return key(name);
                    }
                    throw new JsonException("keys: expected strings, got " + key.kind());
                })
                .toList();
    }

    /** A key's name is shown to whoever approves the action: what it writes may not show, its name does. */
    private static String key(String name) {
        return switch (name) {
            case "\n", "\r" -> "ENTER";
            case "\t" -> "TAB";
            case " " -> "SPACE";
            default -> {
                if (name.length() > MOST_CHARS_OF_A_KEY || !PlainText.isPlain(name)) {
                    throw new JsonException("keys: there is no '%.20s'".formatted(PlainText.of(name)));
                }
                yield name;
            }
        };
    }

    /** The items there; none if there is no list, or a null. */
    private static List<Json> list(Json.Obj object, int most, String name) {
        if (object.at(name).orElse(Json.Null.NULL) instanceof Json.Null) {
            return List.of();
        }
        List<Json> items = object.items(name);
        if (items.size() > most) {
            throw new JsonException("%s: %d, more than %d".formatted(name, items.size(), most));
        }
        return items;
    }

    private static String text(Json.Obj object, String name) {
        return object.at(name).orElse(Json.Null.NULL) instanceof Json.Str(String text) ? text : "";
    }

    private static Json.Obj object(Json json) {
        if (json instanceof Json.Obj object) {
            return object;
        }
        throw new JsonException("expected an object, got " + json.kind());
    }
}
