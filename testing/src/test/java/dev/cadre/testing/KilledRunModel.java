// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

import static dev.cadre.testing.Crew.merged;
import static dev.cadre.testing.Crew.plan;

import dev.cadre.model.CallContext;
import dev.cadre.model.CallPurpose;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.TokenUsage;
import dev.cadre.schema.JsonType;
import dev.cadre.testing.Crew.Brief;
import dev.cadre.testing.Crew.Note;
import dev.cadre.testing.KilledRun.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The model of a {@link KilledRun}: it answers by what it is asked, and writes every call into a file. */
record KilledRunModel(KilledRun run, Path calls) implements ModelClient {
    @Override
    public ModelReply call(ModelRequest request, CallContext context) {
        String text = request.turns().toString();
        write(label(context.purpose(), text));
        String asked = Integer.toHexString(text.hashCode());
        String answer = switch (context.purpose().subtaskType()) {
            case "planner" -> stream(plan(run.planned(round(text)).toArray(String[]::new)), context);
            case "merger" -> merged(knowsExtra(text) ? asked + " " + KilledRun.EXTRA : asked);
            case "brief" -> JsonType.of(Brief.class).write(new Brief(asked));
            case "split" -> JsonType.of(Names.class).write(new Names(KilledRun.labels("pet ", KilledRun.PETS)));
            default -> JsonType.of(Note.class).write(new Note("about " + asked));
        };
        return ModelReply.of(request.model(), answer, TokenUsage.of(100, 20));
    }

    /** In which round a planner is asked this. */
    private static int round(String text) {
        if (text.contains("the answer was rejected")) {
            return 2;
        }
        return text.contains("Not done (") ? 1 : 0;
    }

    private static boolean knowsExtra(String text) {
        return text.contains(KilledRun.EXTRA);
    }

    /** A plan that is read while it is being written. */
    private static String stream(String plan, CallContext context) {
        int half = plan.length() / 2;
        context.text().accept(plan.substring(0, half));
        context.text().accept(plan.substring(half));
        return plan;
    }

    /** What the journal calls it; the second call with the same name has a 2 behind it. */
    private static String label(CallPurpose purpose, String text) {
        return switch (purpose.kind()) {
            case PLAN -> KilledRun.numbered(KilledRun.PLANNER, 1 + round(text));
            case MERGE -> KilledRun.numbered(KilledRun.MERGER, knowsExtra(text) ? 2 : 1);
            case WORK, CODE, REPAIR, ESCALATION -> purpose.subtaskId();
        };
    }

    private void write(String call) {
        try {
            Files.writeString(calls, call + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
