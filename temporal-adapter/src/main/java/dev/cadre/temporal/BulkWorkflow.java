// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import dev.cadre.bulk.Bulk;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bulk run as a workflow: has a {@link BulkDrive} drive it through one history, and goes on in another one. */
final class BulkWorkflow implements Contract.BulkRunWorkflow {
    /** What this code does with a history; raised together with a branch for histories of before. */
    static final String CHANGE = "cadre-bulk";

    private static final int VERSION = 1;
    private static final Wire.Progress NOTHING = new Wire.Progress("RUNNING", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private final Registry registry;
    /** Inputs that came before anything could be done with them. */
    private final List<Wire.BulkInputs> early = new ArrayList<>();

    private @Nullable BulkDrive<?, ?> drive;
    private boolean isCancelled;

    BulkWorkflow(Registry registry) {
        this.registry = registry;
    }

    @Override
    public Wire.BulkEnded run(Wire.BulkStart start, Wire.@Nullable BulkCarry carry, Wire.@Nullable BulkPage ended) {
        var unused = Workflow.getVersion(CHANGE, Workflow.DEFAULT_VERSION, VERSION);
        // without the type no decision can be made: the task fails and is tried again, perhaps by a worker that has it
        return run(start, carry, registry.bulk(start.type()));
    }

    private <I, O> Wire.BulkEnded run(Wire.BulkStart start, Wire.@Nullable BulkCarry carry, Bulk<I, O> bulk) {
        var driven = new BulkDrive<>(registry, bulk, start, carry);
        if (carry == null) {
            requireUnhindered(driven);
        }
        drive = driven;
        early.forEach(driven::inputs);
        if (isCancelled) {
            driven.cancel();
        }
        // of the workflow itself: it stops the run, which then ends by itself
        CancellationScope.current().getCancellationRequest().thenApply(why -> {
            driven.cancel();
            return why;
        });
        List<Wire.BulkEnded> result = new ArrayList<>();
        Workflow.newDetachedCancellationScope(() -> driven.toTheEnd().ifPresent(result::add))
                .run();
        if (result.isEmpty()) {
            Workflow.continueAsNew(start, driven.carry(), driven.page());
        }
        return result.getFirst();
    }

    private static void requireUnhindered(BulkDrive<?, ?> driven) {
        String obstacle =
                Workflow.sideEffect(String.class, () -> driven.obstacle().orElse(""));
        if (!obstacle.isEmpty()) {
            throw ApplicationFailure.newNonRetryableFailure(obstacle, GraphWorkflow.REFUSED);
        }
    }

    @Override
    public void inputs(Wire.BulkInputs more) {
        if (drive == null) {
            early.add(more);
        } else {
            drive.inputs(more);
        }
    }

    @Override
    public void cancel() {
        isCancelled = true;
        if (drive != null) {
            drive.cancel();
        }
    }

    @Override
    public Wire.Progress progress() {
        return drive == null ? NOTHING : drive.progress();
    }

    @Override
    public Wire.BulkNews items(int from) {
        return drive == null ? new Wire.BulkNews(List.of(), 0, true) : drive.news(from);
    }

    @Override
    public Wire.@Nullable BulkEnded result() {
        return Optional.ofNullable(drive).flatMap(BulkDrive::result).orElse(null);
    }
}
