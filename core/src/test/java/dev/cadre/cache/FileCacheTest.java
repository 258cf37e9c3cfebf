// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cache;

import static dev.cadre.cache.Entries.A;
import static dev.cadre.cache.Entries.B;
import static dev.cadre.cache.Entries.C;
import static dev.cadre.cache.Entries.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cadre.journal.Fingerprint;
import dev.cadre.price.Money;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileCacheTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private final Entries.SetClock clock = new Entries.SetClock();

    private FileCache cache() {
        return cache(1_000_000);
    }

    private FileCache cache(long maxBytes) {
        return FileCache.open(folder, new FileCache.Limits(maxBytes, HOUR), clock);
    }

    private Path file(Fingerprint work) {
        return folder.resolve(work.hex() + ".json");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static long bytes(CachedOutcome outcome) {
        return new EntryFile(outcome, new Entries.SetClock().instant()).write(A).length;
    }

    @Test
    void find_byAnotherCacheOfTheFolder_hasWhatWasKept_andItsAge() throws IOException {
        cache().keep(A, outcome("purr"));
        clock.pass(HOUR);

        assertThat(cache().find(A)).hasValue(new OutcomeCache.Hit(outcome("purr"), HOUR));
        assertThat(cache().find(B)).isEmpty();
        assertThat(files()).containsExactly(file(A));
    }

    @Test
    void keep_again_replacesTheOutcome() {
        cache().keep(A, outcome("purr"));
        cache().keep(A, outcome("hiss"));

        assertThat(cache().find(A)).map(hit -> hit.outcome()).hasValue(outcome("hiss"));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void file_andFolder_areTheirOwnersAlone() throws IOException {
        FileCache cache = FileCache.open(folder.resolve("new/cache"), FileCache.Limits.DEFAULT);
        cache.keep(A, outcome("purr"));

        Path file = cache.folder().resolve(A.hex() + ".json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.folder())))
                .isEqualTo("rwx------");
    }

    @Test
    void find_ofWhatIsTooOld_isEmpty_andRemovesIt() throws IOException {
        FileCache cache = cache();
        cache.keep(A, outcome("purr"));
        clock.pass(HOUR.plusMillis(1));

        assertThat(cache.find(A)).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void find_makesNothingYounger() {
        FileCache cache = cache();
        cache.keep(A, outcome("purr"));
        clock.pass(Duration.ofMinutes(40));
        assertThat(cache.find(A)).isPresent();
        clock.pass(Duration.ofMinutes(40));

        assertThat(cache.find(A)).isEmpty();
    }

    @Test
    void find_ofAnEntryOfTheFuture_isEmpty() {
        cache().keep(A, outcome("purr"));
        clock.pass(HOUR.negated());

        assertThat(cache().find(A)).isEmpty();
    }

    @Test
    void keep_beyondTheBytes_removesWhatWasUsedLeastRecently() throws IOException {
        FileCache cache = cache(2 * bytes(outcome("a")));
        cache.keep(A, outcome("a"));
        clock.pass(Duration.ofSeconds(1));
        cache.keep(B, outcome("b"));
        clock.pass(Duration.ofSeconds(1));
        assertThat(cache.find(A)).isPresent();
        clock.pass(Duration.ofSeconds(1));

        cache.keep(C, outcome("c"));

        assertThat(cache.find(B)).isEmpty();
        assertThat(cache.find(C)).isPresent();
        assertThat(size()).isLessThanOrEqualTo(2 * bytes(outcome("a")));
    }

    private long size() throws IOException {
        long sum = 0;
        for (Path file : files()) {
            sum += Files.size(file);
        }
        return sum;
    }

    @Test
    void size_ofAFolder_thatManyProcessesWrite_exceedsTheLimitByAPartAtMost() throws IOException {
        long maxBytes = 64 * bytes(outcome("0000"));
        List<FileCache> processes = List.of(cache(maxBytes), cache(maxBytes), cache(maxBytes));
        for (int i = 0; i < 600; i++) {
            clock.pass(Duration.ofMillis(10));
            processes.get(i % 3).keep(Fingerprint.of("work " + i), outcome("%04d".formatted(i)));
            assertThat(size()).isLessThanOrEqualTo(maxBytes + 3 * (maxBytes / 16 + bytes(outcome("0000"))));
        }
        assertThat(cache(maxBytes).find(Fingerprint.of("work 599"))).isPresent();
    }

    @Test
    void keep_ofAnOutcome_thatIsLargerThanAnEntryMayBe_keepsNothing() throws IOException {
        cache().keep(A, outcome("x".repeat(1_000_000)));
        FileCache.open(folder, FileCache.Limits.DEFAULT, clock).keep(B, outcome("x".repeat(FileCache.MAX_ENTRY_BYTES)));

        assertThat(files()).isEmpty();
    }

    @Test
    void open_removesDraftsOfTheDead_andOldEntries_andNothingElse() throws IOException {
        cache().keep(A, outcome("purr"));
        Path draft = Files.writeString(folder.resolve(".cadre-0.part"), "{");
        Path fresh = Files.writeString(folder.resolve(".cadre-1.part"), "{");
        Path other = Files.writeString(folder.resolve("notes.json"), "mine");
        Path nested = Files.createDirectory(folder.resolve(B.hex() + ".json"));
        Files.setLastModifiedTime(draft, FileTime.from(clock.instant()));
        Files.setLastModifiedTime(other, FileTime.from(clock.instant()));
        clock.pass(HOUR.plusMillis(1));
        Files.setLastModifiedTime(fresh, FileTime.from(clock.instant()));

        cache();

        assertThat(files()).containsExactlyInAnyOrder(fresh, other, nested);
    }

    // --- files of others

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{}",
                "\0\0\0",
                "{\"v\":1}",
                "{\"v\":2,\"digest\":\"\",\"at\":0,\"picoUsd\":0,\"output\":\"{}\"}",
                "{\"v\":1,\"digest\":\"\",\"at\":9223372036854775807,\"picoUsd\":0,\"output\":\"{}\"}",
                "{\"v\":1,\"digest\":7,\"at\":\"\",\"picoUsd\":-1,\"output\":{}}"
            })
    void find_ofWhatIsNoEntry_isEmpty_andKeepReplacesIt(String content) throws IOException {
        FileCache cache = cache();
        Files.writeString(file(A), content);

        assertThat(cache.find(A)).isEmpty();
        cache.keep(A, outcome("purr"));
        assertThat(cache.find(A)).isPresent();
    }

    @Test
    void find_ofDeepJson_isEmpty() throws IOException {
        FileCache cache = cache();
        Files.writeString(file(A), "[".repeat(1_000_000));

        assertThat(cache.find(A)).isEmpty();
    }

    @Test
    void find_ofAnEntry_thatWasTornOrChangedAnywhere_isEmpty() throws IOException {
        FileCache cache = cache();
        cache.keep(A, outcome("purr"));
        byte[] whole = Files.readAllBytes(file(A));
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(file(A), java.util.Arrays.copyOf(whole, length));
            assertThat(cache.find(A)).as("the first %d bytes", length).isEmpty();
        }
        for (int i = 0; i < whole.length - 1; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 1;
            Files.write(file(A), changed);
            assertThat(cache.find(A)).as("byte %d changed", i).isEmpty();
        }
        Files.write(file(A), whole);
        assertThat(cache.find(A)).isPresent();
    }

    @Test
    void find_ofAnEntry_thatIsNamedLikeOtherWork_isEmpty() throws IOException {
        FileCache cache = cache();
        cache.keep(A, outcome("purr"));
        Files.copy(file(A), file(B));

        assertThat(cache.find(B)).isEmpty();
    }

    @Test
    void find_ofAHugeFile_readsNothingOfIt() throws IOException {
        FileCache cache = cache();
        try (var huge = new java.io.RandomAccessFile(file(A).toFile(), "rw")) {
            huge.setLength(1L << 40);
        } catch (IOException noSparseFiles) {
            return;
        }

        assertThat(cache.find(A)).isEmpty();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void find_throughALink_isEmpty_andKeepTakesItsPlace_notItsTarget() throws IOException {
        FileCache cache = cache();
        cache.keep(A, outcome("purr"));
        Path elsewhere = Files.move(file(A), folder.resolve("elsewhere"));
        String before = Files.readString(elsewhere);
        Files.createSymbolicLink(file(A), elsewhere);

        assertThat(cache.find(A)).isEmpty();
        cache.keep(A, outcome("hiss"));
        assertThat(cache.find(A)).map(hit -> hit.outcome()).hasValue(outcome("hiss"));
        assertThat(Files.readString(elsewhere)).isEqualTo(before);
    }

    @Test
    void folder_atTheNameOfAnEntry_isNotFound_andCannotBeReplaced() throws IOException {
        FileCache cache = cache();
        Files.createDirectories(file(A).resolve("inside"));

        assertThat(cache.find(A)).isEmpty();
        assertThatThrownBy(() -> cache.keep(A, outcome("purr")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("an outcome cannot be kept in ");
        assertThat(files()).containsExactly(file(A));
    }

    @Test
    void open_ofAFile_isRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");

        assertThatThrownBy(() -> FileCache.open(file, FileCache.Limits.DEFAULT))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot be opened: ");
    }

    // --- together

    /** Whoever reads sees a whole entry or none, whoever writes or removes meanwhile. */
    @Test
    void caches_thatShareAFolder_findWholeEntriesOnly() throws Exception {
        int threads = 4;
        var together = new CyclicBarrier(threads);
        long few = 3 * bytes(outcome("0000"));
        var ends = new ArrayList<Future<Integer>>();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            for (int each = 0; each < threads; each++) {
                FileCache cache = FileCache.open(folder, new FileCache.Limits(few, HOUR));
                int start = each;
                Callable<Integer> user = () -> {
                    together.await();
                    int found = 0;
                    for (int i = 0; i < 200; i++) {
                        Fingerprint work = Fingerprint.of("work " + (start + i) % 5);
                        var hit = cache.find(work);
                        if (hit.isPresent()) {
                            assertThat(hit.get().outcome().cost()).isEqualTo(Money.usd("0.000825"));
                            assertThat(hit.get().outcome().output()).matches("\\{\"fact\":\"\\d{4}\"}");
                            found++;
                        }
                        cache.keep(work, outcome("%04d".formatted(i)));
                    }
                    return found;
                };
                ends.add(pool.submit(user));
            }
        }
        int found = 0;
        for (Future<Integer> end : ends) {
            found += end.get();
        }
        assertThat(found).isPositive();
    }
}
