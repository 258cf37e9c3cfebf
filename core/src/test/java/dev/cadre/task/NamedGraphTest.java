// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.JsonException;
import org.junit.jupiter.api.Test;

class NamedGraphTest {
    record Topic(String name) {}

    private static final SubtaskType<Topic, Topic> SAME =
            SubtaskType.code("same", Topic.class, Topic.class, (topic, context) -> topic);
    private static final NamedGraph<Topic, Topic> GRAPH = NamedGraph.of("same", Topic.class, topic -> {
        var graph = TaskGraph.builder();
        return graph.answering(graph.add("same", SAME, topic));
    });

    @Test
    void graph_knowsWhereItIsFrom() {
        assertThat(GRAPH.on(new Topic("cats")).origin())
                .contains(new TaskGraph.Origin("same", 1, "{\"name\":\"cats\"}"));
        assertThat(GRAPH.version(2).on(new Topic("cats")).origin())
                .contains(new TaskGraph.Origin("same", 2, "{\"name\":\"cats\"}"));
    }

    @Test
    void graph_ofJson_isThatOfTheInput() {
        TaskGraph<Topic> graph = GRAPH.onJson("{\"name\":\"cats\"}");
        assertThat(graph.nodes()).extracting(GraphNode::id).containsExactly("same");
        assertThat(graph.origin()).isEqualTo(GRAPH.on(new Topic("cats")).origin());
        assertThatThrownBy(() -> GRAPH.onJson("{}")).isInstanceOf(JsonException.class);
    }

    @Test
    void graph_byHand_hasNoOrigin() {
        var graph = TaskGraph.builder();
        assertThat(graph.answering(graph.add("same", SAME, new Topic("cats"))).origin())
                .isEmpty();
    }

    @Test
    void badNames_andVersions_areRefused() {
        assertThatThrownBy(() -> NamedGraph.of("no name", Topic.class, GRAPH::on))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the name of a graph 'no name' must match");
        assertThatThrownBy(() -> GRAPH.version(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the version of graph 'same' must be at least 1, not 0");
    }
}
