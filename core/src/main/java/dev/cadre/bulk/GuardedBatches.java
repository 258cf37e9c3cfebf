// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import dev.cadre.model.Batch;
import dev.cadre.model.BatchAnswer;
import dev.cadre.model.BatchClient;
import dev.cadre.model.BatchLimits;
import dev.cadre.model.ModelException;
import dev.cadre.model.ModelRequest;
import dev.cadre.redact.FaultLog;
import dev.cadre.redact.Thrown;
import dev.cadre.run.UserCode;
import dev.cadre.task.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client of batches, perhaps of the user's own, that fails in the ways of {@link BatchClient} only and within the time
 * of the run: whatever else it throws, and a null, is logged and a lost exchange, of which nobody knows what it did; so is
 * one that is not over in time, whose thread is left behind if it ignores its interrupt. For one thread, on which visitors
 * are called.
 */
final class GuardedBatches {
    private static final String OWNER = "batches";

    private final BatchClient client;
    private final UserCode aside;
    private final LaneClock time;
    private final FaultLog faults;

    GuardedBatches(BatchClient client, UserCode aside, LaneClock time, FaultLog faults) {
        this.client = client;
        this.aside = aside;
        this.time = time;
        this.faults = faults;
    }

    /** What the provider takes as one batch. */
    BatchLimits limits() throws InterruptedException {
        return exchange("limits", (timeout, asking) -> client.limits());
    }

    /**
     * A request as a line of a batch's file. What the client throws is thrown, undeclared.
     *
     * @throws UserCode.LateException if it was not made in time
     */
    String line(String customId, ModelRequest request) throws UserCode.LateException, InterruptedException {
        try {
            return Objects.requireNonNull(aside.call(OWNER, "line", client, () -> client.line(customId, request)));
        } catch (ExecutionException thrown) {
            Throwable broken = cause(thrown);
            throw broken instanceof InterruptedException ? lost(broken) : BulkRun.<RuntimeException>asThrown(broken);
        }
    }

    String upload(Path lines) throws InterruptedException {
        return exchange("upload", (timeout, asking) -> client.upload(lines, timeout));
    }

    Batch create(String fileId, Map<String, String> metadata) throws InterruptedException {
        return exchange("create", (timeout, asking) -> client.create(fileId, metadata, timeout));
    }

    void discard(String fileId) throws InterruptedException {
        exchange("discard", (timeout, asking) -> {
            client.discard(fileId, timeout);
            return fileId;
        });
    }

    Batch retrieve(String id) throws InterruptedException {
        return exchange("retrieve", (timeout, asking) -> client.retrieve(id, timeout));
    }

    /** Asks for the end of all at once: there is little time, and each is an exchange. What fails goes on. */
    void cancel(List<String> ids) throws InterruptedException {
        var all = new ArrayList<UserCode.Pending<Batch>>();
        for (String id : ids) {
            all.add(start("cancel#" + all.size(), (timeout, asking) -> client.cancel(id, timeout)));
        }
        aside.await(all);
        for (UserCode.Pending<Batch> one : all) {
            try {
                answer(one);
            } catch (ModelException unreachable) {
                // the next session finds it
            }
        }
    }

    void list(Predicate<Batch> wantsMore) throws InterruptedException {
        var visitor = new Visitor<>(wantsMore);
        exchange("list", (timeout, asking) -> {
            client.list(visitor.on(asking), timeout);
            return visitor;
        });
        visitor.requireWhole();
    }

    /** Whether all was read. */
    boolean read(Batch batch, Predicate<BatchAnswer> wantsMore) throws InterruptedException {
        var visitor = new Visitor<>(wantsMore);
        boolean isWhole = exchange("read", (timeout, asking) -> client.read(batch, visitor.on(asking), timeout));
        visitor.requireWhole();
        return isWhole && visitor.wantsMore;
    }

    /** A visitor that throws is no failure of the client: it wants no more, and throws when the client is done. */
    private static final class Visitor<T> {
        private final Predicate<T> visited;
        private @Nullable Throwable thrown;
        /** False once the client was told to end, whatever it made of that. */
        private volatile boolean wantsMore = true;

        Visitor(Predicate<T> visited) {
            this.visited = visited;
        }

        /** The same for the thread of the client. */
        Predicate<T> on(UserCode.Asking asking) {
            return each -> {
                wantsMore = wantsMore && asking.ask(() -> visit(each));
                return wantsMore;
            };
        }

        private boolean visit(T each) {
            try {
                return thrown == null && visited.test(each);
            } catch (Throwable own) { // errors and undeclared checked exceptions, too
                thrown = own;
                return false;
            }
        }

        void requireWhole() {
            if (thrown != null) {
                throw BulkRun.<RuntimeException>asThrown(thrown);
            }
        }
    }

    private interface Exchange<T> {
        T perform(Duration timeout, UserCode.Asking asking) throws InterruptedException;
    }

    private <T> UserCode.Pending<T> start(String what, Exchange<T> exchange) {
        Duration timeout = time.left();
        return aside.start(OWNER, what, client, asking -> exchange.perform(timeout, asking));
    }

    private <T> T exchange(String what, Exchange<T> exchange) throws InterruptedException {
        UserCode.Pending<T> pending = start(what, exchange);
        aside.await(List.of(pending));
        return answer(pending);
    }

    private <T> T answer(UserCode.Pending<T> pending) {
        try {
            T answer = pending.result();
            if (answer == null) {
                throw lost(new NullPointerException("it returned null"));
            }
            return answer;
        } catch (UserCode.LateException late) {
            throw new ModelException.TimedOut(
                    "%s: %s".formatted(place(), Thrown.message(late)),
                    late.hasBegun() ? ModelException.Charge.UNKNOWN : ModelException.Charge.FREE);
        } catch (ExecutionException thrown) {
            throw cause(thrown) instanceof ModelException known ? known : lost(cause(thrown));
        }
    }

    private static Throwable cause(ExecutionException thrown) {
        return Objects.requireNonNull(thrown.getCause());
    }

    /** Of undeclared checked exceptions and errors, too. */
    private ModelException lost(Throwable broken) {
        faults.warn(place(), broken);
        return new ModelException.ConnectionFailed(
                "%s, thrown by the %s".formatted(Failure.describe(broken), place()),
                ModelException.Charge.UNKNOWN,
                broken);
    }

    private String place() {
        return "batch client " + client.getClass().getName();
    }
}
