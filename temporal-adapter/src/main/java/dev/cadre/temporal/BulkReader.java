// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.BulkItem;
import dev.cadre.bulk.EngineBulkResult;
import dev.cadre.schema.JsonType;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowExecutionContinuedAsNewEventAttributes;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowQueryException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of a bulk run from one history after the other: of one that goes on by asking its workflow, of one that has
 * ended from its last event, which has all of its items. For one thread.
 */
final class BulkReader<O> {
    /** Where a history has its order, what an earlier one leaves, and the items of that among its arguments. */
    private static final int START = 0;

    private static final int CARRY = 1;
    private static final int ENDED = 2;

    /** Hears what a run tells besides its items. */
    interface Hearer {
        /** Nobody who sends inputs. */
        Hearer NOBODY = new Hearer() {
            @Override
            public void news(long begun, boolean isOpen) {}

            @Override
            public void handedOver(long index) {}
        };

        /**
         * Before the items are handed over that were known then.
         *
         * @param begun how many inputs of the run wait no longer
         * @param isOpen whether further ones are wanted
         */
        void news(long begun, boolean isOpen);

        /** Before an item is handed over. */
        void handedOver(long index);
    }

    private final WorkflowClient client;
    private final String id;
    private final JsonType<O> form;
    private final EngineBulkResult<O> result;
    private @Nullable String run;
    /** How many items of the history were handed over. */
    private int told;

    private BulkWire.@Nullable Ended ended;

    /** @param first the id of its first history; null if it is to be {@linkplain #find looked up} */
    BulkReader(WorkflowClient client, String id, @Nullable String first, JsonType<O> form, EngineBulkResult<O> result) {
        this.client = client;
        this.id = id;
        run = first;
        this.form = form;
        this.result = result;
    }

    boolean isEnded() {
        return ended != null;
    }

    BulkWire.Ended ended() {
        return Objects.requireNonNull(ended, "the run has not ended");
    }

    /**
     * Looks the run up.
     *
     * @throws IllegalArgumentException if it is another one than this type's
     */
    void find(String type) {
        WorkflowExecutionStartedEventAttributes start = started("");
        if (!start.getWorkflowType().getName().equals(Contract.BULK)
                || !read(start.getInput().getPayloads(START), BulkWire.Start.class)
                        .type()
                        .equals(type)) {
            throw new IllegalArgumentException("run '%s' is no bulk of subtask type '%s'".formatted(id, type));
        }
        run = start.getFirstExecutionRunId();
    }

    /**
     * Hands over what has ended and was not handed over.
     *
     * @throws InterruptedException if the calling thread was interrupted
     */
    void read(Hearer hearer) throws InterruptedException {
        Unanswered.throwIfInterrupted();
        try {
            boolean isRunning = ask(this::isRunning);
            while (ended == null && !isRunning && takeClosed(hearer)) {
                isRunning = ask(this::isRunning);
            }
            if (isRunning) {
                take(news(), hearer);
            }
        } catch (Unanswered again) {
            // asked again with the next read
        }
    }

    private <T> T ask(Supplier<T> question) throws Unanswered, InterruptedException {
        try {
            return Unanswered.ask(question);
        } catch (StatusRuntimeException refused) {
            if (refused.getStatus().getCode() == Status.Code.NOT_FOUND) {
                throw new IllegalStateException(
                        "the cluster has no history of run '%s'%s: it keeps them for some days only"
                                .formatted(id, run == null ? "" : " (" + run + ")"),
                        refused);
            }
            throw refused;
        }
    }

    /** @param of the id of a history; empty for the last one */
    private WorkflowExecution execution(String of) {
        return WorkflowExecution.newBuilder().setWorkflowId(id).setRunId(of).build();
    }

    private WorkflowExecutionInfo describe(String of) {
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(execution(of))
                        .build())
                .getWorkflowExecutionInfo();
    }

    private String currentRun() {
        return describe("").getExecution().getRunId();
    }

    private boolean isRunning() {
        return switch (describe(run()).getStatus()) {
            case WORKFLOW_EXECUTION_STATUS_RUNNING,
                    WORKFLOW_EXECUTION_STATUS_PAUSED,
                    WORKFLOW_EXECUTION_STATUS_UNSPECIFIED -> true;
            default -> false;
        };
    }

    private String run() {
        return Objects.requireNonNull(run, "no history is known");
    }

    private List<HistoryEvent> events(String of, HistoryEventFilterType filter) {
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(execution(of))
                        .setHistoryEventFilterType(filter)
                        .setMaximumPageSize(1)
                        .build())
                .getHistory()
                .getEventsList();
    }

    private WorkflowExecutionStartedEventAttributes started(String of) {
        return events(of, HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
                .getFirst()
                .getWorkflowExecutionStartedEventAttributes();
    }

    private WorkflowStub workflow() {
        return client.newUntypedWorkflowStub(WorkflowTargetOptions.newBuilder()
                .setWorkflowExecution(execution(run()))
                .build());
    }

    /** Without a worker nobody answers, nor if the history has ended meanwhile: it is asked again, or its last event is. */
    private BulkWire.News news() throws Unanswered, InterruptedException {
        try {
            return workflow().query(Contract.ITEMS, BulkWire.News.class, told);
        } catch (WorkflowQueryException | WorkflowNotFoundException | WorkflowServiceException why) {
            Unanswered.throwIfInterrupted();
            throw new Unanswered(why);
        }
    }

    private void take(BulkWire.News news, Hearer hearer) {
        hearer.news(news.begun(), news.isOpen());
        handOver(news.ends(), hearer);
    }

    /** Takes the rest of a history that has ended; false if its last event cannot be seen yet. */
    private boolean takeClosed(Hearer hearer) throws Unanswered, InterruptedException {
        List<HistoryEvent> last =
                ask(() -> events(run(), HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT));
        if (last.isEmpty()) {
            return takeUntold(hearer);
        }
        HistoryEvent close = last.getLast();
        if (close.hasWorkflowExecutionContinuedAsNewEventAttributes()) {
            WorkflowExecutionContinuedAsNewEventAttributes next =
                    close.getWorkflowExecutionContinuedAsNewEventAttributes();
            goOn(next.getInput(), next.getNewExecutionRunId(), hearer);
            return true;
        }
        BulkWire.@Nullable Ended end =
                close.hasWorkflowExecutionCanceledEventAttributes() ? ask(this::resultNow) : ask(this::result);
        if (end == null) {
            throw new IllegalStateException("run '%s' was cancelled before it began".formatted(id));
        }
        rest(end.last(), hearer);
        ended = end;
        return true;
    }

    /**
     * Takes the rest of a history that has ended without saying so, as those of the test server do if a signal comes at that
     * moment: from the first event of the one after it, or from its workflow.
     */
    private boolean takeUntold(Hearer hearer) throws Unanswered, InterruptedException {
        for (String later = ask(this::currentRun); !later.isEmpty() && !later.equals(run); ) {
            String asked = later;
            WorkflowExecutionStartedEventAttributes start = ask(() -> started(asked));
            if (start.getContinuedExecutionRunId().equals(run)) {
                goOn(start.getInput(), later, hearer);
                return true;
            }
            later = start.getContinuedExecutionRunId();
        }
        BulkWire.@Nullable Ended end = ask(this::resultNow);
        if (end == null) {
            return false;
        }
        rest(end.last(), hearer);
        ended = end;
        return true;
    }

    private void goOn(Payloads arguments, String next, Hearer hearer) throws Unanswered, InterruptedException {
        rest(read(arguments.getPayloads(ENDED), BulkWire.Page.class), hearer);
        BulkWire.Carry carry = read(arguments.getPayloads(CARRY), BulkWire.Carry.class);
        hearer.news(carry.next() - carry.pending().size(), true);
        run = next;
        told = 0;
    }

    private BulkWire.@Nullable Ended resultNow() {
        return workflow().query(Contract.RESULT, BulkWire.Ended.class);
    }

    private BulkWire.Ended result() {
        try {
            return workflow().getResult(BulkWire.Ended.class);
        } catch (WorkflowFailedException failed) {
            if (failed.getCause() instanceof ApplicationFailure refused
                    && refused.getType().equals(GraphWorkflow.REFUSED)) {
                throw new IllegalStateException(refused.getOriginalMessage(), failed);
            }
            throw failed;
        }
    }

    /** What the page of a history that has ended had no room for is asked of its workflow. */
    private void rest(BulkWire.Page page, Hearer hearer) throws Unanswered, InterruptedException {
        handOver(
                page.ends()
                        .subList(Math.min(told, page.ends().size()), page.ends().size()),
                hearer);
        while (told < page.total()) {
            List<BulkWire.End> more = news().ends();
            if (more.isEmpty()) {
                throw new IllegalStateException(
                        "run '%s' (%s) has told of %d items, and has %d".formatted(id, run(), page.total(), told));
            }
            handOver(more, hearer);
        }
    }

    private <T> T read(Payload payload, Class<T> type) {
        return Objects.requireNonNull(client.getOptions().getDataConverter().fromPayload(payload, type, type));
    }

    private void handOver(List<BulkWire.End> ends, Hearer hearer) {
        for (BulkWire.End end : ends) {
            told++;
            hearer.handedOver(end.index());
            result.ended(
                    new BulkItem<>(
                            end.index(), end.key(), outcome(end.result()), Payments.spend(end.paid()), Origin.SESSION),
                    new EngineBulkResult.Findings(end.replies(), end.notes(), end.abandoned()));
        }
    }

    @SuppressWarnings("unchecked") // it was read by this form
    private Outcome<O> outcome(Wire.Result told) {
        return (Outcome<O>) (Outcome<?>) Outcomes.read(told, form);
    }
}
