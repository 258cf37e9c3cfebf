// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai.testing;

import dev.cadre.json.Json;
import dev.cadre.price.Capability;
import dev.cadre.price.ModelCatalog;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The provider's own tool for operating a screen, at the loopback server: what it asks for, and what it takes as an answer. */
public final class LoopbackComputer {
    private static final String CALL = "computer_call";
    private static final String OUTPUT = "computer_call_output";

    private LoopbackComputer() {}

    /**
     * A wish to have actions done on the screen.
     *
     * @param actions a JSON array in the provider's words, such as {@code [{"type":"wait"}]}
     */
    public static LoopbackReply asks(String callId, String actions) {
        return doubts(callId, actions, "[]");
    }

    /**
     * The same, with doubts that must be approved before the conversation can go on.
     *
     * @param checks a JSON array, such as {@code [{"id":"sc_1","code":"malicious_instructions","message":"..."}]}
     */
    public static LoopbackReply doubts(String callId, String actions, String checks) {
        Json call = Json.obj()
                .with("type", CALL)
                .with("id", "cu_" + callId)
                .with("call_id", callId)
                .with("status", "completed")
                .with("actions", Json.parse(actions))
                .with("pending_safety_checks", Json.parse(checks));
        return LoopbackReply.text("").field("output", Json.arr(call).write());
    }

    /** What is wrong with the calls of a conversation and their answers, or with the model that is given the tool. */
    static Optional<String> defect(LoopbackRequest request) {
        var open = new HashMap<String, Set<String>>();
        for (Json.Obj item : request.items()) {
            String callId = LoopbackRequest.string(item, "call_id");
            switch (LoopbackRequest.string(item, "type")) {
                case CALL -> open.put(callId, ids(item, "pending_safety_checks"));
                case OUTPUT -> {
                    Set<String> pending = open.remove(callId);
                    if (pending == null) {
                        return Optional.of("No tool call found for computer call with call_id " + callId + ".");
                    }
                    if (!pending.equals(ids(item, "acknowledged_safety_checks"))) {
                        return Optional.of("All pending safety checks must be acknowledged: " + pending);
                    }
                    if (!LoopbackRequest.string(item, "output", "image_url").startsWith("data:image/png;base64,")) {
                        return Optional.of("Missing required parameter: 'output.image_url'.");
                    }
                }
                default -> {}
            }
        }
        return unanswered(open).or(() -> unable(request));
    }

    private static Optional<String> unanswered(Map<String, Set<String>> open) {
        return open.keySet().stream().sorted().findFirst().map("No tool output found for computer call %s."::formatted);
    }

    private static Optional<String> unable(LoopbackRequest request) {
        boolean lacksIt = ModelCatalog.standard()
                .find(request.model())
                .filter(spec -> spec.can(Capability.COMPUTER_USE))
                .isEmpty();
        return lacksIt && isGiven(request)
                ? Optional.of("Tool 'computer' is not supported with " + request.model() + ".")
                : Optional.empty();
    }

    private static boolean isGiven(LoopbackRequest request) {
        return request.json().at("tools").orElse(Json.arr()) instanceof Json.Arr tools
                && tools.items().stream().anyMatch(LoopbackComputer::isTool);
    }

    static boolean isTool(Json tool) {
        return tool instanceof Json.Obj object
                && LoopbackRequest.string(object, "type").equals("computer");
    }

    private static Set<String> ids(Json.Obj item, String list) {
        var ids = new HashSet<String>();
        if (item.at(list).orElse(Json.arr()) instanceof Json.Arr checks) {
            for (Json check : checks.items()) {
                ids.add(check instanceof Json.Obj object ? LoopbackRequest.string(object, "id") : "");
            }
        }
        return ids;
    }
}
