// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.Finish;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.RateLimits;
import dev.cadre.model.ServiceTier;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.model.ToolCall;
import dev.cadre.model.Turn;
import dev.cadre.task.Limits;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import java.util.List;

/** One rung and the events of a test. */
final class RungScript {
    record Topic(String name) {}

    record Note(String text) {}

    record Word(String word) {}

    static final SubtaskType<Topic, Note> NOTE =
            SubtaskType.model("note", Topic.class, Note.class, "State a fact about the topic.");
    static final Tool ECHO = Tool.of("echo", "Repeats a word.", Word.class, (word, context) -> word.word());
    static final Tool SEND = Tool.of("send", "Sends a word.", Word.class, (word, context) -> "sent")
            .writing(Tool.Effect.WRITES);
    static final String NOTE_JSON = "{\"text\":\"They purr.\"}";

    private static final long MOST_OUTPUT_TOKENS = 128_000;

    private final Rung rung;

    private RungScript(Rung rung) {
        this.rung = rung;
    }

    static RungScript of(SubtaskType<Topic, Note> type) {
        return of(type, Limits.DEFAULT);
    }

    static RungScript of(SubtaskType<Topic, Note> type, Limits limits) {
        return of(RungTask.first(type, new Topic("cats"), "s1", Tier.NANO), limits);
    }

    static RungScript of(RungTask task, Limits limits) {
        return new RungScript(Rung.of(task, "nano-model", MOST_OUTPUT_TOKENS, limits));
    }

    static RungScript begun(SubtaskType<Topic, Note> type) {
        return begun(type, Limits.DEFAULT);
    }

    static RungScript begun(SubtaskType<Topic, Note> type, Limits limits) {
        RungScript script = of(type, limits);
        script.on(new RungEvent.Begin());
        return script;
    }

    RungCommand on(RungEvent event) {
        return rung.on(event);
    }

    RungCommand.Call begin() {
        return call(on(new RungEvent.Begin()));
    }

    RungCommand replies(Finish finish, String text, ToolCall... calls) {
        return on(new RungEvent.Replied(new ModelReply(
                "nano-model",
                text,
                List.of(calls),
                finish,
                TokenUsage.of(100, 10),
                ServiceTier.STANDARD,
                RateLimits.UNKNOWN,
                "")));
    }

    RungCommand answers(String text) {
        return replies(Finish.COMPLETE, text);
    }

    RungCommand asks(ToolCall... calls) {
        return replies(Finish.TOOL_CALLS, "", calls);
    }

    RungCommand ended(ToolEnd... ends) {
        return on(new RungEvent.ToolsEnded(List.of(ends)));
    }

    static ToolCall echo(String id, String word) {
        return new ToolCall(id, "echo", "{\"word\":\"%s\"}".formatted(word));
    }

    static RungCommand.Call call(RungCommand command) {
        assertThat(command).isInstanceOf(RungCommand.Call.class);
        return (RungCommand.Call) command;
    }

    static ModelRequest request(RungCommand command) {
        return call(command).request();
    }

    static List<Turn> turns(RungCommand command) {
        return request(command).turns();
    }

    static RungEnd end(RungCommand command) {
        assertThat(command).isInstanceOf(RungCommand.End.class);
        return ((RungCommand.End) command).end();
    }

    static RungEnd.Rejected rejected(RungCommand command) {
        assertThat(end(command)).isInstanceOf(RungEnd.Rejected.class);
        return (RungEnd.Rejected) end(command);
    }

    static RungEnd.Failed failed(RungCommand command) {
        assertThat(end(command)).isInstanceOf(RungEnd.Failed.class);
        return (RungEnd.Failed) end(command);
    }
}
