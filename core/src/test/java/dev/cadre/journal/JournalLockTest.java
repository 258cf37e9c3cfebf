// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JournalLockTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("run.journal");
    }

    /** Opens a journal in another process, and says how that went. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) {
            try (var journal = FileJournal.open(Path.of(arguments[0]))) {
                System.out.print("opened " + journal.runs().size());
            } catch (JournalException.Locked e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void secondOpener_inThisProcess_isRefused() throws IOException {
        try (var journal = Samples.open(file())) {
            assertThatExceptionOfType(JournalException.Locked.class)
                    .isThrownBy(() -> Samples.open(file()))
                    .withMessage("journal %s is open in this process".formatted(journal.path()))
                    .satisfies(e -> assertThat(e.journal())
                            .isEqualTo(file().toRealPath().toString()));
            journal.append(Samples.ended(1));
        }
        Samples.open(file()).close();
    }

    @Test
    void secondOpener_byAnotherName_isRefused() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("link"), directory);
        try (var journal = Samples.open(file())) {
            assertThatExceptionOfType(JournalException.Locked.class)
                    .isThrownBy(() -> Samples.open(link.resolve("run.journal")));
            assertThatExceptionOfType(JournalException.Locked.class)
                    .isThrownBy(() -> Samples.open(directory.resolve(".").resolve("run.journal")));
            assertThat(journal.runs()).isEmpty();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void journalWithASecondName_isRefused_forALockGoesByTheName() throws IOException {
        Samples.open(file()).close();
        Path second = Files.createLink(directory.resolve("second"), file());

        for (Path name : List.of(file(), second)) {
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> Samples.open(name))
                    .withMessageContaining("it has 2 names (hard links); copy it instead");
        }
        Files.delete(second);
        Samples.open(file()).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run.journal", "run.journal.lock"})
    void link_thatWasPlanted_isNotWrittenThrough(String name) throws IOException {
        // a file without a line break is a journal whose only line was torn, which is cut off
        var victim = Files.writeString(directory.resolve("victim"), "theirs");
        for (String target : List.of("victim", "nowhere")) {
            var link = Files.createSymbolicLink(directory.resolve(name), directory.resolve(target));
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> Samples.open(file()))
                    .withMessageContaining("it is a link");
            Files.delete(link);
        }
        assertThat(victim).hasContent("theirs");
        assertThat(directory.resolve("nowhere")).doesNotExist();
        Files.createDirectory(directory.resolve(name));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Samples.open(file()))
                .withMessageContaining("it is a folder");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void newFiles_areForTheirOwnerAlone() throws IOException {
        try (var journal = Samples.open(file())) {
            for (Path each : List.of(journal.path(), directory.resolve("run.journal.lock"))) {
                assertThat(Files.getPosixFilePermissions(each)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    @Test
    void lockFile_isGoneWhenTheJournalIsClosed_orRefused() throws IOException {
        Samples.open(file()).close();
        assertThat(directory).isDirectoryNotContaining("glob:**.lock");

        Files.writeString(file(), "no journal\n");
        assertThatThrownBy(() -> Samples.open(file())).isInstanceOf(JournalException.class);
        assertThat(directory).isDirectoryNotContaining("glob:**.lock");
    }

    @Test
    void fileOfSomebodyElse_thatHasTheNameOfTheLock_isNotTouched() throws IOException {
        Path theirs = Files.writeString(directory.resolve("yarn.lock"), "# yarn lockfile v1\n");

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Samples.open(directory.resolve("yarn")))
                .withMessageContaining("there is something in it");

        assertThat(theirs).hasContent("# yarn lockfile v1");
    }

    @Test
    void emptyFile_thatWasThere_isLockedAndStays() throws IOException {
        Path theirs = Files.createFile(directory.resolve("run.journal.lock"));
        Files.setLastModifiedTime(theirs, FileTime.fromMillis(0));

        Samples.open(file()).close();

        assertThat(theirs).isEmptyFile();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void lockFile_withASecondName_isRefused_forToCloseItWouldLetOthersIn() throws IOException {
        try (var journal = Samples.open(file())) {
            Files.createLink(directory.resolve("other.journal.lock"), directory.resolve("run.journal.lock"));

            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> Samples.open(directory.resolve("other.journal")))
                    .withMessageContaining("it has 2 names");
            assertThat(journal.runs()).isEmpty();
        }
    }

    @Test
    void folderThatIsNotThere_isSaidAtOnce() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Samples.open(directory.resolve("absent/run.journal")))
                .withMessageNotContaining("deleted by somebody");
    }

    @Test
    void lockFileOfAKilledProcess_isTakenOver() throws IOException {
        Files.writeString(directory.resolve("run.journal.lock"), "cadre lock\n" + "\0".repeat(5_000));

        Samples.open(file()).close();

        assertThat(directory).isDirectoryNotContaining("glob:**.lock");
    }

    @Test
    @Tag("slow")
    void secondOpener_inAnotherProcess_isRefused_whateverThisOneReadsOrTries() throws Exception {
        try (var journal = Samples.open(file())) {
            Samples.RUN.forEach(journal::append);
            // each of these opens and closes a file, which on POSIX would drop a lock of this process on that file
            assertThatExceptionOfType(JournalException.Locked.class).isThrownBy(() -> Samples.open(file()));
            assertThat(Samples.entries(file())).isEqualTo(Samples.RUN);
            assertThat(Files.readAllLines(file())).hasSize(Samples.RUN.size() + 1);
            assertThat(journal.plan("r1")).hasSize(1);

            assertThat(ChildJvm.run(Opener.class, "-Xmx64m", file()))
                    .isEqualTo("journal %s is open in another process", journal.path());
        }
        assertThat(ChildJvm.run(Opener.class, "-Xmx64m", file())).isEqualTo("opened 1");
    }
}
