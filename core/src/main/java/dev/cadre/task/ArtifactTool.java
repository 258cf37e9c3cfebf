// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import dev.cadre.json.Json;
import dev.cadre.price.Money;
import dev.cadre.prompt.Prompt;
import java.util.Map;
import java.util.TreeSet;

/**
 * The tool by which a model reads a part of an artifact of its input. It reads those and nothing else; a part that is
 * longer than the result of a tool may be ends earlier and says where to go on, so that nothing is cut.
 */
final class ArtifactTool {
    static final String NAME = "read_artifact";

    /** A part is no longer than this, whatever is asked for. */
    private static final int MAX_RESULT_BYTES = 16_384;

    private final Map<String, Artifact> byId;
    private final int mostBytes;

    /** What the model asks for. */
    record Part(String artifact, int offset, int length) {}

    private ArtifactTool(Map<String, Artifact> byId, int mostBytes) {
        this.byId = byId;
        this.mostBytes = Math.min(mostBytes, MAX_RESULT_BYTES);
    }

    /** @param mostBytes of one result, which has some fifty beside its text */
    static Tool of(Map<String, Artifact> byId, int mostBytes) {
        var reader = new ArtifactTool(byId, mostBytes);
        return Tool.of(NAME, Prompt.READ_ARTIFACT.with(), Part.class, (part, context) -> reader.read(part))
                .spendingUpTo(Money.ZERO);
    }

    private String read(Part asked) throws ToolException {
        Artifact artifact = byId.get(asked.artifact());
        if (artifact == null) {
            throw new ToolException("there is no artifact of this id; the artifacts are "
                    + String.join(", ", new TreeSet<>(byId.keySet())));
        }
        int characters = artifact.text().length();
        if (asked.offset() < 0 || asked.offset() >= characters || asked.length() < 1) {
            throw new ToolException("offset must be from 0 to %d and length at least 1, not %d and %d"
                    .formatted(characters - 1, asked.offset(), asked.length()));
        }
        return longest(artifact, asked.offset(), Math.min(asked.length(), characters - asked.offset()));
    }

    /** The longest part of at most so many characters whose result fits, by bisection; a character always does. */
    private String longest(Artifact artifact, int offset, int length) {
        int fits = Character.isHighSurrogate(artifact.text().charAt(offset)) ? 2 : 1;
        int tooMuch = Math.max(Math.min(length, mostBytes), fits) + 1; // a character has a byte at least
        while (tooMuch - fits > 1) {
            int middle = (fits + tooMuch) >>> 1;
            if (Artifact.bytes(result(artifact, offset, middle)) <= mostBytes) {
                fits = middle;
            } else {
                tooMuch = middle;
            }
        }
        return result(artifact, offset, fits);
    }

    private static String result(Artifact artifact, int offset, int length) {
        String text = artifact.part(offset, offset + length);
        int next = offset + text.length();
        return Json.obj()
                .with("offset", offset)
                .with("next", next < artifact.text().length() ? Json.Num.of(next) : Json.Null.NULL)
                .with("text", text)
                .write();
    }
}
