// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cadre.openai.StreamedCall.Piece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins the pieces of streamed tool calls. A piece belongs to the call of its id, else to that of its index, else to the
 * last one; unless it names a function when that call is already another or whole: some servers give all calls of a turn
 * one index or one id, or every piece a new id.
 */
final class ChatCallPieces {
    private final Set<String> tools;
    private final ReplyNotes notes;
    private final List<StreamedCall> calls = new ArrayList<>();
    private final Map<String, StreamedCall> byId = new HashMap<>();
    private final Map<Integer, StreamedCall> byIndex = new HashMap<>();
    private @Nullable StreamedCall last;

    /** @param tools the names that a call may have */
    ChatCallPieces(Set<String> tools, ReplyNotes notes) {
        this.tools = tools;
        this.notes = notes;
    }

    /** Takes the pieces of one chunk: of several without id and index, the place in the list is the index. */
    void add(List<JsonNode> parts) {
        for (int place = 0; place < parts.size(); place++) {
            Piece piece = Piece.of(parts.get(place), notes);
            boolean isOne = parts.size() == 1;
            StreamedCall call = find(piece, isOne ? last : byIndex.get(place));
            boolean begins = call == null || call.isOtherThan(piece);
            if (call == null || begins) {
                call = begin();
            }
            call.add(piece);
            remember(call, piece);
            if (begins && !piece.isIndexed()) {
                byIndex.put(isOne ? calls.size() - 1 : place, call);
            }
        }
    }

    private @Nullable StreamedCall find(Piece piece, @Nullable StreamedCall otherwise) {
        StreamedCall known = byId.get(piece.id());
        if (known != null && known.isAt(piece)) {
            return known;
        }
        return piece.isIndexed() ? byIndex.get(piece.index()) : otherwise;
    }

    private StreamedCall begin() {
        var call = new StreamedCall(tools, notes);
        calls.add(call);
        return call;
    }

    private void remember(StreamedCall call, Piece piece) {
        last = call;
        if (!piece.id().isEmpty()) {
            byId.put(piece.id(), call);
        }
        if (piece.isIndexed()) {
            byIndex.put(piece.index(), call);
        }
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    ArrayNode joined() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        calls.forEach(call -> array.add(call.joined()));
        return array;
    }
}
