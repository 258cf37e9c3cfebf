// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import dev.cadre.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A call that no script matches; the message shows how it differs from the nearest script, and what else is scripted. */
public final class UnscriptedCallException extends RuntimeException {
    private static final int SHOWN = 5;

    private final String call;

    UnscriptedCallException(ScriptedCall call, List<Script<?>> scripts) {
        super("no script matches the call\n  " + call + "\n" + nearest(call, scripts));
        this.call = call.toString();
    }

    /** The call in one line. */
    String call() {
        return call;
    }

    private static String nearest(ScriptedCall call, List<Script<?>> scripts) {
        if (scripts.isEmpty()) {
            return "nothing is scripted";
        }
        List<Script<?>> near = scripts.stream()
                .filter(script -> script.subject().isPresent())
                .sorted(Difference.nearestTo(
                        call.subject(), script -> script.subject().orElseThrow()))
                .limit(SHOWN)
                .toList();
        String others = scripts.stream()
                .filter(script -> near.isEmpty() || script != near.getFirst())
                .limit(SHOWN)
                .map(script -> "\n  " + script.description())
                .collect(Collectors.joining());
        return difference(call, near)
                .map(shown -> others.isEmpty() ? shown : shown + "\nalso scripted:" + others)
                .orElse("scripted:" + others);
    }

    private static Optional<String> difference(ScriptedCall call, List<Script<?>> near) {
        return near.stream().findFirst().map(script -> {
            Json expected = script.subject().orElseThrow();
            String difference = expected.equals(call.subject())
                    ? "  the same input"
                    : Difference.of(expected, call.subject()).indent(2).stripTrailing();
            return "nearest (- scripted, + called): %s\n%s".formatted(script.description(), difference);
        });
    }
}
