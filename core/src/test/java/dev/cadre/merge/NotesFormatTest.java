// SPDX-License-Identifier: Apache-2.0
package dev.cadre.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cadre.json.Json;
import dev.cadre.merge.NotesFormat.Fact;
import dev.cadre.merge.NotesFormat.Noted;
import dev.cadre.schema.JsonMismatchException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotesFormatTest {
    private final NotesFormat format = new NotesFormat(100);

    @Test
    void facts_keepTheirCitationsAsTheyWereWritten() {
        assertThat(format.read("{\"facts\":[{\"text\":\"a\",\"citations\":[1,\"[2]\"]},{\"text\":\"b\"}]}"))
                .containsExactly(new Fact("a", List.of(Json.Num.of(1), new Json.Str("[2]"))), new Fact("b", List.of()));
        assertThat(format.read("{\"facts\":[]}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "no JSON | not valid JSON",
                "{\"facts\":7} | $.facts: expected an array",
                "{\"facts\":[7]} | $.facts[0]: expected an object",
                "{\"facts\":[{\"text\":7,\"citations\":[]}]} | $.facts[0].text: expected a string",
                "{\"facts\":[],\"facts\":[]} | $.facts: duplicate key",
                "{} | $.facts"
            })
    void replyOfAnotherForm_isAMistakeWithItsPlace(String reply, String defect) {
        assertThatExceptionOfType(JsonMismatchException.class)
                .isThrownBy(() -> format.read(reply))
                .withMessageContaining(defect);
    }

    @Test
    void notesThatAreTooLong_areAMistake() {
        String half = "{\"text\":\"%s\",\"citations\":[]}".formatted("x".repeat(32));
        assertThat(format.read("{\"facts\":[%s,%s]}".formatted(half, half))).hasSize(2);

        assertThatExceptionOfType(JsonMismatchException.class)
                .isThrownBy(() -> format.read("{\"facts\":[%s,%s]}".formatted(half, half.replace("xx", "xxx"))))
                .withMessage("$.facts: 116 bytes of notes, at most 100 are taken: write less");
    }

    @Test
    void keptNotes_areReadAgain() {
        List<Noted> notes = List.of(new Noted("a", List.of(3, 1)), new Noted("b", List.of()));

        assertThat(NotesFormat.kept(NotesFormat.keep(notes))).isEqualTo(notes);
    }
}
