// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.temporal.Graphs.Topic;
import io.grpc.Status;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.converter.DefaultDataConverter;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is sent to a bulk run, and when, without a cluster. */
@Timeout(30)
class BulkFeedTest {
    private static final Duration TICK = Duration.ofMillis(50);

    private final List<BulkWire.Inputs> sent = new ArrayList<>();

    /** @param isReached asked with each signal */
    private BulkFeed<Topic> feed(int inputs, int chars, long taken, BooleanSupplier isReached) {
        var workflow = (WorkflowStub) Proxy.newProxyInstance(
                WorkflowStub.class.getClassLoader(),
                new Class<?>[] {WorkflowStub.class},
                (proxy, method, arguments) -> {
                    if (!isReached.getAsBoolean()) {
                        throw new WorkflowServiceException(
                                WorkflowExecution.getDefaultInstance(), "", Status.UNAVAILABLE.asRuntimeException());
                    }
                    sent.add((BulkWire.Inputs) ((Object[]) arguments[1])[0]);
                    return null;
                });
        var feed = new BulkFeed<>(
                IntStream.range(0, inputs)
                        .mapToObj(number -> new Topic("x".repeat(chars)))
                        .iterator(),
                null,
                Graphs.NOTE.inputType(),
                new BulkFeed.Target(workflow, DefaultDataConverter.newDefaultInstance(), taken, 228));
        feed.start();
        return feed;
    }

    private List<Long> indexes() {
        return sent.stream()
                .flatMap(page -> page.inputs().stream())
                .map(BulkWire.Input::index)
                .toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private void sendUntil(BulkFeed<Topic> feed, BooleanSupplier isEnough) throws InterruptedException {
        while (!isEnough.getAsBoolean()) {
            feed.send(TICK);
        }
    }

    @Test
    void clusterThatIsNotReachedForAWhile_hasEachInputOnce() throws InterruptedException {
        var asked = new int[1];
        try (var feed = feed(150, 1, 0, () -> ++asked[0] % 3 == 0)) {
            sendUntil(feed, () -> !sent.isEmpty() && sent.getLast().isEnd());
        }
        assertThat(indexes()).isEqualTo(range(0, 150));
    }

    @Test
    void largeInputs_waitHereUntilThoseBeforeThemHaveBegun() throws InterruptedException {
        try (var feed = feed(40, 100_000, 0, () -> true)) {
            sendUntil(feed, () -> indexes().size() == 5);
            feed.send(TICK);
            assertThat(indexes()).isEqualTo(range(0, 5));
            feed.news(3, true);
            sendUntil(feed, () -> indexes().size() == 8);
        }
        assertThat(indexes()).isEqualTo(range(0, 8));
    }

    @Test
    void runThatIsGoneOnWith_hasNothingAgain_andNothingBeforeItsOwnHasBegun() throws InterruptedException {
        try (var feed = feed(1_000, 1, 990, () -> true)) {
            feed.send(TICK);
            feed.news(980, true);
            feed.send(TICK);
            assertThat(sent).isEmpty();
            feed.news(990, true);
            sendUntil(feed, () -> !sent.isEmpty() && sent.getLast().isEnd());
        }
        assertThat(indexes()).isEqualTo(range(990, 1_000));
    }

    @Test
    void runThatIsNotOpen_isSentNoFurtherInputs() throws InterruptedException {
        try (var feed = feed(1_000, 1, 0, () -> true)) {
            sendUntil(feed, () -> indexes().size() == 228);
            feed.news(228, false);
            LongStream.range(0, 228).forEach(feed::handedOver);
            sendUntil(feed, () -> sent.getLast().isEnd());
        }
        assertThat(indexes().size()).isLessThanOrEqualTo(229);
    }
}
