// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cadre.journal.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache folder may be one that others may write to, as where several users share one. */
class UsualJournalsTest {
    private static final Fingerprint SEARCH = Fingerprint.of("a search");
    private static final Instant NOW = Instant.parse("2026-01-10T00:00:00Z");
    private static final String OLD = "a".repeat(64) + ".journal";

    @TempDir
    Path cache;

    private Path searches;

    @BeforeEach
    void name() {
        searches = cache.resolve("cadre").resolve("searches");
        assumeThat(cache.getFileSystem().supportedFileAttributeViews()).contains("posix");
    }

    private boolean isKept() {
        Optional<UsualJournals.Kept> kept = UsualJournals.of(Map.of("XDG_CACHE_HOME", cache.toString()))
                .orElseThrow()
                .open(SEARCH, NOW);
        kept.ifPresent(UsualJournals.Kept::close);
        return kept.isPresent();
    }

    private static Path old(Path file) throws IOException {
        Files.writeString(file, "{}");
        return Files.setLastModifiedTime(file, FileTime.from(NOW.minus(Duration.ofDays(9))));
    }

    @Test
    void ownFolder_keepsASearch_andDeletesNothingButOldSearches() throws Exception {
        assertThat(isKept()).isTrue();
        Path search = old(searches.resolve(OLD));
        Path lock = old(searches.resolve(OLD + ".lock"));
        Path other = old(searches.resolve("year.journal.xlsx"));
        Path outside = old(cache.resolve("outside"));
        Path link = Files.createSymbolicLink(searches.resolve("b".repeat(64) + ".journal"), outside);
        Path dangling = Files.createSymbolicLink(searches.resolve("c".repeat(64) + ".journal"), cache.resolve("none"));

        assertThat(isKept()).isTrue();
        assertThat(search).doesNotExist();
        assertThat(lock).doesNotExist();
        assertThat(other).exists();
        assertThat(outside).exists();
        assertThat(link).isSymbolicLink();
        assertThat(dangling).isSymbolicLink();
        assertThat(searches).isDirectoryNotContaining("glob:**.owner");
    }

    @Test
    void folderBehindALink_isNotUsed() throws Exception {
        Path work = Files.createDirectory(cache.resolve("work"));
        Path precious = old(work.resolve(OLD));
        Files.createDirectory(searches.getParent());
        Files.createSymbolicLink(searches, work);
        assertThat(isKept()).isFalse();

        Files.delete(searches);
        Files.delete(searches.getParent());
        Files.createDirectory(work.resolve("searches"));
        Path inner = old(work.resolve("searches").resolve(OLD));
        Files.createSymbolicLink(searches.getParent(), work);
        assertThat(isKept()).isFalse();

        assertThat(precious).exists();
        assertThat(inner).exists();
    }

    @Test
    void folderThatOthersMayWriteTo_isNotUsed() throws Exception {
        assertThat(isKept()).isTrue();
        Path search = old(searches.resolve(OLD));
        for (Path folder : new Path[] {searches, searches.getParent()}) {
            for (String permissions : new String[] {"rwxrwx---", "rwx----w-"}) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
                assertThat(isKept()).as("%s %s", folder, permissions).isFalse();
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        assertThat(search).exists();
        assertThat(isKept()).isTrue();
    }

    @Test
    void folderOfAnotherUser_isNotUsed() throws Exception {
        assertThat(isKept()).isTrue();
        try {
            var other = cache.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(searches, other);
        } catch (IOException notAllowed) {
            assumeThat(notAllowed).as("only root gives files away").isNull();
        }
        assertThat(isKept()).isFalse();
    }
}
