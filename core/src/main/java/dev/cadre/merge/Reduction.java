// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.json.Json;
import dev.cadre.merge.AnswerFormat.Draft;
import dev.cadre.merge.Groups.Group;
import dev.cadre.merge.NotesFormat.Noted;
import dev.cadre.model.ModelRequest;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.Money;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.Callable;

/** One tree reduction: level by level, calls make notes of groups, until one call can read all that is left. */
final class Reduction<R> {
    private static final int MAX_REMARKS = 20;

    private final Asking<Draft<R>> answering;
    private final Wishes wishes;
    private final MergeInput input;
    private final MergeTerms terms;
    private final ModelPool pool;
    private final TreeSize size;
    private final Abreast abreast;
    private final SequencedSet<String> remarks = new LinkedHashSet<>();
    /** The number of the next part of the merge. */
    private int nextPart;

    /**
     * A call that makes notes.
     *
     * @param kept what an earlier session has of it
     */
    private record Noting(
            int number, Group group, ModelRequest request, MergeParts.Part part, Optional<List<Noted>> kept) {
        String id() {
            return "notes " + (number + 1);
        }
    }

    Reduction(Asking<Draft<R>> answering, Wishes wishes, MergeInput input, MergeTerms terms) {
        this.answering = answering;
        this.wishes = wishes;
        this.input = input;
        this.terms = terms;
        pool = terms.pools().pool(answering.tier());
        size = new TreeSize(pool, terms.limits(), answering, wishes, input.goal(), input.context());
        abreast = new Abreast("cadre-%s-merger#".formatted(terms.runId()));
    }

    Merged<R> run() throws InterruptedException {
        List<Section> level = Section.of(Evidence.of(input));
        int results = level.size();
        if (bytes(level) <= size.answerWindow()) {
            requireMoney(size.answer(bytes(level)), bytes(level));
        } else {
            requireUsable();
            List<Noting> calls = calls(level);
            requireMoney(worstCase(calls), bytes(level));
            remark(calls, results);
            level = reduced(calls);
        }
        while (bytes(level) > size.answerWindow()) {
            level = reduced(calls(level));
        }
        return answer(level);
    }

    private static long bytes(List<Section> level) {
        return level.stream().mapToLong(Section::bytes).sum();
    }

    // --- before anything is sent

    private void requireUsable() {
        if (!size.isUsable()) {
            throw new MergeFailedException(
                    "%s reads at most %d bytes of outcomes in a call beside its output cap of %d tokens: too few for notes of notes; lower Limits.workerOutputTokens, or give it a larger context"
                            .formatted(
                                    pool.model(),
                                    Math.max(0, size.answerWindow()),
                                    MergeSize.cap(pool, terms.limits())));
        }
    }

    private void requireMoney(Money worst, long bytes) {
        Money available = terms.budget().available();
        if (worst.isMoreThan(available)) {
            throw new MergeFailedException(
                    "merging %d bytes of outcomes may cost %s, and %s is set aside for it: nothing was sent, because nothing is left out; settingAside keeps more of the budget for it"
                            .formatted(bytes, worst, available));
        }
    }

    /** Of all calls of the tree, save those that an earlier session paid for. */
    private Money worstCase(List<Noting> calls) {
        Money sum = size.above(calls.size());
        for (Noting call : calls) {
            if (call.kept().isEmpty()) {
                sum = sum.plus(size.notes(call.group().bytes()));
            }
        }
        return sum;
    }

    private void remark(List<Noting> calls, int results) {
        remarks.add("%d results were read in %d calls".formatted(results, calls.size()));
        SequencedSet<String> split = new LinkedHashSet<>();
        calls.forEach(call -> split.addAll(call.group().split()));
        if (!split.isEmpty()) {
            remarks.add("%d of them were read in several parts: %s"
                    .formatted(split.size(), Excerpt.line(String.join(", ", split))));
        }
    }

    // --- a level

    private List<Noting> calls(List<Section> level) {
        var prompt = size.noting().prompt(pool, terms.limits());
        long cap = MergeSize.cap(pool, terms.limits());
        var calls = new ArrayList<Noting>();
        for (Group group : Groups.of(level, size.notesWindow())) {
            ModelRequest request = prompt.first(input.goal(), input.context(), group.text(), cap);
            int number = nextPart++;
            MergeParts.Part part = terms.parts().part(number, MergePrompt.question(request));
            calls.add(new Noting(number, group, request, part, part.recall().flatMap(Reduction::read)));
        }
        return calls;
    }

    /** What cannot be read any more counts as none. */
    private static Optional<List<Noted>> read(String kept) {
        try {
            return Optional.of(NotesFormat.kept(kept));
        } catch (RuntimeException unfit) {
            return Optional.empty();
        }
    }

    /** The notes of all calls, in order. */
    private List<Section> reduced(List<Noting> calls) throws InterruptedException {
        List<Callable<Notes>> noting = new ArrayList<>();
        calls.forEach(call -> noting.add(() -> note(call)));
        List<Notes> notes = abreast.all(noting);
        var level = new ArrayList<Section>();
        int first = 1;
        for (int index = 0; index < calls.size(); index++) {
            Noting call = calls.get(index);
            Notes made = notes.get(index);
            level.add(Section.of(call.id(), call.group().ids().size(), made.facts(), first));
            first += made.facts().size();
            remarks.addAll(made.remarks());
        }
        return level;
    }

    /** On a thread of its own. */
    private Notes note(Noting call) throws InterruptedException {
        Map<Integer, List<Citation>> sources = call.group().sources();
        if (call.kept().isPresent()) {
            return Notes.of(call.kept().get(), sources, List.of());
        }
        var callTerms =
                terms.call(call.number(), call.part(), input, answering.tier()).withCancelled(abreast::isStopped);
        var dialogue = new MergeDialogue<>(size.noting().format(), pool, callTerms);
        Map<Integer, String> searchable = new HashMap<>();
        var noted = new ArrayList<Noted>();
        var dropped = new ArrayList<String>();
        for (NotesFormat.Fact fact : dialogue.ask(call.request())) {
            List<Json> written = fact.citations();
            var cited = CitedPassages.of(call.group().citable(), written, searchable);
            noted.add(fact.citing(cited.numbers()));
            dropped.addAll(cited.notes());
        }
        call.part().keep(NotesFormat.keep(noted));
        return Notes.of(noted, sources, dropped);
    }

    // --- the answer

    private Merged<R> answer(List<Section> level) throws InterruptedException {
        Group all = Groups.of(level, size.answerWindow()).getFirst();
        ModelRequest request = answering
                .prompt(pool, terms.limits())
                .first(input.goal(), input.context(), all.text(), MergeSize.cap(pool, terms.limits()));
        var dialogue = new MergeDialogue<>(answering.format(), pool, terms.call(input, answering.tier()), wishes);
        Draft<R> draft = dialogue.ask(request);
        var cited = CitedPassages.of(all.citable(), draft.citations());
        List<Citation> citations = Notes.sources(cited.numbers(), all.sources(), CitedPassages.MAX);
        remarks.addAll(dialogue.notes());
        remarks.addAll(cited.notes());
        return new Merged<>(draft.answer(), citations, remarks());
    }

    private List<String> remarks() {
        List<String> shown = new ArrayList<>(remarks.stream().limit(MAX_REMARKS).toList());
        if (remarks.size() > MAX_REMARKS) {
            shown.add("%d more notes are left out".formatted(remarks.size() - MAX_REMARKS));
        }
        return shown;
    }
}
