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
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of a bulk run from one history after the other: of one that goes on by asking its workflow, of one that has
 * ended from its last event, which has all of its items. For one thread.
 */
final class BulkReader<O> {
    /** What may pass: the cluster is asked again. */
    private static final Set<Status.Code> PASSING = EnumSet.of(
            Status.Code.UNAVAILABLE,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.ABORTED,
            Status.Code.INTERNAL,
            Status.Code.UNKNOWN);
    /** Where a history that goes on in another one has its items among the arguments of that. */
    private static final int ENDED = 2;

    private final WorkflowClient client;
    private final String id;
    private final JsonType<O> form;
    private final EngineBulkResult<O> result;
    private @Nullable String run;
    /** How many items of the history were handed over. */
    private int told;

    private Wire.@Nullable BulkEnded ended;

    /** @param first the id of its first history; null if it is to be looked up */
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

    Wire.BulkEnded ended() {
        return Objects.requireNonNull(ended, "the run has not ended");
    }

    /**
     * Hands over what has ended and was not handed over.
     *
     * @param handedOver hears of the index of each
     * @throws InterruptedException if the calling thread was interrupted
     */
    void read(LongConsumer handedOver) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            if (run == null) {
                run = started("").getFirstExecutionRunId();
            }
            boolean isRunning = isRunning();
            while (ended == null && !isRunning && takeClosed(handedOver)) {
                isRunning = isRunning();
            }
            if (isRunning) {
                takeOpen(handedOver);
            }
        } catch (StatusRuntimeException unanswered) {
            requirePassing(unanswered);
        }
    }

    private void requirePassing(StatusRuntimeException unanswered) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Status.Code code = unanswered.getStatus().getCode();
        if (code == Status.Code.NOT_FOUND) {
            throw new IllegalStateException(
                    "the cluster has no history of run '%s'%s: it keeps them for some days only"
                            .formatted(id, run == null ? "" : " (" + run + ")"),
                    unanswered);
        }
        if (!PASSING.contains(code)) {
            throw unanswered;
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

    private void takeOpen(LongConsumer handedOver) throws InterruptedException {
        try {
            Wire.BulkPage page = workflow().query(Contract.ITEMS, Wire.BulkPage.class, told);
            handOver(page.ends(), handedOver);
        } catch (WorkflowQueryException | WorkflowNotFoundException | WorkflowServiceException unanswered) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            // no worker is there, or the history has ended meanwhile: asked again, or read from its last event
        }
    }

    /** Takes the rest of a history that has ended; false if its last event cannot be seen yet. */
    private boolean takeClosed(LongConsumer handedOver) {
        List<HistoryEvent> last = events(run(), HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
        if (last.isEmpty()) {
            return takeUntold(handedOver);
        }
        HistoryEvent close = last.getLast();
        if (close.hasWorkflowExecutionContinuedAsNewEventAttributes()) {
            WorkflowExecutionContinuedAsNewEventAttributes next =
                    close.getWorkflowExecutionContinuedAsNewEventAttributes();
            goOn(next.getInput(), next.getNewExecutionRunId(), handedOver);
            return true;
        }
        Wire.@Nullable BulkEnded end = close.hasWorkflowExecutionCanceledEventAttributes()
                ? workflow().query(Contract.RESULT, Wire.BulkEnded.class)
                : result();
        if (end == null) {
            throw new IllegalStateException("run '%s' was cancelled before it began".formatted(id));
        }
        rest(end.last(), handedOver);
        ended = end;
        return true;
    }

    /**
     * Takes the rest of a history that has ended without saying so, as those of the test server do if a signal comes at that
     * moment: from the first event of the one after it, or from its workflow.
     */
    private boolean takeUntold(LongConsumer handedOver) {
        for (String later = currentRun(); !later.isEmpty() && !later.equals(run); ) {
            WorkflowExecutionStartedEventAttributes start = started(later);
            if (start.getContinuedExecutionRunId().equals(run)) {
                goOn(start.getInput(), later, handedOver);
                return true;
            }
            later = start.getContinuedExecutionRunId();
        }
        Wire.@Nullable BulkEnded end = workflow().query(Contract.RESULT, Wire.BulkEnded.class);
        if (end == null) {
            return false;
        }
        rest(end.last(), handedOver);
        ended = end;
        return true;
    }

    private void goOn(Payloads arguments, String next, LongConsumer handedOver) {
        rest(read(arguments.getPayloads(ENDED), Wire.BulkPage.class), handedOver);
        run = next;
        told = 0;
    }

    private Wire.BulkEnded result() {
        try {
            return workflow().getResult(Wire.BulkEnded.class);
        } catch (WorkflowFailedException failed) {
            if (failed.getCause() instanceof ApplicationFailure refused
                    && refused.getType().equals(GraphWorkflow.REFUSED)) {
                throw new IllegalStateException(refused.getOriginalMessage(), failed);
            }
            throw failed;
        }
    }

    private void rest(Wire.BulkPage page, LongConsumer handedOver) {
        handOver(page.ends().subList(told, page.ends().size()), handedOver);
    }

    private <T> T read(Payload payload, Class<T> type) {
        return Objects.requireNonNull(client.getOptions().getDataConverter().fromPayload(payload, type, type));
    }

    private void handOver(List<Wire.BulkEnd> ends, LongConsumer handedOver) {
        for (Wire.BulkEnd end : ends) {
            told++;
            handedOver.accept(end.index());
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
