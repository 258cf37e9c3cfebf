// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingsTest {
    private static final Told TOLD = Told.nothing()
            .at("plan", "{\"subtasks\":[]}")
            .calling("bus", "speed", "{'vehicle':'bus'}")
            .work("bus", "{'hours':2}");

    @TempDir
    private Path folder;

    private Recordings recordings() {
        return new Recordings(folder.resolve("new"));
    }

    private static Conversation of(String exercise, int repetition) {
        return new Conversation(
                new Trial("tools.travel", exercise, repetition),
                "m",
                new Verdict(Cause.ANSWER_WRONG, "lacks 'two'"),
                TOLD.conversation().replies());
    }

    @Test
    void conversation_thatWasPut_comesBack() {
        recordings().put("tools.travel", List.of(of("train", 1), of("bus", 2), of("bus", 1)));

        assertThat(recordings().all()).containsExactly(of("bus", 1), of("bus", 2), of("train", 1));
        assertThat(recordings().of("tools.travel")).isEqualTo(recordings().all());
    }

    @Test
    void exercise_thatIsPutAgain_replacesItsRecordingsOnly() {
        recordings().put("tools.travel", List.of(of("bus", 1), of("bus", 2), of("train", 1)));

        recordings().put("tools.travel", List.of(of("bus", 1)));

        assertThat(recordings().all()).containsExactly(of("bus", 1), of("train", 1));
    }

    @Test
    void noConversations_leaveTheFolderAsItIs() {
        recordings().put("merges", List.of());

        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void folder_thatIsNotThere_isEmpty() {
        assertThat(recordings().all()).isEmpty();
        assertThat(recordings().of("merges")).isEmpty();
    }

    @Test
    void line_thatIsDamaged_isNamed() throws Exception {
        recordings().put("tools.travel", List.of(of("bus", 1)));
        Path file = folder.resolve("new/tools.travel.jsonl");

        for (String damage :
                List.of("{", "[]", "{\"exercise\":1}", "{\"exercise\":\"bus\",\"repetition\":1,\"calls\":[1]}")) {
            Files.writeString(file, Files.readAllLines(file).getFirst() + "\n" + damage + "\n");

            assertThatThrownBy(() -> recordings().all())
                    .as(damage)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("recording tools.travel.jsonl is damaged in line 2: ");
        }
    }

    @Test
    void format_thatIsUnknown_isRefused() throws Exception {
        Files.writeString(folder.resolve("a.jsonl"), "{\"recording\":9,\"section\":\"a\"}\n");

        assertThatThrownBy(() -> new Recordings(folder).all())
                .hasMessage("recording a.jsonl is damaged in line 1: another format than 1");
    }
}
