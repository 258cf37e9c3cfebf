// SPDX-License-Identifier: Apache-2.0
package dev.cadre.pool;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.Turn;
import dev.cadre.price.ModelShutDownException;
import dev.cadre.price.Money;
import dev.cadre.price.UnpricedException;
import dev.cadre.redact.Redactor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pools that make a call if the first one cannot, each with its own limits, retries, price and stop.
 *
 * <p>A call moves on if the failure is the endpoint's: overload, server, connection, key, quota, model, a reply that
 * cannot be read, or a pool that is stopped or paused beyond the deadline. It does not if the request itself was refused
 * or text was delivered. All attempts are reserved at the dearest worst case of the chain, so that the money reaches whoever answers; what is
 * booked follows from the price of the pool that made the attempt.
 */
final class FallbackChain {
    /** Between the index of the pool that made a state and the state: another pool must not get it. */
    private static final char MARK = ':';

    private final List<ModelPool> others;
    private final Duration rest;
    private final ReentrantLock lock = new ReentrantLock();
    private final FallbackOrder order;

    FallbackChain(List<ModelPool> others, Duration rest) {
        this.others = List.copyOf(others);
        this.rest = rest;
        order = new FallbackOrder(others.size() + 1, rest);
    }

    boolean isEmpty() {
        return others.isEmpty();
    }

    List<ModelPool> others() {
        return others;
    }

    /** The same chain over other pools, with nothing at rest. */
    FallbackChain over(List<ModelPool> pools) {
        return new FallbackChain(pools, rest);
    }

    void resume() {
        others.forEach(ModelPool::resume);
        change(FallbackOrder::reset);
    }

    /** The highest cost of an attempt by any pool; one that has no price for the request does not make it. */
    Money dearest(Money first, ModelRequest request, long moreBytes) {
        Money dearest = first;
        for (ModelPool other : others) {
            try {
                dearest = dearest.atLeast(other.ownWorstCase(addressed(request, other), moreBytes));
            } catch (UnpricedException unpriced) {
                // it is passed over in a call, too
            }
        }
        return dearest;
    }

    ModelReply call(ModelPool first, ModelRequest request, CallTerms terms) throws InterruptedException {
        var call = new Chained(first, request, terms);
        List<Integer> order = read(known -> known.next(System.nanoTime()));
        for (int index : order) {
            @Nullable ModelReply reply = call.by(index, index != order.getLast());
            if (reply != null) {
                return reply;
            }
        }
        throw call.failure();
    }

    /** Whether another endpoint may do what this one could not. */
    private static boolean movesOn(RuntimeException failure) {
        return switch (failure) {
            case ModelException failed -> failed.reach() != ModelException.Reach.SUBTASK;
            case CallRefusedException refused ->
                switch (refused.reason()) {
                    case CallRefusedException.Reason.PoolStopped stopped -> true;
                    case CallRefusedException.Reason.PoolPaused paused -> true;
                    case CallRefusedException.Reason.BudgetExhausted exhausted -> false;
                    case CallRefusedException.Reason.DeadlinePassed passed -> false;
                };
            default -> failure instanceof ModelShutDownException;
        };
    }

    /** The request as another pool sends it; a model that writes less gets a lower cap. */
    private static ModelRequest addressed(ModelRequest request, ModelPool pool) {
        long most = pool.spec().tokens().maxOutput();
        ModelRequest addressed = request.withModel(pool.model());
        return most > 0 && most < request.maxOutputTokens() ? addressed.withMaxOutputTokens(most) : addressed;
    }

    private void change(Consumer<FallbackOrder> change) {
        read(known -> {
            change.accept(known);
            return known;
        });
    }

    private <T> T read(Function<FallbackOrder, T> view) {
        lock.lock();
        try {
            return view.apply(order);
        } finally {
            lock.unlock();
        }
    }

    /** One call on its way along the chain, on its caller's thread. */
    private final class Chained {
        private final ModelPool first;
        private final ModelRequest request;
        private final CallTerms terms;
        private final Money need;
        private int attempts;
        private boolean textDelivered;
        private @Nullable ModelException lastFailure;
        private @Nullable RuntimeException failure;

        Chained(ModelPool first, ModelRequest request, CallTerms terms) {
            this.first = first;
            this.request = request;
            need = first.worstCase(request);
            CallTerms counted = terms.withAttempts(attempt -> {
                attempts += attempt instanceof AttemptEvent.Started ? 1 : 0;
                terms.callbacks().attempts().on(attempt);
            });
            this.terms = !terms.wantsText()
                    ? counted
                    : counted.withText(piece -> {
                        textDelivered = true;
                        terms.callbacks().text().accept(piece);
                    });
        }

        /** The reply of a pool; null if the next one is to be tried. */
        @Nullable
        ModelReply by(int index, boolean isFollowed) throws InterruptedException {
            ModelPool pool = index == 0 ? first : others.get(index - 1);
            Optional<CallRefusedException.Reason.PoolPaused> pause = isFollowed ? pool.pause() : Optional.empty();
            if (pause.isPresent()) {
                return passOn(index, new CallRefusedException(pool.model(), terms.purpose(), pause.get(), lastFailure));
            }
            var leg = new Leg(need, attempts, lastFailure, isFollowed, note(pool, index));
            try {
                ModelReply reply = pool.leg(ownStates(addressed(request, pool), index), terms, leg);
                change(known -> known.answered(index));
                return marked(reply, index);
            } catch (UnpricedException unpriced) {
                if (index == 0) {
                    throw unpriced;
                }
                failure = failure == null ? unpriced : failure;
                return null;
            } catch (ModelException | CallRefusedException | ModelShutDownException failed) {
                return passOn(index, failed);
            }
        }

        private @Nullable ModelReply passOn(int index, RuntimeException failed) {
            if (failed instanceof ModelException met) {
                lastFailure = met;
            } else if (failed instanceof CallRefusedException refused
                    && refused.wasAttempted()
                    && refused.getCause() instanceof ModelException met) {
                lastFailure = met;
            }
            if (failure != null && !failed.equals(failure)) {
                failed.addSuppressed(failure);
            }
            failure = failed;
            if (textDelivered || !movesOn(failed)) {
                throw failed;
            }
            change(known -> known.failed(index, reason(failed), System.nanoTime()));
            return null;
        }

        RuntimeException failure() {
            return failure == null ? new IllegalStateException("a chain without pools") : failure;
        }

        private String note(ModelPool pool, int index) {
            if (index == 0) {
                return "";
            }
            String because = read(known -> known.because(0));
            return "answered by %s, pool %d of the chain, because %s %s"
                    .formatted(
                            quoted(pool.model()),
                            index + 1,
                            quoted(first.model()),
                            because.isEmpty() ? "has no price for the request" : because);
        }
    }

    private static String quoted(String model) {
        return "'" + Redactor.SHAPES.quote(model) + "'";
    }

    /** The kind of the failure: the words of a provider are no part of a note. */
    private static String reason(RuntimeException failure) {
        if (failure instanceof CallRefusedException refused) {
            return switch (refused.reason()) {
                case CallRefusedException.Reason.PoolStopped(ModelException stopper) -> "is stopped: " + name(stopper);
                case CallRefusedException.Reason.PoolPaused paused -> "is paused: " + name(paused.because());
                default -> "was refused";
            };
        }
        return failure instanceof ModelShutDownException ? "is shut down" : "failed: " + name(failure);
    }

    private static String name(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        return failure instanceof ModelException.ServerFailed failed ? kind + " " + failed.status() : kind;
    }

    // --- the state of a conversation

    private static ModelReply marked(ModelReply reply, int index) {
        return reply.providerState().isEmpty()
                ? reply
                : reply.withProviderState(index + String.valueOf(MARK) + reply.providerState());
    }

    /** Only the pool that made a state can read it. */
    private static ModelRequest ownStates(ModelRequest request, int index) {
        boolean hasStates = request.turns().stream()
                .anyMatch(turn -> turn instanceof Turn.Assistant said
                        && !said.providerState().isEmpty());
        return hasStates
                ? request.withTurns(request.turns().stream()
                        .map(turn -> ownState(turn, index))
                        .toList())
                : request;
    }

    private static Turn ownState(Turn turn, int index) {
        if (!(turn instanceof Turn.Assistant said)) {
            return turn;
        }
        String mark = index + String.valueOf(MARK);
        String own =
                said.providerState().startsWith(mark) ? said.providerState().substring(mark.length()) : "";
        return new Turn.Assistant(said.text(), said.toolCalls(), own);
    }
}
