// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.task.ToolException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionReaderTest {
    private static String call(String actions) {
        return "{\"actions\":[" + actions + "]}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "50|{\"type\":\"wait\"}|actions: 51, more than 50",
                "100|{\"x\":1,\"y\":1}|path: 101, more than 100",
                "8|\"A\"|keys: 9, more than 8",
                "10000|x|text: 10001 characters, more than 10000",
            })
    void call_beyondALimit_isRefused(int most, String item, String defect) throws ToolException {
        assertThat(ActionReader.read(holding(item, most)).defect()).isEmpty();
        assertThat(ActionReader.read(holding(item, most + 1)).defect()).isEqualTo("bad arguments: " + defect);
    }

    private static String holding(String item, int times) {
        String items = (item + ",").repeat(times).substring(0, times * (item.length() + 1) - 1);
        return switch (item.charAt(0)) {
            case 'x' -> call("{\"type\":\"type\",\"text\":\"" + item.repeat(times) + "\"}");
            case '"' -> call("{\"type\":\"keypress\",\"keys\":[" + items + "]}");
            default -> item.contains("wait") ? call(items) : call("{\"type\":\"drag\",\"path\":[" + items + "]}");
        };
    }

    @Test
    void action_ofALongName_isQuotedInPart() throws ToolException {
        assertThat(ActionReader.read(call("{\"type\":\"" + "z".repeat(100_000) + "\"}"))
                        .defect())
                .isEqualTo("bad arguments: there is no action '" + "z".repeat(40) + "'");
        assertThatThrownBy(() -> ActionReader.read("[".repeat(100_000)))
                .isInstanceOf(ToolException.class)
                .hasMessageStartingWith("bad arguments: ");
    }
}
