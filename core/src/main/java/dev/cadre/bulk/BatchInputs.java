// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.batch.BatchCommand;
import dev.cadre.batch.BatchEvent;
import dev.cadre.batch.BatchItem;
import dev.cadre.journal.Fingerprint;
import dev.cadre.journal.JournalException;
import dev.cadre.journal.JournalKey;
import dev.cadre.journal.UnrecordedException;
import dev.cadre.json.JsonException;
import dev.cadre.model.ModelRequest;
import dev.cadre.price.Spend;
import dev.cadre.record.WorkRecord;
import dev.cadre.run.Attachments;
import dev.cadre.run.UserCode;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Failure;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import dev.cadre.task.Skip;
import dev.cadre.worker.Attached;
import dev.cadre.worker.SingleCall;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a run of the batch lane: has them pulled, hands over those that need no batch, and makes lines of the others.
 * For one thread.
 */
final class BatchInputs<I, O> {
    /** The stream, or the naming of an input, threw. */
    static final class BrokenInputException extends RuntimeException {
        private static final long serialVersionUID = 1;

        final transient Throwable why;

        BrokenInputException(Throwable why) {
            super(why);
            this.why = why;
        }
    }

    /** The latest input that needs a batch. */
    private record Arrived<I>(I input, String line) {}

    private record Identity(String name, Fingerprint fingerprint) {
        static Identity of(BatchItem item) {
            return new Identity(item.name(), item.fingerprint());
        }
    }

    private final BatchTerms<I, O> terms;
    private final InputPuller<I> inputs;
    private final UserCode aside;
    private final GuardedBatches client;
    private final Attachments attachments = new Attachments();
    private final BulkProgress<O> progress;
    /** Inputs of items under way, if answers are judged by them. */
    private final Map<Identity, I> known = new HashMap<>();
    /** The demand that the stream has not met. */
    private UserCode.@Nullable Pending<InputPuller.Pull<I>> pulling;

    private @Nullable Arrived<I> latest;
    private long nextIndex;

    BatchInputs(
            BatchTerms<I, O> terms,
            Iterator<? extends I> inputs,
            UserCode aside,
            GuardedBatches client,
            BulkProgress<O> progress) {
        this.terms = terms;
        this.inputs = new InputPuller<>(inputs, terms.bulk().naming());
        this.aside = aside;
        this.client = client;
        this.progress = progress;
    }

    /** Waits for the stream, no longer than until that reading of the clock. */
    BatchEvent.Answer pull(long untilNanos) throws InterruptedException {
        UserCode.Pending<InputPuller.Pull<I>> asked = pulling;
        if (asked == null) {
            long index = nextIndex;
            asked = aside.start("input", "pull", inputs, asking -> inputs.pull(index));
            pulling = asked;
        }
        if (!aside.hasEnded(asked, untilNanos)) {
            return new BatchEvent.NothingYet();
        }
        pulling = null;
        return switch (result(asked)) {
            case InputPuller.Pull.Next<I> next -> {
                nextIndex++;
                yield prepare(next.input(), next.key(), next.index());
            }
            case InputPuller.Pull.End<I> end -> new BatchEvent.InputEnded();
            case InputPuller.Pull.Broken<I>(Throwable why) -> throw new BrokenInputException(why);
            case null -> new BatchEvent.Passed(); // the stream may have more
        };
    }

    /** Null if it did not end in time. */
    private InputPuller.@Nullable Pull<I> result(UserCode.Pending<InputPuller.Pull<I>> pulled) {
        try {
            return pulled.result();
        } catch (UserCode.LateException late) {
            return null;
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private BatchEvent.Answer prepare(I input, String name, long index) throws InterruptedException {
        progress.admitted(name);
        Attached attached = attachments.of(name, terms.bulk().type(), input, aside);
        attachments.release(name);
        return switch (attached) {
            case Attached.Made made -> prepare(input, made, name, index);
            case Attached.Unmade(Failure failure) -> ended(index, name, new Outcome.Failed<>(failure), false);
        };
    }

    private BatchEvent.Answer prepare(I input, Attached.Made attached, String name, long index)
            throws InterruptedException {
        Fingerprint fingerprint = terms.fingerprints().of(terms.bulk().type(), input, attached);
        Optional<Outcome<O>> earlier = earlier(name, fingerprint);
        if (earlier.isPresent()) {
            return ended(index, name, earlier.get(), true);
        }
        try {
            ModelRequest request = terms.call().request(input, attached);
            String line = client.line(BatchItem.customId(name, fingerprint), request);
            latest = new Arrived<>(input, line);
            return new BatchEvent.Arrived(
                    index,
                    name,
                    fingerprint,
                    ShardLines.length(line),
                    terms.pool().worstCase(request));
        } catch (UnrecordedException | JournalException | IllegalArgumentException ofTheRun) {
            throw ofTheRun;
        } catch (UserCode.LateException late) {
            return new BatchEvent.ArrivedLate(index, name);
        } catch (InterruptedException cancel) {
            throw cancel;
        } catch (JsonException unfit) {
            return ended(index, name, Outcome.failed(Failure.Kind.INVALID_INPUT, SingleCall.reason(unfit)), false);
        } catch (Throwable broken) { // whatever a client is made of: it fails this item alone
            String place = "the client of model '%s'".formatted(terms.pool().model());
            terms.bulk().runs().faults().warn(place, broken);
            var failure = Failure.thrown(Failure.Kind.MODEL_FAILED, broken, place);
            return ended(index, name, new Outcome.Failed<>(failure), false);
        }
    }

    /** Of an input that needs no batch. */
    private BatchEvent.Passed ended(long index, String name, Outcome<O> outcome, boolean recorded) {
        progress.ended(new BulkItem<>(index, name, outcome, Spend.NONE, recorded ? Origin.JOURNAL : Origin.SESSION));
        return new BatchEvent.Passed();
    }

    private Optional<Outcome<O>> earlier(String name, Fingerprint fingerprint) {
        JsonType<O> output = terms.bulk().type().outputType();
        return terms.record()
                .recall(JournalKey.of(terms.runId(), name), fingerprint, WorkRecord.form(output))
                .map(value -> new Outcome.Succeeded<>(output.rawType().cast(value)));
    }

    /** Writes the line of the latest input, which is that of the item. */
    void write(BatchCommand.WriteLine command, ShardLines lines) {
        Arrived<I> arrived = latest;
        if (arrived == null) {
            throw new IllegalStateException("no input has arrived");
        }
        latest = null;
        lines.write(command.shard(), command.line(), arrived.line());
        if (terms.call().judgesByInput()) {
            known.put(Identity.of(command.item()), arrived.input());
        }
    }

    /** The input of an item; empty if answers are not judged by it, or the stream has not come to it. */
    Optional<I> of(BatchItem item) {
        return Optional.ofNullable(known.get(Identity.of(item)));
    }

    void forget(BatchItem item) {
        known.remove(Identity.of(item));
    }

    /** Stops pulling; an input that comes then is skipped. */
    void leave(Skip skip) {
        UserCode.Pending<InputPuller.Pull<I>> asked = pulling;
        pulling = null; // what the stream throws then may be of the interrupt
        if (asked != null) {
            aside.stop(List.of(asked));
            if (result(asked) instanceof InputPuller.Pull.Next<I>(long index, String key, I input)) {
                progress.admitted(key);
                var unused = ended(index, key, new Outcome.Skipped<>(skip), false);
            }
        }
    }
}
