// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.examples.repository.RootFolder;
import dev.cadre.json.Json;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Work;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
        return images(PictureFiles.in(RootFolder.of(folder())), 20 << 20).of(item);
    }

    private static ItemImages images(PictureFiles files, int mostBytes) {
        return ItemImages.of(files, List.of("photo", "back"), Attachment.Detail.LOW, mostBytes);
    }

    private static Json.Obj item(String path) {
        return Json.obj().with("photo", path).with("back", "");
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

        for (String path : List.of("../secret.png", secret.toString(), "a/../../secret.png")) {
            assertRefused(path, "it leads out of the folder of the input");
        }
        for (String path : List.of("link.png", "up/secret.png")) {
            assertRefused(path, "it is a link, or a link is on its path");
        }
    }

    @Test
    void pathWithinTheFolder_isRead_howeverItIsSpelled() throws Exception {
        Path file = write(Files.createDirectories(folder().resolve("a")).resolve("b.png"), PNG);

        for (String path :
                List.of("a/b.png", "./a/../a//b.png", file.toRealPath().toString())) {
            assertThat(of("photo", path, "back", "")).as(path).hasSize(1);
        }
    }

    /** The folder is known by its identity, and each folder on a path is opened in the one before. */
    @Test
    void folderThatIsSwappedForALink_isNotLeft() throws Exception {
        write(Files.createDirectory(outside.resolve("there")).resolve("a.png"), PNG + "outside");
        write(Files.createDirectories(folder().resolve("sub")).resolve("a.png"), PNG);
        Files.createSymbolicLink(folder().resolve("link"), outside.resolve("there"));
        ItemImages images = images(PictureFiles.in(RootFolder.of(folder())), 20 << 20);
        var inside = new AtomicInteger();

        try (var swapper = new Swapper(folder(), "sub", "link")) {
            for (int i = 0; i < 500; i++) {
                try {
                    assertThat(images.of(item("sub/a.png")).toString())
                            .contains("[image/png, 16 characters of base64]");
                    inside.incrementAndGet();
                } catch (IllegalArgumentException refused) {
                    assertThat(refused).hasMessageStartingWith("the picture in 'photo' cannot be sent: ");
                }
            }
        }

        assertThat(inside).hasPositiveValue();
        Files.move(folder(), outside.resolve("old"));
        Files.createSymbolicLink(outside.resolve("input"), outside.resolve("there"));
        assertThatThrownBy(() -> images.of(item("a.png"))).hasMessageContaining("there is no file of that name");
    }

    /** Exchanges two names until it is closed, and puts them back. */
    private static final class Swapper implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Thread thread;

        Swapper(Path folder, String one, String other) {
            thread = Thread.ofPlatform().start(() -> {
                while (!stopped.get()) {
                    swap(folder.toFile(), one, other);
                    swap(folder.toFile(), one, other);
                }
            });
        }

        private static void swap(File folder, String one, String other) {
            boolean unused =
                    rename(folder, one, ".third") && rename(folder, other, one) && rename(folder, ".third", other);
        }

        private static boolean rename(File folder, String from, String to) {
            return new File(folder, from).renameTo(new File(folder, to));
        }

        @Override
        public void close() throws InterruptedException {
            stopped.set(true);
            thread.join();
        }
    }

    /** A pipe that took the place of a picture just now cannot be seen before it is opened, and nothing ends that. */
    @Test
    void fileThatTheSystemNeverAnswersAbout_isLeft_andSoAreOthersBehindThree() throws Exception {
        write(folder().resolve("a.png"), PNG);
        ItemImages images = images(PictureFiles.within(Duration.ZERO, RootFolder.of(folder())), 20 << 20);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> images.of(item("a.png")))
                    .hasMessageEndingWith("cannot be sent: the file system did not answer in 0 ms");
        }
        assertThatThrownBy(() -> images.of(item("a.png")))
                .hasMessageEndingWith("cannot be sent: the file system did not answer about others in time");
    }

    /** The price of a picture depends on its detail alone, and a row of thirty bytes may name twenty megabytes. */
    @Test
    void price_needsOnlyTheBeginningOfAPicture() throws Exception {
        write(folder().resolve("a.png"), PNG);
        grow("a.png", 20 << 20);
        var task = BulkTask.labels(List.of("a", "b"), "")
                .showing(images(PictureFiles.in(RootFolder.of(folder())), 20 << 20))
                .on(Tier.MINI)
                .capped(7)
                .packed(1);

        assertThat(attached(task.priced()))
                .containsExactly(new Attachment.Image(
                        Attachment.Source.Inline.of(
                                "image/png", PNG.substring(0, 12).getBytes(StandardCharsets.ISO_8859_1)),
                        Attachment.Detail.LOW));
        assertThat(attached(task.type()).toString()).contains("27962028 characters of base64");
        assertThat(task.priced().tiers()).isEqualTo(task.type().tiers());
    }

    private static List<Attachment> attached(SubtaskType<Json, Json.Obj> type) {
        return ((Work.Model<Json, Json.Obj>) type.work()).attachments(item("a.png"));
    }

    private void grow(String name, long bytes) throws IOException {
        try (var large = new RandomAccessFile(folder().resolve(name).toFile(), "rw")) {
            large.setLength(bytes);
        }
    }

    @Test
    void picturesThatAreUnderWayTogether_fitIntoTheMemory() throws Exception {
        assertThat(ItemImages.mostBytes(16L << 30, 8)).isEqualTo(20 << 20);
        assertThat(ItemImages.mostBytes(400 << 20, 12)).isEqualTo((400 << 20) / 2 / 8 / 12);
        write(folder().resolve("a.png"), PNG);
        grow("a.png", 1_001);

        ItemImages images = images(PictureFiles.in(RootFolder.of(folder())), 1_000);

        String why =
                "the picture in 'photo' cannot be sent: it has 1001 bytes; at most 1000 are sent, so that as many as"
                        + " --parallel says fit into the memory of the process";
        assertThatThrownBy(() -> images.of(item("a.png"))).hasMessage(why);
        assertThatThrownBy(() -> images.beginnings(item("a.png"))).hasMessage(why);
    }

    @Test
    void whatIsNoPicture_isRefusedWithTheReason() throws Exception {
        write(folder().resolve("keys.png"), "-----BEGIN PRIVATE KEY-----");
        Files.createDirectory(folder().resolve("folder.png"));
        write(folder().resolve("large.png"), PNG);
        grow("large.png", (20 << 20) + 1L);

        assertRefused("keys.png", "it is no PNG, JPEG, GIF or WebP picture");
        assertRefused("folder.png", "it is no file");
        assertRefused("large.png", "it has 20971521 bytes; at most 20971520 are sent");
        assertRefused("absent.png", "there is no file of that name that can be read");
        assertRefused("a\u0000b", "it is no path");
        assertThatThrownBy(() -> of("photo", ""))
                .hasMessage("the item has no text in 'back', which is to name a picture");
    }

    @Test
    void pipe_isNoFile() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", folder().resolve("a.png").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertRefused("a.png", "it is no file");
    }

    private void assertRefused(String path, String why) {
        assertThatThrownBy(() -> of("photo", path, "back", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the picture in 'photo' cannot be sent: " + why);
    }
}
