// SPDX-License-Identifier: Apache-2.0
package dev.cadre.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.cadre.Coordinator;
import dev.cadre.budget.Budget;
import dev.cadre.bulk.BulkItem;
import dev.cadre.task.Outcome;
import dev.cadre.temporal.Graphs.Brief;
import dev.cadre.temporal.Graphs.Note;
import dev.cadre.temporal.Graphs.Topic;
import dev.cadre.temporal.Graphs.Topics;
import dev.cadre.testing.ScriptedModel;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverterException;
import io.temporal.common.converter.DefaultDataConverter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LargeValuesTest {
    @TempDir
    Path folder;

    private Payload payload(int bytes) {
        return Payload.newBuilder()
                .setData(ByteString.copyFromUtf8("x".repeat(bytes)))
                .build();
    }

    @Test
    void run_withLargeValues_hasThemOutsideOfItsHistory() throws Exception {
        var codec = ReferencingCodec.over(FileValueStore.in(folder)).above(2_000);
        WorkflowClientOptions options = WorkflowClientOptions.newBuilder()
                .setDataConverter(new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(codec)))
                .build();
        var topics = new Topics(IntStream.range(0, 10)
                .mapToObj(number -> number + " " + "long ".repeat(1_000))
                .toList());
        var model = new ScriptedModel();
        var fact = new Note("fact ".repeat(1_000));
        model.on(Graphs.NOTE).replies(fact);
        try (var cluster = new Cluster(options)) {
            cluster.start(cluster.worker(Coordinator.of(model.pools())));
            TemporalRun<Brief> run = cluster.runs().start(Graphs.FAN_OUT.on(topics), Budget.usd("5.00"));

            assertThat(run.result().requireComplete().lines()).hasSize(10).containsOnly(fact.text());

            assertThat(cluster.history(run.id()).getHistory().getEventsList())
                    .allSatisfy(event -> assertThat(event.getSerializedSize()).isLessThan(10_000));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files)
                    .isNotEmpty()
                    .allMatch(file -> file.getFileName().toString().length() == 64);
        }
    }

    @Test
    void bulk_withLargeValues_hasThemOutsideOfItsHistories() throws Exception {
        var codec = ReferencingCodec.over(FileValueStore.in(folder)).above(2_000);
        WorkflowClientOptions options = WorkflowClientOptions.newBuilder()
                .setDataConverter(new CodecDataConverter(DefaultDataConverter.newDefaultInstance(), List.of(codec)))
                .build();
        var model = new ScriptedModel();
        var fact = new Note("fact ".repeat(1_000));
        model.on(Graphs.NOTE).replies(fact);
        List<BulkItem<Note>> items = new ArrayList<>();
        try (var cluster = new Cluster(options)) {
            cluster.start(cluster.worker(Coordinator.of(model.pools())));
            cluster.runs()
                    .bulk(Graphs.NOTE)
                    .historyItems(4)
                    .parallel(2)
                    .run(
                            "bulk",
                            IntStream.range(0, 10).mapToObj(number -> new Topic(number + " " + "long ".repeat(1_000))),
                            Budget.usd("5.00"),
                            items::add);

            assertThat(items).hasSize(10).allMatch(item -> item.outcome().equals(new Outcome.Succeeded<>(fact)));
            assertThat(cluster.histories("bulk"))
                    .hasSizeGreaterThan(1)
                    .allSatisfy(history -> assertThat(history.getHistory().getEventsList())
                            .allSatisfy(event ->
                                    assertThat(event.getSerializedSize()).isLessThan(10_000)));
        }
    }

    @Test
    void value_comesBackAsItWas_andIsKeptOnce() throws IOException {
        var codec = ReferencingCodec.over(FileValueStore.in(folder)).above(100);
        List<Payload> values = List.of(payload(10), payload(1_000), payload(1_000));
        List<Payload> encoded = codec.encode(values);
        assertThat(encoded.getFirst()).isEqualTo(values.getFirst());
        assertThat(encoded.get(1).getSerializedSize()).isLessThan(200);
        assertThat(codec.decode(encoded)).isEqualTo(values);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void value_thatWasChanged_isNotRead() throws IOException {
        var codec = ReferencingCodec.over(FileValueStore.in(folder)).above(100);
        List<Payload> encoded = codec.encode(List.of(payload(1_000)));
        try (Stream<Path> files = Files.list(folder)) {
            Files.writeString(files.findFirst().orElseThrow(), "something else");
        }
        assertThatThrownBy(() -> codec.decode(encoded))
                .isInstanceOf(DataConverterException.class)
                .hasMessage("a value could not be read");
    }

    @Test
    void key_thatNamesAnotherFile_isRefused() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "a secret");
        FileValueStore store = FileValueStore.in(folder.resolve("values"));
        assertThatThrownBy(() -> store.get("../" + secret.getFileName()))
                .isInstanceOf(IOException.class)
                .hasMessage("the key of a value has 64 digits, not 9 characters");
    }
}
