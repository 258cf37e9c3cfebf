// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalEntry;
import dev.cadre.journal.JournalKey;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.redact.Thrown;
import dev.cadre.schema.JsonMismatchException;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.Work;
import dev.cadre.worker.RungEnd;
import java.util.Optional;

/**
 * The record of one subtask, one item of a fan-out, or one item of a bulk. For one thread at a time, save for
 * {@link #leave}.
 *
 * <p>Work that may have effects is on record as of unknown fate while it is under way; that stands if this session does
 * not live to say what it did, and then no session does it again.
 */
public final class WorkRecord {
    private static final String NOTHING = "{}";

    private final RunRecord record;
    private final JournalKey key;
    private final SubtaskType<?, ?> type;
    private final Fingerprint fingerprint;
    /** That of its effect, under which everything is that is known of it. */
    private final Fingerprint effect;

    /** Under which that is, and what people found out. */
    private final EffectFindings.Place findings;

    private final AttemptRecorder recorder;
    /** Whether its end is that of others, which take it down. */
    private final boolean isShared;

    private volatile boolean left;
    /** What it has at another place of its list. */
    private volatile Optional<Object> stoodElsewhere = Optional.empty();

    WorkRecord(RunRecord record, JournalKey key, SubtaskType<?, ?> type, Fingerprint fingerprint, Fingerprint effect) {
        this(record, key, type, fingerprint, effect, false);
    }

    private WorkRecord(
            RunRecord record,
            JournalKey key,
            SubtaskType<?, ?> type,
            Fingerprint fingerprint,
            Fingerprint effect,
            boolean isShared) {
        this.isShared = isShared;
        this.record = record;
        this.key = key;
        this.type = type;
        this.fingerprint = fingerprint;
        this.effect = effect;
        findings = isItem() ? EffectFindings.Place.ofItem(key.run(), effect) : EffectFindings.Place.ofSubtask(key);
        recorder = record.attempts(key, fingerprint);
    }

    /** Of a fan-out: it may stand elsewhere in the next session. */
    private boolean isItem() {
        return key.item() != JournalKey.WHOLE && !isShared;
    }

    /** The record of a call that others share: of its attempts, and that it has ended. */
    static WorkRecord shared(RunRecord record, JournalKey key, SubtaskType<?, ?> type, Fingerprint fingerprint) {
        return new WorkRecord(record, key, type, fingerprint, fingerprint, true);
    }

    /**
     * How it ended, if it need not or must not be tried again. An item may have stood elsewhere in its list then, which moves
     * when one of the list before succeeds that had failed: when it is {@linkplain #leave left}, readers of the journal find it
     * at its present place, too.
     */
    public Optional<Outcome<Object>> recall() {
        if (!isItem()) {
            return recall(record.recall(key, fingerprint));
        }
        Optional<JournalEntry.Ended> ended = record.item(key.subtask(), fingerprint);
        Optional<Outcome<Object>> found = recall(ended.map(JournalEntry.Ended::outcome));
        stoodElsewhere =
                ended.filter(there -> !there.key().equals(key)).flatMap(there -> found.flatMap(Outcome::ifSucceeded));
        return found;
    }

    private Optional<Outcome<Object>> recall(Optional<Outcome<String>> own) {
        if (own.isPresent() && own.get() instanceof Outcome.Succeeded<String>(String json)) {
            return value(json);
        }
        return isUnrepeatable()
                ? record.recall(findings.key(), effect).or(() -> own).flatMap(this::unknown)
                : Optional.empty();
    }

    private Optional<Outcome<Object>> unknown(Outcome<String> last) {
        return last instanceof Outcome.Failed<String>(Failure failure) && failure.kind() == Failure.Kind.EFFECT_UNKNOWN
                ? found(failure)
                : Optional.empty();
    }

    /** Empty if its type refuses it now, and the work may be done again. */
    private Optional<Outcome<Object>> value(String json) {
        try {
            return Optional.of(new Outcome.Succeeded<>(type.outputType().read(json)));
        } catch (JsonMismatchException refused) {
            RunRecord.LOG.debug("the type of {} refuses what is on record", key, refused);
            return isUnrepeatable() ? Optional.of(unread(refused)) : Optional.empty();
        } catch (Throwable broken) { // what is made of it may be the user's code
            Thrown.keepInterrupt(broken);
            return Optional.of(unread(broken));
        }
    }

    /** It may be read in the next session: it is neither lost nor made again. */
    private static Outcome<Object> unread(Throwable why) {
        return Outcome.skipped(
                Skip.Kind.AWAITED,
                "its output, which is on record and cannot be read: %s".formatted(Failure.describe(why)));
    }

    /** It must not be tried again, unless somebody found out that it may be. */
    private Optional<Outcome<Object>> found(Failure unknown) {
        Optional<Outcome<Object>> still = Optional.of(new Outcome.Failed<>(unknown));
        Optional<Outcome<String>> found = EffectFindings.found(record, findings);
        if (found.isEmpty()) {
            return still;
        }
        return found.get().ifSucceeded().flatMap(this::value);
    }

    /** Takes down what must be known before a rung of the work is performed; waits for the disk if it may have effects. */
    public void begin() {
        if (isUnrepeatable()) {
            EffectFindings.revoke(record, findings);
            ended(new Failure(
                    Failure.Kind.EFFECT_UNKNOWN,
                    "a session broke off that may have run its tools: see what they did, then tell UnknownEffect"));
        }
    }

    /** Records the attempts of the rung, and what its code spends. */
    public AttemptRecorder recorder() {
        return recorder;
    }

    /** Takes down that the rung was interrupted before a tool could write. */
    public void interrupted() {
        if (isUnrepeatable() && !left) {
            ended(new Failure(Failure.Kind.CANCELLED, "interrupted before a tool could write"));
        }
    }

    /**
     * Makes the end of the rung durable; waits for that.
     *
     * @return the end as the next session will read it: a failure if no journal can take the value
     */
    public RungEnd end(RungEnd end) {
        if (left) {
            return new RungEnd.Cancelled();
        }
        if (isShared) {
            if (end instanceof RungEnd.Accepted) { // what it holds is on record with those who share it
                var unused = record.submit(
                        new JournalEntry.Ended(key, fingerprint, new Outcome.Succeeded<>(NOTHING), spend()));
            }
            return end;
        }
        boolean unrepeatable = isUnrepeatable();
        if (end instanceof RungEnd.Accepted(Object value)) {
            return accepted(value, unrepeatable);
        }
        if (unrepeatable) {
            ended(failure(end));
        }
        return end;
    }

    private RungEnd accepted(Object value, boolean unrepeatable) {
        try {
            Form<Object> form = form(type.outputType());
            Object made = record.make(key, fingerprint, value, form, spend());
            if (unrepeatable) {
                ended(new Outcome.Succeeded<>(form.write(made)));
            }
            return new RungEnd.Accepted(made);
        } catch (UnrecordableException unfit) {
            var failure = new Failure(
                    unrepeatable ? Failure.Kind.EFFECT_UNKNOWN : Failure.Kind.INVALID_OUTPUT,
                    "its output is lost: " + unfit.getMessage());
            if (unrepeatable) {
                ended(failure);
            }
            return RungEnd.Failed.of(failure);
        }
    }

    /**
     * Makes an output from an outcome cache durable; waits for that.
     *
     * @return the output as the next session will read it
     * @throws UnrecordableException if no journal can take it; nothing is on record
     */
    Object taken(Object value, Origin.Cached origin) throws UnrecordableException {
        return record.take(key, fingerprint, value, form(type.outputType()), origin);
    }

    /** Counts its part of what a call cost that it shares with others; that call is on record already. */
    public void shares(Spend part) {
        recorder.counted(part);
    }

    /**
     * Takes down the answer that such a call gave it, without waiting.
     *
     * @throws UnrecordableException if no journal can take it; nothing is on record
     */
    public RunRecord.Made<Object> answered(Object value) throws UnrecordableException {
        return record.submit(key, fingerprint, value, form(type.outputType()), spend());
    }

    /** What makes it the same work, at whatever place, as text. */
    public String identity() {
        return fingerprint.hex();
    }

    Fingerprint fingerprint() {
        return fingerprint;
    }

    /** Takes down a value that stands at another place of the record, without waiting. */
    private void moved(Object value) {
        try {
            var unused = answered(value);
        } catch (UnrecordableException unfit) {
            throw new IllegalStateException("what was read from a journal fits none", unfit);
        }
    }

    private static Failure failure(RungEnd end) {
        return switch (end) {
            case RungEnd.Accepted accepted -> throw new IllegalArgumentException("it was accepted");
            case RungEnd.Rejected rejected -> rejected.failure();
            case RungEnd.Failed failed -> failed.failure();
            case RungEnd.Refused refused -> refused.failure();
            case RungEnd.Unaffordable(Money needed) -> new Failure(Failure.Kind.BUDGET, "needed " + needed);
            case RungEnd.Cancelled cancelled -> new Failure(Failure.Kind.CANCELLED, "interrupted");
        };
    }

    private void ended(Failure failure) {
        ended(Shortened.end(new Outcome.Failed<>(failure)));
    }

    /** Of work with an effect. */
    private void ended(Outcome<String> outcome) {
        if (isItem()) { // what follows is for readers, who look at its place
            var unused = record.submit(new JournalEntry.Ended(findings.key(), effect, outcome, Spend.NONE));
        }
        record.append(new JournalEntry.Ended(key, effect, outcome, spend()));
    }

    /** Makes it durable that it ended without a value, and waits for that; does nothing if it has one. */
    public void noted(Outcome<?> outcome) {
        if (!left) {
            record.noted(key, outcome, spend());
        }
    }

    /**
     * The subtask has its end: nothing is taken down of work that is under way yet because it was left behind. A value that
     * stood elsewhere is taken down now, for readers.
     */
    public void leave() {
        stoodElsewhere.ifPresent(this::moved);
        stoodElsewhere = Optional.empty();
        left = true;
    }

    /** What its attempts cost in this session, so far. */
    public Spend spend() {
        return recorder.spend();
    }

    private boolean isUnrepeatable() {
        return type.work() instanceof Work.Model<?, ?> model
                && model.tools().stream().anyMatch(tool -> tool.effect() == Tool.Effect.WRITES);
    }

    /** The output of a subtask. */
    public static <O> Form<Object> form(JsonType<O> type) {
        return new Form<>() {
            @Override
            public String write(Object value) {
                return type.write(type.rawType().cast(value));
            }

            @Override
            public Object read(String json) {
                return type.read(json);
            }
        };
    }
}
