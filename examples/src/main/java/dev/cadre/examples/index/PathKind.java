// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a path says about the role of its file. */
enum PathKind {
    MAIN,
    /** Tests, examples, documentation, tools, benchmarks and copies of other projects. */
    SIDE;

    private static final Set<String> SIDE_FOLDERS = Set.of("""
            test tests testing __tests__ spec specs testdata test-utils testfixtures fixtures fixture mocks
            __mocks__ example examples sample samples demo demos doc docs documentation website vendor
            third_party third-party node_modules deps external tools scripts benchmark benchmarks bench jmh
            perf e2e integration androidtest commontest jvmtest playground dist""".split("\\s+"));

    private static final List<String> SIDE_STARTS = List.of("test_", "test-", "bench_");
    private static final List<String> SIDE_ENDS = List.of(
            "_test",
            ".test",
            ".spec",
            "_spec",
            "-test",
            "-spec",
            ".bench",
            "_bench",
            "conftest",
            "playground",
            "benchmark");
    private static final List<String> SIDE_CAMEL_ENDS = List.of("Test", "Tests", "IT", "Spec", "TestCase", "Benchmark");
    private static final Set<String> ASKING = Set.of(
            "test",
            "tests",
            "example",
            "examples",
            "benchmark",
            "benchmarks",
            "docs",
            "documentation",
            "sample",
            "samples",
            "fixture",
            "fixtures",
            "demo");

    static PathKind of(String path) {
        List<String> parts = Arrays.asList(path.split("/", -1));
        boolean inSideFolder = parts.subList(0, parts.size() - 1).stream()
                .map(part -> part.toLowerCase(Locale.ROOT))
                .anyMatch(PathKind::isSideFolder);
        return inSideFolder || isSideName(parts.getLast()) ? SIDE : MAIN;
    }

    private static boolean isSideFolder(String folder) {
        return SIDE_FOLDERS.contains(folder)
                || folder.endsWith("-test")
                || folder.endsWith("-tests")
                || folder.endsWith("-bench");
    }

    private static boolean isSideName(String name) {
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String lower = stem.toLowerCase(Locale.ROOT);
        return SIDE_STARTS.stream().anyMatch(lower::startsWith)
                || SIDE_ENDS.stream().anyMatch(lower::endsWith)
                || SIDE_CAMEL_ENDS.stream().anyMatch(stem::endsWith);
    }

    /** Whether a question asks for such files, so that they must not be ranked lower. */
    static boolean isAskedFor(List<String> words) {
        return words.stream().map(word -> word.toLowerCase(Locale.ROOT)).anyMatch(ASKING::contains);
    }
}
