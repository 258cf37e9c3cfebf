// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing.worlds;

import dev.cadre.budget.Admission;
import dev.cadre.budget.Reservation;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolSpec;
import dev.cadre.price.Money;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.WorkerContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kinds of work in a world of files, as one session of it has them; their answers follow from their inputs. */
final class WorldTypes {
    static final int PASSING = 50;

    record Ask(String text, Map<String, Integer> marks) {}

    /** What every kind of work brings, save for lists. */
    interface Said {
        String text();

        int score();
    }

    record Note(String text, int score) implements Said {}

    /** The same schema, and fewer values. */
    record StrictNote(String text, int score) implements Said {
        StrictNote {
            if (score < PASSING) {
                throw new IllegalArgumentException("a score of %d is too low".formatted(score));
            }
        }
    }

    record Parts(List<String> texts) {}

    private final World world;
    private final int session;
    private final Map<String, SubtaskType<Ask, ?>> all = new LinkedHashMap<>();
    private final Map<String, Integer> written = new ConcurrentHashMap<>();

    WorldTypes(World world, int session) {
        this.world = world;
        this.session = session;
        boolean strict = session > 0 && world.draws(Mishap.STRICTER_OUTPUT);
        Class<? extends Said> output = strict ? StrictNote.class : Note.class;
        add(model("note", output));
        add(judged("judged", output).upTo(Tier.MINI));
        add(model("reading", output).tools(tool("look_up")));
        add(model("writing", output).tools(tool("write_down").writing(Tool.Effect.WRITES)));
        add(model("split", Parts.class));
        add(SubtaskType.code("code", Ask.class, Note.class, (ask, context) -> code(ask, context)));
    }

    private <O> void add(SubtaskType<Ask, O> type) {
        all.put(type.name(), type);
    }

    SubtaskType<Ask, ?> type(String name) {
        SubtaskType<Ask, ?> type = all.get(name);
        if (type == null) {
            throw new IllegalArgumentException(name);
        }
        return type;
    }

    private <O> SubtaskType<Ask, O> model(String name, Class<O> output) {
        boolean changed = session > 0 && world.draws(Mishap.NEW_INSTRUCTIONS);
        return SubtaskType.model(name, Ask.class, output, changed ? "Answer better." : "Answer.")
                .describedAs("Answers.")
                .maxOutputTokens(200);
    }

    private <O extends Said> SubtaskType<Ask, O> judged(String name, Class<O> output) {
        return model(name, output).accept("the score is high enough", (ask, said) -> {
            if (world.befalls(Mishap.RULE_THROWS, "rule " + ask.text())) {
                world.ruleBroke(ask.text());
                throw new IllegalStateException("the rule broke");
            }
            return said.score() >= PASSING;
        });
    }

    private Tool tool(String name) {
        return Tool.raw(new ToolSpec(name, "Looks up or writes.", "{\"type\":\"object\"}"), (arguments, context) -> {
            if (name.equals("write_down")) {
                world.wrote(context.subtaskId());
            }
            if (world.befalls(Mishap.TOOL_THROWS, "tool " + context.subtaskId())) {
                throw new IllegalStateException("the tool broke");
            }
            return "a page";
        });
    }

    private Note code(Ask ask, WorkerContext context) throws Exception {
        spend(ask, context);
        if (world.befalls(Mishap.CODE_THROWS, "code " + ask.text())) {
            throw new IllegalStateException("the code broke");
        }
        if (world.befalls(Mishap.CODE_THROWS_CHECKED, "code " + ask.text())) {
            throw new java.io.IOException("the code broke");
        }
        if (world.befalls(Mishap.CODE_THROWS_ERROR, "code " + ask.text())) {
            throw new NoSuchMethodError("the code broke");
        }
        Note note = new Note(text("code", ask.text()), PASSING);
        return world.befalls(Mishap.CODE_RETURNS_NULL, "code " + ask.text()) ? nothing() : note;
    }

    /** What a nested run or an API of one's own would do. */
    private void spend(Ask ask, WorkerContext context) {
        if (world.befalls(Mishap.CODE_SPENDS, "code " + ask.text())
                && context.budget().reserve(Money.usd("0.00002"))
                        instanceof Admission.Granted(Reservation reservation)) {
            Money cost = Money.usd("0.000015");
            world.billed(cost);
            reservation.settle(cost);
        }
    }

    /** What a contract does not allow, and code does all the same. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    static <T> T nothing() {
        return null;
    }

    // --- what is right

    static String text(String type, String ask) {
        return type + "-" + Integer.toHexString((type + ask).hashCode());
    }

    /** The score that a tier gives: a dearer one is good enough. */
    static int score(String ask, Tier tier) {
        return tier == Tier.NANO ? Math.floorMod(ask.hashCode() * 31, 100) : PASSING;
    }

    static List<String> parts(String ask) {
        int count = Math.floorMod(ask.hashCode(), 4);
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> ask + "/" + i)
                .toList();
    }

    /** Whether an outcome's value is what the type makes of this. */
    static boolean isRight(String type, String ask, Object value) {
        return switch (value) {
            case Said said -> said.text().equals(text(type, ask));
            case Parts(List<String> texts) -> texts.equals(parts(ask));
            default -> false;
        };
    }
}
