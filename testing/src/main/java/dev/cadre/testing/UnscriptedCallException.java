// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import java.util.Comparator;
import java.util.List;

/** A call that no script matches; the message shows the call and the scripts that come nearest. */
public final class UnscriptedCallException extends RuntimeException {
    private static final int SHOWN = 3;

    UnscriptedCallException(ScriptedCall call, List<Script<?>> scripts) {
        super("no script matches the call\n  " + call + "\nnearest:" + nearest(call, scripts));
    }

    private static String nearest(ScriptedCall call, List<Script<?>> scripts) {
        String wanted = call.purpose().subtaskType() + " " + call.purpose().input();
        List<String> near = scripts.stream()
                .map(Script::description)
                .sorted(Comparator.comparingInt(description -> -commonPrefix(wanted, description)))
                .limit(SHOWN)
                .toList();
        return near.isEmpty() ? " nothing is scripted" : "\n  " + String.join("\n  ", near);
    }

    private static int commonPrefix(String a, String b) {
        int length = 0;
        while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
            length++;
        }
        return length;
    }
}
