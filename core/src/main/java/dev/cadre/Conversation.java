// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import dev.cadre.budget.Budget;
import dev.cadre.budget.BudgetGuard;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.Journal;
import dev.cadre.journal.JournalEntry;
import dev.cadre.price.Money;
import dev.cadre.record.RunIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of goals under one budget, each of which starts from what the turns before it returned.
 *
 * <p>{@link #ask} runs the next goal. It {@linkplain Goal#following follows} every earlier turn, of which turn 2 is named
 * {@code turn2}: its answer is the input {@code turn2}, the outcome of its subtask {@code read} the input {@code turn2.read}.
 *
 * <p><b>Money.</b> Each turn has a budget of its own under the session's: what it needs is taken from both or from none, so
 * that neither is crossed, and what it does not spend is there for the next turn. A turn that asks for more than the session
 * has left has what is left.
 *
 * <p><b>Turns without an answer.</b> A turn that failed, was suspended or was interrupted leaves the conversation usable. If
 * the same goal is asked again, that is the same turn again. With a journal it goes on where it was; without one it begins
 * anew, and what was spent stays spent. If another goal is asked, that is the next turn, and it follows the one without an
 * answer, too.
 *
 * <p><b>Journal.</b> With a {@linkplain Coordinator#journal journal} each turn is a run of its own there, whose
 * {@linkplain Coordinator#runKey key} is that of the conversation and the number of the turn. The same program run again, in
 * whatever process, goes through the same turns: what succeeded is taken from the journal, and what earlier sessions spent
 * on turns of this key counts against the session's budget. What failed in a turn is tried again, as in any run; if that
 * changes its answer, later turns are other runs. The journal is the conversation's while it is open.
 *
 * <p>One turn at a time: whoever asks while a turn is under way, from whatever thread, is refused, because what follows what
 * would be chance. {@link #spent} and {@link #turns} may be called by any thread at any time. Closing it ends the budget and
 * lets another session of it begin; it waits for nothing.
 */
public final class Conversation implements AutoCloseable {
    private static final String TURN = ", turn ";
    private static final String UNNAMED = "conversation";
    /** A run key has 512 characters, and the last ones name the turn. */
    private static final int MAX_KEY_CHARS = 480;

    private static final int ID_DIGITS = 16;

    /** A turn that ended, and what makes another run the same one. */
    private record Turn(RunResult<?> result, RunIdentity identity) {
        boolean isAnswered() {
            return !(result instanceof RunResult.Failed<?>);
        }
    }

    private final Coordinator coordinator;
    private final String key;
    private final Journal.@Nullable Claim claim;
    private final BudgetGuard session;
    private final Object lock = new Object();
    private final List<Turn> turns = new ArrayList<>();
    private boolean underWay;
    private boolean closed;

    private Conversation(Coordinator coordinator, String key, Journal.@Nullable Claim claim, BudgetGuard session) {
        this.coordinator = coordinator;
        this.key = key;
        this.claim = claim;
        this.session = session;
    }

    /**
     * Opens a conversation. Calls no model. Its key is the {@linkplain Coordinator#runKey run key} of the coordinator, which
     * it must have if it has a journal: it tells the conversations in one journal apart.
     *
     * @param session what all turns may spend together, all sessions included; without a deadline, because a conversation
     *     waits for whoever asks next. It may have a budget around it, in which what earlier sessions spent is not booked
     *     again
     * @throws IllegalArgumentException if the budget has a deadline, or the key is missing or has more than
     *     {@value #MAX_KEY_CHARS} characters
     * @throws dev.cadre.journal.RunUnderWayException if the conversation is open in the journal already
     * @throws RuntimeException if the journal cannot be read
     */
    public static Conversation of(Coordinator coordinator, Budget session) {
        if (session.deadline().isPresent()) {
            throw new IllegalArgumentException(
                    "the budget of a conversation has no deadline, this one is %s: give the budget of each turn one"
                            .formatted(session));
        }
        String key = coordinator.runKey();
        if (key.length() > MAX_KEY_CHARS) {
            throw new IllegalArgumentException(
                    "the key of a conversation may have %d characters, not %d".formatted(MAX_KEY_CHARS, key.length()));
        }
        Optional<Journal> journal = coordinator.journal();
        if (journal.isEmpty()) {
            return new Conversation(coordinator, key.isEmpty() ? UNNAMED : key, null, session.open());
        }
        if (key.isEmpty()) {
            throw new IllegalArgumentException(
                    "a conversation with a journal needs a key that tells it apart from others there: Coordinator.runKey");
        }
        Journal.Claim claim = journal.get().claim(claimed(key));
        try {
            return new Conversation(coordinator, key, claim, session.open(spent(journal.get(), key)));
        } catch (RuntimeException | Error unreadable) {
            claim.close();
            throw unreadable;
        }
    }

    private static String claimed(String key) {
        return "conversation-" + Fingerprint.of(key).hex().substring(0, ID_DIGITS);
    }

    /** Of runs nested in a turn, the turn has booked what they spent. */
    private static Money spent(Journal journal, String key) {
        return journal.runs().stream()
                .filter(run -> isTurn(run, key))
                .map(run -> journal.spent(run.run()).total())
                .reduce(Money.ZERO, Money::plus);
    }

    private static boolean isTurn(JournalEntry.RunStarted run, String key) {
        String start = key + TURN;
        return run.runKey().startsWith(start)
                && run.runKey().substring(start.length()).matches("[1-9][0-9]{0,9}");
    }

    /**
     * Runs the next goal, which follows all earlier turns. Blocks and spends money as {@link Coordinator#run(Goal, Budget)}
     * does.
     *
     * @param turn what this turn may spend, all its sessions together, and how long it may take; the session's budget is put
     *     around it
     * @throws IllegalArgumentException if the budget has another one around it, which belongs around the session's; or as
     *     {@link Goal#following}, such as if there are too many inputs: then choose among the outcomes and call {@link #run}
     * @throws IllegalStateException if the conversation is closed or a turn is under way; if the last turn waits, and an
     *     earlier session has this one as another run on record, which would be paid once more; and as for running a goal
     * @throws InterruptedException as for running a goal
     */
    public <R> RunResult<R> ask(Goal<R> goal, Budget turn) throws InterruptedException {
        return next(turn, () -> {
            List<Turn> ended = ended();
            boolean isOpen = !ended.isEmpty() && !ended.getLast().isAnswered();
            if (isOpen) {
                int last = ended.size();
                Goal<R> again = following(goal, ended.subList(0, last - 1));
                if (isAgain(coordinator, again)) {
                    return run(last, coordinator, again, turn);
                }
            }
            return run(ended.size() + 1, coordinator, following(goal, ended), turn);
        });
    }

    /**
     * Runs a goal as the next turn as it is: it follows what it says itself, such as {@link #following} or some outcomes of
     * {@link #turns}. Otherwise as {@link #ask}.
     *
     * @param with plans and runs the turn, with types of its own; the journal and the key are those of the conversation
     */
    public <R> RunResult<R> run(Coordinator with, Goal<R> goal, Budget turn) throws InterruptedException {
        return next(turn, () -> {
            int last = ended().size();
            return run(isAgain(with, goal) ? last : last + 1, with, goal, turn);
        });
    }

    /**
     * The goal, following every turn that has ended: what {@link #ask} runs. For a plan or a preview, or to be run by another
     * coordinator.
     *
     * @throws IllegalArgumentException as {@link Goal#following}
     */
    public <R> Goal<R> following(Goal<R> goal) {
        return following(goal, ended());
    }

    private static <R> Goal<R> following(Goal<R> goal, List<Turn> turns) {
        Goal<R> next = goal;
        for (int i = 0; i < turns.size(); i++) {
            next = next.following("turn" + (i + 1), turns.get(i).result());
        }
        return next;
    }

    private interface Work<R> {
        RunResult<R> run() throws InterruptedException;
    }

    private <R> RunResult<R> next(Budget turn, Work<R> work) throws InterruptedException {
        if (turn.parent().isPresent()) {
            throw new IllegalArgumentException(
                    "the session pays for a turn: put the budget around it around the session's, not around " + turn);
        }
        begin();
        try {
            return work.run();
        } finally {
            end();
        }
    }

    private void begin() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the conversation is closed");
            }
            if (underWay) {
                throw new IllegalStateException("a turn of the conversation is under way: turns follow one another");
            }
            underWay = true;
        }
    }

    private void end() {
        synchronized (lock) {
            underWay = false;
            if (closed) {
                release();
            }
        }
    }

    /** Whether the last turn has no answer, and this asks it again. */
    private boolean isAgain(Coordinator with, Goal<?> goal) {
        List<Turn> ended = ended();
        return !ended.isEmpty()
                && !ended.getLast().isAnswered()
                && ended.getLast().identity().equals(of(with, ended.size()).identity(goal));
    }

    private Coordinator of(Coordinator with, int number) {
        return with.recordedIn(coordinator.journal(), key + TURN + number);
    }

    private <R> RunResult<R> run(int number, Coordinator with, Goal<R> goal, Budget turn) throws InterruptedException {
        Coordinator recorded = of(with, number);
        RunIdentity identity = recorded.identity(goal);
        requireNotAnother(number, identity);
        RunResult<R> result = recorded.run(goal, turn.under(session));
        var ended = new Turn(result, identity);
        synchronized (lock) {
            if (number > turns.size()) {
                turns.add(ended);
            } else {
                turns.set(number - 1, ended);
            }
        }
        return result;
    }

    /** What a turn waits for now may be what an earlier session had: then that one's next turn would be done once more. */
    private void requireNotAnother(int number, RunIdentity identity) {
        List<Turn> before = ended();
        boolean isBehindAWait = before.size() >= number - 1
                && number > 1
                && before.get(number - 2).result() instanceof RunResult.Suspended<?>;
        if (!isBehindAWait || coordinator.journal().isEmpty()) {
            return;
        }
        List<String> onRecord = coordinator.journal().get().runs().stream()
                .filter(run -> run.runKey().equals(key + TURN + number))
                .map(JournalEntry.RunStarted::run)
                .toList();
        if (!onRecord.isEmpty() && !onRecord.contains(identity.run())) {
            throw new IllegalStateException(
                    "turn %d is on record as another run, and turn %d waits: ask turn %d again when what it waits for is there"
                            .formatted(number, number - 1, number - 1));
        }
    }

    private List<Turn> ended() {
        synchronized (lock) {
            return List.copyOf(turns);
        }
    }

    /** The results of the turns, in their order; one that was asked again has its latest. */
    public List<RunResult<?>> turns() {
        return ended().stream().<RunResult<?>>map(Turn::result).toList();
    }

    /** What all turns have spent, earlier sessions and the turn that is under way included; without what is in flight. */
    public Money spent() {
        return session.state().spent();
    }

    /**
     * Ends the conversation: nothing more is asked. A turn that is under way pays for no further call and ends; only then can
     * another session of the conversation begin. Does not wait; closing again does nothing.
     */
    @Override
    public void close() {
        session.close();
        synchronized (lock) {
            closed = true;
            if (!underWay) {
                release();
            }
        }
    }

    private void release() {
        if (claim != null) {
            claim.close();
        }
    }

    /** One line: the turns and the money. */
    @Override
    public String toString() {
        return "Conversation[%d turns, spent %s of %s]"
                .formatted(ended().size(), spent(), session.state().limit());
    }
}
