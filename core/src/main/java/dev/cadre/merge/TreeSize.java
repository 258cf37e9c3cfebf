// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import dev.cadre.merge.AnswerFormat.Draft;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.pool.ModelPool;
import dev.cadre.price.CostRange;
import dev.cadre.price.CountRange;
import dev.cadre.price.Money;
import dev.cadre.price.Quote;
import dev.cadre.prompt.Prompt;
import dev.cadre.task.Limits;
import java.util.List;

/**
 * How much each call of a tree reads and writes, and what the tree costs at worst: every call at its largest, with its
 * second one. Notes have a largest size, and at least {@value #LEAST_FAN_IN} of them fit into a call, so each level is
 * smaller than the one below it. Pure.
 */
final class TreeSize {
    /** The most bytes of notes for each token of the cap: more than a usual text has, which is four. */
    private static final long NOTE_BYTES_PER_TOKEN = 8;

    /** A model is told to write at most so many characters: half of the bytes that are taken. */
    private static final int BYTES_PER_CHARACTER = 2;

    /** What a usual text takes. */
    private static final long BYTES_PER_TOKEN = 4;

    private static final int LEAST_FAN_IN = 4;
    private static final int LEAST_NOTE_BYTES = 256;

    /** Two groups beside each other fill more than one call, because the first outcome of the second did not fit. */
    private static final long HALF_FULL = 2;

    /** The line above notes. */
    private static final int HEAD_BYTES = 80;

    private final ModelPool pool;
    private final Asking<List<NotesFormat.Fact>> noting;
    private final ModelRequest emptyNotes;
    private final ModelRequest emptyAnswer;
    private final long notesWindow;
    private final long answerWindow;
    private final int noteBytes;

    /** What a call costs. */
    private interface Cost {
        Money of(ModelRequest empty, long bytes);
    }

    TreeSize(
            ModelPool pool,
            Limits limits,
            Asking<? extends Draft<?>> answering,
            Wishes wishes,
            String goal,
            String context) {
        this.pool = pool;
        long cap = MergeSize.cap(pool, limits);
        long most = Math.min(Integer.MAX_VALUE / 2, cap * NOTE_BYTES_PER_TOKEN);
        var longest = noting(answering.tier(), wishes, (int) most);
        long window = MergeSize.window(pool, longest.prompt(pool, limits).first(goal, context, "", cap));
        noteBytes = (int) Math.min(most, Math.max(0, window / LEAST_FAN_IN - HEAD_BYTES));
        noting = noting(answering.tier(), wishes, noteBytes);
        emptyNotes = noting.prompt(pool, limits).first(goal, context, "", cap);
        emptyAnswer = answering.prompt(pool, limits).first(goal, context, "", cap);
        notesWindow = MergeSize.window(pool, emptyNotes);
        answerWindow = MergeSize.window(pool, emptyAnswer);
    }

    private static Asking<List<NotesFormat.Fact>> noting(Tier tier, Wishes wishes, int noteBytes) {
        String task = Prompt.MERGE_NOTES.with(noteBytes / BYTES_PER_CHARACTER);
        return Asking.of(tier, task, wishes, new NotesFormat(noteBytes));
    }

    /** What a call that makes notes is asked. */
    Asking<List<NotesFormat.Fact>> noting() {
        return noting;
    }

    /** The most bytes of outcomes that a call reads to make notes. */
    long notesWindow() {
        return notesWindow;
    }

    /** The most bytes of outcomes or notes that the call reads that makes the answer. */
    long answerWindow() {
        return answerWindow;
    }

    /** Whether notes of notes come to an end. */
    boolean isUsable() {
        return noteBytes >= LEAST_NOTE_BYTES && answerWindow >= fullNote();
    }

    private long fullNote() {
        return noteBytes + (long) HEAD_BYTES;
    }

    /** What a call that makes notes of so many bytes costs at worst. */
    Money notes(long bytes) {
        return MergeSize.bothCalls(pool, emptyNotes, bytes);
    }

    /** What the call costs at worst that makes the answer from so many bytes. */
    Money answer(long bytes) {
        return MergeSize.bothCalls(pool, emptyAnswer, bytes);
    }

    /** What all calls above so many notes cost at worst. */
    Money above(long notes) {
        long width = notes;
        Money sum = Money.ZERO;
        while (width * fullNote() > answerWindow) {
            width = groups(width);
            sum = sum.plus(notes(notesWindow).times(width));
        }
        return sum.plus(answer(width * fullNote()));
    }

    /**
     * What a tree over so many bytes of outcomes will take, as an estimate.
     *
     * @param bytes of the outcomes as a model reads them
     */
    Quote quote(CountRange bytes, Limits limits) {
        int attempts = pool.retryPolicy().maxAttempts();
        if (!isUsable()) {
            return new Quote(
                    new CountRange(0, 1, Long.MAX_VALUE), new CostRange(Money.ZERO, Money.ZERO, CostRange.MOST));
        }
        long usualNote =
                Math.min(fullNote(), limits.estimates().usually(emptyNotes.maxOutputTokens()) * BYTES_PER_TOKEN);
        long worstWidth = Math.multiplyExact(HALF_FULL, ceil(bytes.worst(), notesWindow));
        Quote worst = total(
                        bytes.worst(), worstWidth, fullNote(), (empty, read) -> MergeSize.bothCalls(pool, empty, read))
                .times(CountRange.of(attempts));
        long usualWidth = ceil(bytes.expected(), notesWindow);
        Quote usual = total(bytes.expected(), usualWidth, usualNote, (empty, read) -> usually(empty, read, limits));
        long mostCalls = CountRange.of(MergeSize.CALLS).times(worst.calls()).worst();
        Money most = worst.cost().worst();
        return new Quote(
                new CountRange(0, Math.min(usual.calls().expected(), mostCalls), mostCalls),
                new CostRange(Money.ZERO, usual.cost().expected().atMost(most), most));
    }

    private Quote total(long bytes, long leaves, long note, Cost cost) {
        if (bytes <= answerWindow) {
            return level(1, cost.of(emptyAnswer, bytes));
        }
        long width = leaves;
        Quote sum = level(width, cost.of(emptyNotes, notesWindow));
        while (width * note > answerWindow) {
            width = ceil(width, notesWindow / note);
            sum = sum.plus(level(width, cost.of(emptyNotes, notesWindow)));
        }
        return sum.plus(level(1, cost.of(emptyAnswer, width * note)));
    }

    private static Quote level(long calls, Money each) {
        return new Quote(CountRange.of(1), CostRange.of(each)).times(CountRange.of(calls));
    }

    private Money usually(ModelRequest empty, long bytes, Limits limits) {
        ModelRequest filled = pool.filled(empty);
        var usual = TokenUsage.of(
                (filled.inputBytes() + bytes) / BYTES_PER_TOKEN,
                limits.estimates().usually(filled.maxOutputTokens()));
        return pool.spec().price().cost(usual, filled.serviceTier());
    }

    private long groups(long notes) {
        return ceil(notes, notesWindow / fullNote());
    }

    private static long ceil(long amount, long size) {
        return amount / size + (amount % size == 0 ? 0 : 1);
    }
}
