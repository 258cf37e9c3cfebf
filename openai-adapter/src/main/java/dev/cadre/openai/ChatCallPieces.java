// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cadre.openai.StreamedCall.Piece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    private boolean hasPieces;

    /** @param tools the names that a call may have */
    ChatCallPieces(Set<String> tools, ReplyNotes notes) {
        this.tools = tools;
        this.notes = notes;
    }

    /** Takes the pieces of one chunk: of several without id and index, the place in the list is the index. */
    void add(List<JsonNode> parts) {
        hasPieces |= !parts.isEmpty();
        for (int place = 0; place < parts.size(); place++) {
            add(Piece.of(parts.get(place), notes), place, parts.size());
        }
    }

    private StreamedCall add(Piece piece, int place, int pieces) {
        boolean isOne = pieces == 1;
        StreamedCall call = find(piece, isOne ? last : byIndex.get(place));
        boolean begins = call == null || call.isOtherThan(piece);
        if (call == null || begins) {
            call = begin();
        }
        addTo(call, piece);
        if (begins && !piece.isIndexed()) {
            byIndex.put(isOne ? calls.size() - 1 : place, call);
        }
        return call;
    }

    /** Takes the calls of a message, which may say again, as a whole, what pieces said, or more. */
    void addWhole(List<JsonNode> parts) {
        List<Piece> wholes = parts.stream().map(part -> Piece.of(part, notes)).toList();
        boolean isAgain = hasPieces;
        var taken = new HashSet<StreamedCall>();
        var left = new TreeMap<Integer, Piece>();
        for (int place = 0; place < wholes.size(); place++) {
            Piece whole = wholes.get(place);
            if (!addTo(byId.get(whole.id()), whole, taken)) {
                left.put(place, whole);
            }
        }
        left.forEach((place, whole) -> {
            boolean hasPlace = isAgain && place < calls.size();
            if (!addTo(hasPlace ? calls.get(place) : null, whole, taken)) {
                taken.add(isAgain ? addTo(begin(), whole) : add(whole, place, wholes.size()));
            }
        });
    }

    /** Adds a whole to a call that may be the same; returns whether it is. */
    private static boolean addTo(@Nullable StreamedCall call, Piece whole, Set<StreamedCall> taken) {
        boolean isSame = call != null && !taken.contains(call) && call.mayBe(whole);
        if (call != null && isSame) {
            call.addWhole(whole);
            taken.add(call);
        }
        return isSame;
    }

    private StreamedCall addTo(StreamedCall call, Piece piece) {
        call.add(piece);
        last = call;
        if (!piece.id().isEmpty()) {
            byId.put(piece.id(), call);
        }
        if (piece.isIndexed()) {
            byIndex.put(piece.index(), call);
        }
        return call;
    }

    private @Nullable StreamedCall find(Piece piece, @Nullable StreamedCall otherwise) {
        StreamedCall known = byId.get(piece.id());
        StreamedCall next = piece.isIndexed() ? byIndex.get(piece.index()) : otherwise;
        if (known == null || !(known.isAt(piece) || (next != null && next.hasOtherIdThan(piece)))) {
            return next;
        }
        if (known != next) {
            notes.add("pieces of tool calls were told apart by their ids alone");
        }
        return known;
    }

    private StreamedCall begin() {
        var call = new StreamedCall(tools, notes);
        calls.add(call);
        return call;
    }

    int size() {
        return calls.size();
    }

    ArrayNode joined() {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        calls.forEach(call -> array.add(call.joined()));
        return array;
    }
}
