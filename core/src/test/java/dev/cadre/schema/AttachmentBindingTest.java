// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttachmentBindingTest {
    sealed interface Sheet {
        record Scanned(Attachment.Image image) implements Sheet {}

        record Typed(String text) implements Sheet {}
    }

    record Binder(
            Attachment first,
            List<Attachment> more,
            Optional<Attachment.File> file,
            Map<String, Attachment.Image> byName,
            List<Sheet> sheets) {}

    record Plain(String text, List<Plain> more) {}

    private static final JsonType<Attachment> ANY = JsonType.of(Attachment.class);
    private static final JsonType<Binder> BINDER = JsonType.of(Binder.class);
    private static final Attachment.Image PNG = Attachment.Image.of("image/png", new byte[] {1, 2, 3, 4});
    private static final Attachment.Image GIF =
            Attachment.Image.of("image/gif", new byte[] {5, 6, 7}).withDetail(Attachment.Detail.LOW);
    private static final Attachment.Image AT = Attachment.Image.at(URI.create("https://pictures.example.com/a?key=b"));
    private static final Attachment.File PDF =
            Attachment.File.of("lease.pdf", "application/pdf", new byte[1_234]).boundedBy(500);
    private static final Binder FULL = new Binder(
            PNG,
            List.of(AT, PDF),
            Optional.of(PDF),
            Map.of("b", GIF, "a", PNG),
            List.of(new Sheet.Typed("text"), new Sheet.Scanned(GIF)));

    private static String inline(String mediaType, String base64) {
        return "{\"value\":{\"kind\":\"Image\",\"source\":{\"kind\":\"Inline\",\"mediaType\":\"%s\",\"base64\":\"%s\"},\"detail\":\"HIGH\"}}"
                .formatted(mediaType, base64);
    }

    @Test
    void value_isReadAsItWasWritten() {
        assertThat(BINDER.read(BINDER.write(FULL))).isEqualTo(FULL);
        assertThat(ANY.read(ANY.write(AT))).isEqualTo(AT);
        assertThat(JsonType.of(Attachment.File.class)
                        .read(JsonType.of(Attachment.File.class).write(PDF)))
                .isEqualTo(PDF);
    }

    @Test
    void form_isTheSame_whateverKindWasDeclared() {
        assertThat(JsonType.of(Attachment.Image.class).write(PNG))
                .isEqualTo(ANY.write(PNG))
                .isEqualTo(inline("image/png", "AQIDBA=="));
        assertThat(ANY.accepts(JsonType.of(Attachment.Image.class))).isTrue();
        assertThat(JsonType.of(Attachment.Image.class).accepts(ANY)).isFalse();
        assertThat(JsonType.of(Attachment.Image.class).accepts(JsonType.of(Attachment.File.class)))
                .isFalse();
    }

    /** Its base64 would stand in the prompt. */
    @Test
    void partOfAnAttachment_isNoValue() {
        record Page(Attachment.Source.Inline bytes) {}
        record Pages(List<Attachment.Source> all) {}

        assertThatThrownBy(() -> JsonType.of(Page.class))
                .isInstanceOf(JsonTypeException.class)
                .hasMessage(
                        "Page.bytes: Inline is what an attachment is made of; use Attachment.Image or Attachment.File");
        assertThatThrownBy(() -> JsonType.of(Pages.class)).hasMessageContaining("Pages.all[]: Source is what");
    }

    @Test
    void marks_standInTheOrderOfTheComponents_andNoBytesAreLeft() {
        var marked = Marked.of(BINDER, FULL);

        assertThat(marked.attachments()).containsExactly(PNG, AT, PDF, PDF, PNG, GIF, GIF);
        assertThat(marked.json().write())
                .isEqualTo(
                        "{\"first\":\"attachment 1: image/png\","
                                + "\"more\":[\"attachment 2: image at pictures.example.com\",\"attachment 3: lease.pdf, application/pdf\"],"
                                + "\"file\":\"attachment 4: lease.pdf, application/pdf\","
                                + "\"byName\":[{\"key\":\"a\",\"value\":\"attachment 5: image/png\"},{\"key\":\"b\",\"value\":\"attachment 6: image/gif\"}],"
                                + "\"sheets\":[{\"kind\":\"Typed\",\"text\":\"text\"},{\"kind\":\"Scanned\",\"image\":\"attachment 7: image/gif\"}]}");
        assertThat(Marked.restored(BINDER, marked.json(), marked.attachments())).isEqualTo(FULL);
    }

    @Test
    void description_saysWhatItIs_typeKnownOrNot() {
        String described = Marked.described(BINDER, FULL).write();

        assertThat(described)
                .contains("\"first\":\"image/png, 4 bytes\"")
                .contains("\"image at pictures.example.com\",\"lease.pdf, application/pdf, 1,234 bytes\"")
                .contains("\"image/gif, 3 bytes\"")
                .doesNotContain("key=b");
        assertThat(Marked.described(Json.parse(BINDER.write(FULL))).write()).isEqualTo(described);
        assertThat(Marked.described(BINDER.write(FULL))).isEqualTo(described);
        assertThat(Marked.described("no \"base64\" JSON")).isEqualTo("no \"base64\" JSON");
    }

    @Test
    void nameOfAFile_isOneLineAndCut() {
        var file = Attachment.File.of("a\nb" + "c".repeat(200), "text/plain", new byte[] {1});

        assertThat(Marked.description(file)).isEqualTo("a b" + "c".repeat(77) + "…, text/plain, 1 bytes");
    }

    @Test
    void schema_saysThatSomethingStandsThere_andNothingOfItsForm() {
        assertThat(BINDER.schema())
                .contains("\"first\":{\"type\":\"string\",\"title\":\"dev.cadre.model.Attachment\"}")
                .doesNotContain("base64");
        assertThat(Notation.of(BINDER))
                .isEqualTo(
                        "{\"first\": attachment, \"more\": list of attachment, \"file\": file or null, "
                                + "\"byName\": list of {\"key\": string, \"value\": image}, "
                                + "\"sheets\": list of {\"kind\": \"Scanned\", \"image\": image} or {\"kind\": \"Typed\", \"text\": string}}");
    }

    @Test
    void typeWithAttachments_isNoneThatAModelWrites() {
        assertThat(BINDER.holdsAttachments()).isTrue();
        assertThatThrownBy(() -> BINDER.requireWritable("the output of 'x'"))
                .isInstanceOf(JsonTypeException.class)
                .hasMessage("the output of 'x': Binder.first is a picture or file, and only code makes those");
        assertThat(JsonType.of(Plain.class).requireWritable("it")).isEqualTo(JsonType.of(Plain.class));
        assertThat(JsonType.of(Set.class, Attachment.File.class).holdsAttachments())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AQID!A==", "AQIDBA=", "AQ=DBA==", "", "====", "AQID BA=", "AQID\\nBA="})
    void base64ThatIsNone_isADefect_thatDoesNotQuoteIt(String broken) {
        assertThatThrownBy(() -> ANY.read(inline("image/png", broken)))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessageContaining("$.value: its %d characters are no base64"
                        .formatted(broken.replace("\\n", "n").length()));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"value\":\"AQIDBA==\"}', '$.value: expected an object, got a string'",
        "'{\"value\":{\"kind\":\"Movie\"}}', '$.value.kind: \"Movie\" is not one of Image, File'",
        "'{\"value\":{\"kind\":\"Image\",\"source\":{\"kind\":\"At\",\"address\":\"http://example.com/a\"},\"detail\":\"LOW\"}}', 'an attachment''s address must be https'",
        "'{\"value\":{\"kind\":\"File\",\"name\":\"\",\"content\":{\"mediaType\":\"a/b\",\"base64\":\"AQID\"},\"maxTokens\":1}}', 'a file needs a name and a token bound'",
        "'{\"value\":{\"kind\":\"File\",\"name\":\"a\",\"content\":{\"mediaType\":\"a/b,c\",\"base64\":\"AQID\"},\"maxTokens\":1}}', '$.value: its media type is none such as image/png'"
    })
    void otherForm_isADefectThatNamesThePlace(String json, String defect) {
        assertThatThrownBy(() -> ANY.read(json))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessageContaining(defect);
    }

    @Test
    void otherKindThanDeclared_isADefect() {
        assertThatThrownBy(() -> JsonType.of(Attachment.File.class).read(ANY.write(PNG)))
                .isInstanceOf(JsonMismatchException.class)
                .hasMessageContaining("$.value: expected file, got image");
    }
}
