// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.model.OutputFormat;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import java.util.List;

/**
 * What a judge must reply that chooses one of several candidates.
 *
 * @param candidates how many there are, numbered from 1
 */
record ChoiceFormat(int candidates) implements ReplyFormat<ChoiceFormat.Choice> {
    private static final JsonType<Choice> TYPE = JsonType.of(Choice.class);

    /**
     * A choice.
     *
     * @param why what decided, in the judge's words
     * @param best the number of a candidate
     */
    record Choice(String why, int best) {}

    @Override
    public OutputFormat output() {
        return new OutputFormat.JsonSchema(TYPE.schemaName(), TYPE.schema());
    }

    @Override
    public Choice read(String reply) {
        Choice choice = TYPE.read(reply);
        if (choice.best() < 1 || choice.best() > candidates) {
            throw new JsonMismatchException(List.of(
                    "$.best: %d is no number of a candidate, which are 1 to %d".formatted(choice.best(), candidates)));
        }
        return choice;
    }

    /** A choice as text to be kept. */
    static String keep(Choice choice) {
        return TYPE.write(choice);
    }
}
