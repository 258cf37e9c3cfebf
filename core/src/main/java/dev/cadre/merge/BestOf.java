// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.merge.ChoiceFormat.Choice;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.pool.ModelPool;
import dev.cadre.pool.ModelPools;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Lets a model choose the best of what the subtasks of a type returned. It is asked twice, about the candidates in one
 * order and in the reverse, so that a preference for the first or the last one shows.
 *
 * @param <O> the type of the candidates
 */
final class BestOf<O> implements Merger<O> {
    private static final int ORDERS = 2;

    private final SubtaskType<?, O> type;
    private final Tier tier;
    private final String criterion;

    BestOf(SubtaskType<?, O> type, Tier tier, String criterion) {
        if (criterion.isBlank()) {
            throw new IllegalArgumentException("the criterion of the best '%s' is blank".formatted(type.name()));
        }
        if (type.outputType().holdsAttachments()) {
            throw new IllegalArgumentException(
                    "a judge sees no pictures or files, and the outputs of subtask type '%s' have some: %s"
                            .formatted(type.name(), type.outputType().javaType().getTypeName()));
        }
        this.type = type;
        this.tier = tier;
        this.criterion = criterion;
    }

    /** @param json one line, which no text of a candidate can break */
    private record Candidate<O>(String id, O value, String json) {}

    /** The candidates in one order, and what the judge is asked about them. */
    private record Order<O>(
            int number,
            List<Candidate<O>> candidates,
            ModelRequest request,
            MergeParts.Part part,
            Optional<Choice> kept) {
        Candidate<O> chosen(Choice choice) {
            return candidates.get(choice.best() - 1);
        }
    }

    private Asking<Choice> asking(int candidates) {
        return Asking.of(tier, Prompt.JUDGE_BEST.with(criterion), Wishes.NONE, new ChoiceFormat(candidates));
    }

    @Override
    public Merged<O> merge(MergeInput input, MergeTerms terms) throws InterruptedException {
        List<Candidate<O>> candidates = candidates(input);
        return candidates.size() == 1 ? Merged.of(candidates.getFirst().value()) : best(candidates, input, terms);
    }

    /** Of equal values the first in plan order; a judge could not tell them apart. */
    private List<Candidate<O>> candidates(MergeInput input) {
        var candidates = new ArrayList<Candidate<O>>();
        Set<String> known = new HashSet<>();
        for (Returned<O> each : input.returned(type)) {
            if (each.value().isPresent()) {
                O value = each.value().get();
                String json = type.outputType().canonical(value);
                if (known.add(json)) {
                    candidates.add(new Candidate<>(each.id(), value, json));
                }
            }
        }
        if (candidates.isEmpty()) {
            throw new MergeFailedException("no subtask of type '%s' returned a value".formatted(type.name()));
        }
        return candidates;
    }

    private Merged<O> best(List<Candidate<O>> candidates, MergeInput input, MergeTerms terms)
            throws InterruptedException {
        ModelPool pool = terms.pools().pool(tier);
        Asking<Choice> asking = asking(candidates.size());
        List<Candidate<O>> shuffled = shuffled(candidates);
        List<Order<O>> orders =
                List.of(order(0, shuffled, asking, input, terms), order(1, shuffled.reversed(), asking, input, terms));
        requireRoom(orders, asking.prompt(pool, terms.limits()), input, terms);
        var abreast = new Abreast("cadre-%s-merger#".formatted(terms.runId()));
        List<Callable<Choice>> asked = new ArrayList<>();
        orders.forEach(order -> asked.add(() -> choice(order, asking, input, terms, abreast)));
        List<Choice> choices = abreast.all(asked);
        Candidate<O> first = orders.get(0).chosen(choices.get(0));
        Candidate<O> second = orders.get(1).chosen(choices.get(1));
        String why = Excerpt.line(choices.get(0).why());
        if (first.equals(second)) {
            return new Merged<>(
                    first.value(),
                    List.of(),
                    List.of("the judge chose '%s' in both orders: %s".formatted(first.id(), why)));
        }
        Candidate<O> earlier = candidates.indexOf(first) < candidates.indexOf(second) ? first : second;
        return new Merged<>(
                earlier.value(),
                List.of(),
                List.of(
                        "the judge chose '%s' in one order of the candidates and '%s' in the other: a tie, of which the answer is '%s', the first in plan order"
                                .formatted(first.id(), second.id(), earlier.id())));
    }

    /** The same outcomes have the same order, and none has its place because of its place in the plan. */
    private List<Candidate<O>> shuffled(List<Candidate<O>> candidates) {
        var order = new ArrayList<>(candidates);
        String all = String.join("\n", candidates.stream().map(Candidate::json).toList());
        Collections.shuffle(order, new Random(Long.parseUnsignedLong(MergePrompt.digest(all), 16)));
        return order;
    }

    private Order<O> order(
            int number, List<Candidate<O>> order, Asking<Choice> asking, MergeInput input, MergeTerms terms) {
        var text = new StringBuilder();
        for (int index = 0; index < order.size(); index++) {
            text.append("## %d\n".formatted(index + 1))
                    .append(order.get(index).json())
                    .append('\n');
        }
        ModelPool pool = terms.pools().pool(tier);
        ModelRequest request = asking.prompt(pool, terms.limits())
                .first(input.goal(), input.context(), text.toString(), MergeSize.cap(pool, terms.limits()));
        MergeParts.Part part = terms.parts().part(number, MergePrompt.question(request));
        return new Order<>(number, order, request, part, part.recall().flatMap(kept -> read(asking, kept)));
    }

    /** What cannot be read any more counts as none. */
    private static Optional<Choice> read(Asking<Choice> asking, String kept) {
        try {
            return Optional.of(asking.format().read(kept));
        } catch (RuntimeException unfit) {
            return Optional.empty();
        }
    }

    /** All candidates are shown whole, and both orders are paid for, or none is. */
    private void requireRoom(List<Order<O>> orders, MergePrompt prompt, MergeInput input, MergeTerms terms) {
        ModelPool pool = terms.pools().pool(tier);
        ModelRequest empty = prompt.first(input.goal(), input.context(), "", MergeSize.cap(pool, terms.limits()));
        ModelRequest shown = orders.getFirst().request();
        long bytes = shown.inputBytes() - empty.inputBytes();
        if (bytes > MergeSize.window(pool, empty)) {
            throw new MergeFailedException(
                    "%d candidates have %d bytes, and a judge on %s reads at most %d: none is cut"
                            .formatted(
                                    orders.getFirst().candidates().size(),
                                    bytes,
                                    pool.model(),
                                    Math.max(0, MergeSize.window(pool, empty))));
        }
        long unpaid = orders.stream().filter(order -> order.kept().isEmpty()).count();
        Money worst = MergeSize.bothCalls(pool, shown, 0).times(unpaid);
        Money available = terms.budget().available();
        if (worst.isMoreThan(available)) {
            throw new MergeFailedException(
                    "judging %d bytes of candidates may cost %s, and %s is set aside for it: nothing was sent"
                            .formatted(bytes, worst, available));
        }
    }

    /** On a thread of its own. */
    private Choice choice(Order<O> order, Asking<Choice> asking, MergeInput input, MergeTerms terms, Abreast abreast)
            throws InterruptedException {
        if (order.kept().isPresent()) {
            return order.kept().get();
        }
        var callTerms = terms.call(order.number(), order.part(), input, tier).withCancelled(abreast::isStopped);
        Choice choice = new MergeDialogue<>(asking.format(), terms.pools().pool(tier), callTerms).ask(order.request());
        order.part().keep(ChoiceFormat.keep(choice));
        return choice;
    }

    @Override
    public boolean callsModel() {
        return true;
    }

    @Override
    public String identity() {
        return "best of '%s' on %s: %s".formatted(type.name(), tier, criterion);
    }

    @Override
    public Money leastCost(ModelPools pools, Limits limits) {
        return MergeSize.least(pools.pool(tier), limits, asking(ORDERS)).times(ORDERS);
    }

    @Override
    public Quote quote(MergeLoad load) {
        return MergeSize.quote(load.pools().pool(tier), asking(ORDERS), load).times(CountRange.of(ORDERS));
    }
}
