// SPDX-License-Identifier: Apache-2.0
package dev.cadre.simulation.proof;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a simulated model says. */
record SimAnswer(Finish finish, String text, List<ToolCall> toolCalls) {

    static SimAnswer of(ModelRequest request, Tier tier, SimFaults.Answers faults, SplittableRandom dice) {
        if (!request.tools().isEmpty() && SimDice.chance(dice, 0.5)) {
            return new SimAnswer(Finish.TOOL_CALLS, "", calls(request, dice));
        }
        if (SimDice.chance(dice, faults.content())) {
            return spoiled(dice);
        }
        boolean poor = SimDice.chance(dice, faults.poor() * weakness(tier));
        int score = poor ? dice.nextInt(SimTypes.PASSING_SCORE) : SimTypes.PASSING_SCORE + dice.nextInt(50);
        return new SimAnswer(Finish.COMPLETE, finding(dice, score), List.of());
    }

    boolean isCut() {
        return finish == Finish.TRUNCATED;
    }

    private static double weakness(Tier tier) {
        return switch (tier) {
            case NANO -> 1;
            case MINI -> 0.4;
            case FLAGSHIP -> 0.2;
        };
    }

    private static SimAnswer spoiled(SplittableRandom dice) {
        return switch (dice.nextInt(8)) {
            case 0 -> new SimAnswer(Finish.REFUSED, "I would rather not.", List.of());
            case 1 -> new SimAnswer(Finish.FILTERED, "", List.of());
            case 2, 3 -> new SimAnswer(Finish.TRUNCATED, "{\"text\":\"half", List.of());
            case 4 -> new SimAnswer(Finish.COMPLETE, "here you are", List.of());
            default -> new SimAnswer(Finish.COMPLETE, "{\"text\":7}", List.of());
        };
    }

    private static String finding(SplittableRandom dice, int score) {
        return "{\"text\":\"%x\",\"score\":%d}".formatted(dice.nextInt(), score);
    }

    /** Mostly the type's own tools; now and then one that does not exist, or the same question again. */
    private static List<ToolCall> calls(ModelRequest request, SplittableRandom dice) {
        int round = request.turns().size();
        var calls = new ArrayList<ToolCall>();
        for (int i = 0; i <= dice.nextInt(3); i++) {
            String name = dice.nextInt(10) == 0
                    ? "unknown"
                    : request.tools().get(dice.nextInt(request.tools().size())).name();
            calls.add(new ToolCall("c" + round + "-" + i, name, "{\"page\":%d}".formatted(dice.nextInt(6))));
        }
        return calls;
    }
}
