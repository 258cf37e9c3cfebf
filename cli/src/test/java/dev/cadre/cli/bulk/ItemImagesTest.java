// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemImagesTest {
    private static final String PNG = "\u0089PNG\r\n\u001a\nrest";

    @TempDir
    Path outside;

    private Path folder() throws IOException {
        return Files.createDirectories(outside.resolve("input"));
    }

    private List<Attachment> of(String... fieldsAndTexts) throws IOException {
        Json.Obj item = Json.obj();
        for (int i = 0; i < fieldsAndTexts.length; i += 2) {
            item = item.with(fieldsAndTexts[i], fieldsAndTexts[i + 1]);
        }
        return new ItemImages(folder(), List.of("photo", "back"), Attachment.Detail.LOW).of(item);
    }

    private Path write(Path file, String content) throws IOException {
        return Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({"PNG,image/png", "JPEG,image/jpeg", "GIF,image/gif", "WEBP,image/webp"})
    void picture_isSentAsWhatItBeginsAs_whateverItsName(String format, String mediaType) throws Exception {
        String content = switch (format) {
            case "PNG" -> PNG;
            case "JPEG" -> "\u00ff\u00d8\u00ff\u00e0";
            case "GIF" -> "GIF89a";
            default -> "RIFF\u0000\u0000\u0000\u0000WEBPVP8";
        };
        write(folder().resolve("a.txt"), content);

        assertThat(of("photo", "a.txt", "back", ""))
                .containsExactly(new Attachment.Image(
                        Attachment.Source.Inline.of(mediaType, content.getBytes(StandardCharsets.ISO_8859_1)),
                        Attachment.Detail.LOW));
    }

    @Test
    void address_isLeftToTheProvider() throws Exception {
        assertThat(of("photo", "https://cdn.example.org/a.png", "back", " "))
                .containsExactly(new Attachment.Image(
                        new Attachment.Source.At(URI.create("https://cdn.example.org/a.png")), Attachment.Detail.LOW));
        assertThatThrownBy(() -> of("photo", "https://user:secret@cdn.example.org/a.png", "back", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it is no address that a provider could fetch")
                .hasMessageNotContaining("secret");
    }

    @Test
    void pathOutOfTheFolder_isRefused_howeverItIsSpelled() throws Exception {
        Path secret = write(outside.resolve("secret.png"), PNG);
        Files.createSymbolicLink(folder().resolve("link.png"), secret);
        Files.createSymbolicLink(folder().resolve("up"), outside);

        for (String path : List.of("../secret.png", secret.toString(), "link.png", "up/secret.png")) {
            assertThatThrownBy(() -> of("photo", path, "back", ""))
                    .as(path)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the picture in 'photo' cannot be sent: it leads out of the folder of the input");
        }
    }

    @Test
    void whatIsNoPicture_isRefusedWithTheReason() throws Exception {
        write(folder().resolve("keys.png"), "-----BEGIN PRIVATE KEY-----");
        Files.createDirectory(folder().resolve("folder.png"));
        try (var large = new RandomAccessFile(folder().resolve("large.png").toFile(), "rw")) {
            large.setLength((20 << 20) + 1L);
        }

        assertRefused("keys.png", "it is no PNG, JPEG, GIF or WebP picture");
        assertRefused("folder.png", "it is no file");
        assertRefused("large.png", "it has 20971521 bytes; at most 20971520 are sent");
        assertRefused("absent.png", "there is no file of that name that can be read");
        assertRefused("a\u0000b", "it is no path");
        assertThatThrownBy(() -> of("photo", ""))
                .hasMessage("the item has no text in 'back', which is to name a picture");
    }

    private void assertRefused(String path, String why) {
        assertThatThrownBy(() -> of("photo", path, "back", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the picture in 'photo' cannot be sent: " + why);
    }
}
