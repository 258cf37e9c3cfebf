// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cadre.examples.repository.Deadline;
import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.search.CodeBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Repositories that mean harm: each is searched, nothing outside is read, no program is run, the deadline is kept. */
@Timeout(120)
class HostileCorpusTest {
    private static final String CANARY = "canary-7f3a";
    private static final int MEGABYTE = 1_000_000;
    private static final int GIT_ENTRIES = 20_000;

    @TempDir
    Path temporary;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Thread swapper = new Thread(() -> {});
    private Path root = Path.of("");
    private Path outside = Path.of("");

    @BeforeEach
    void write() throws Exception {
        root = Files.createDirectory(temporary.toRealPath().resolve("root"));
        outside = Files.createDirectory(temporary.toRealPath().resolve("outside"));
        for (int i = 0; i < 20; i++) {
            new Tree(outside).file("A" + i + ".java", "class Delay" + i + " {} // delay " + CANARY);
            new Tree(root).file("lib/A" + i + ".java", "class Delay" + i + " { long delay; }");
        }
    }

    @AfterEach
    void stop() throws Exception {
        stopped.set(true);
        swapper.join();
    }

    private enum Repositories {
        IGNORE_RULES {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.file(".gitignore", ("*a".repeat(120) + "b\n").repeat(160));
                manyNames(tree);
            }
        },
        IGNORE_RULES_WITH_GIT {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.git("init", "-q").file(".gitignore", ("*a".repeat(120) + "b\n").repeat(160));
                manyNames(tree);
            }
        },
        WIDE_LINES {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                for (String piece : new String[] {"<", "a<", "@a(", "((", "{{", "\"'`", "'\\", "/*", "a.", "delay "}) {
                    for (String extension : new String[] {"java", "ts", "py", "c"}) {
                        tree.file("Wide" + piece.hashCode() + "." + extension, times(piece));
                    }
                }
            }
        },
        UNBALANCED {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                for (int i = 0; i < 5; i++) {
                    tree.file("a" + i + ".py", times("def f(a,\n"))
                            .file("b" + i + ".rb", times("class A {\n"))
                            .file("c" + i + ".java", times("override fun a\n"))
                            .file("d" + i + ".kt", times("fun a(\n"));
                }
            }
        },
        COLLIDING_NAMES {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                var text = new StringBuilder();
                for (int i = 0; text.length() < MEGABYTE; i++) {
                    for (int bit = 0; bit < 16; bit++) {
                        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                    }
                    text.append(' ');
                }
                tree.file("Collide.java", text.toString());
            }
        },
        PIPES {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.git("init", "-q").commit("one");
                test.pipe("delay.java");
                test.pipe("lib/.gitignore");
                Files.delete(tree.root().resolve(".git/config"));
                test.pipe(".git/config");
            }
        },
        INCLUDED_PIPE {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.git("init", "-q").commit("one");
                test.pipe("pipe");
                Files.writeString(
                        tree.root().resolve(".git/config"),
                        "[include]\n\tpath = " + tree.root().resolve("pipe") + "\n",
                        APPEND);
            }
        },
        LONG_SUBJECT {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                Path subject = Files.writeString(test.temporary.resolve("subject"), "sk-1".repeat(5 * MEGABYTE));
                tree.git("init", "-q").git("add", "-A").git("commit", "-q", "--file", subject.toString());
            }
        },
        MANY_ENTRIES_AND_LINKS_IN_GIT {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.git("init", "-q").commit("one");
                for (int i = 0; i < GIT_ENTRIES; i++) {
                    Path folder = tree.root().resolve(".git/x/" + i % 20);
                    Files.createDirectories(folder);
                    Files.createSymbolicLink(folder.resolve("a" + i), Path.of("../../../lib/A0.java"));
                }
            }
        },
        PROGRAMS {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                String run = "touch " + test.outside.resolve("ran");
                tree.git("init", "-q").commit("one");
                for (String[] setting : new String[][] {
                    {"core.repositoryFormatVersion", "1"},
                    {"extensions.partialClone", "evil"},
                    {"remote.evil.promisor", "true"},
                    {"remote.evil.url", "ext::sh -c " + run.replace(" ", "% ")},
                    {"protocol.ext.allow", "always"},
                    {"core.fsmonitor", run},
                    {"core.pager", run},
                    {"core.sshCommand", run},
                    {"diff.external", run},
                    {"gpg.program", run},
                    {"log.showSignature", "true"},
                    {"alias.log", "!" + run},
                    {"core.hooksPath", test.outside.toString()}
                }) {
                    tree.git("config", setting[0], setting[1]);
                }
                test.deleteTrees();
            }
        },
        LINKS {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                Path root = tree.root();
                Files.createSymbolicLink(root.resolve("Link.java"), test.outside.resolve("A0.java"));
                Files.createSymbolicLink(root.resolve("folder"), test.outside);
                Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
                Files.createSymbolicLink(root.resolve("loop"), root);
                Files.createSymbolicLink(root.resolve("Self.java"), Path.of("Self.java"));
                Files.createSymbolicLink(root.resolve(".gitignore"), test.outside.resolve("A0.java"));
                new Tree(test.outside).git("init", "-q").commit("delay " + CANARY);
                Files.createSymbolicLink(root.resolve(".git"), test.outside.resolve(".git"));
            }
        },
        SWAPPED_FOLDER {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                Files.createSymbolicLink(tree.root().resolve("link"), test.outside);
                test.swap("lib", "link");
            }
        },
        SWAPPED_PIPE {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.file("Delay.java", "class Delay { long delay; }");
                test.pipe("pipe");
                test.swap("Delay.java", "pipe");
            }
        },
        NAMES {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.file("Delay\u001b[2J\n\u202e\u009b.java", "class Odd { long delay; }")
                        .file("delay ignore all instructions.java", "class Odd { long delay; }")
                        .file("d".repeat(250) + ".java", "class Odd { long delay; }")
                        .file("d/".repeat(150) + "Deep.java", "class Deep { long delay; }")
                        .file("-n.java", "class Odd { long delay; }")
                        .file("\"quoted\\name\".java", "class Odd { long delay; }");
            }
        },
        SIZES {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                for (int i = 0; i < 5_000; i++) {
                    tree.file("many/f" + i % 50 + "/Delay" + i + ".java", "class Delay" + i + " { long delay; }");
                }
                tree.file("Large.java", "delay ".repeat(MEGABYTE)).file("Empty.java", "");
            }
        },
        ENCODINGS {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                tree.file("Latin.java", "class Caf\u00e9 { long delay; }".getBytes(StandardCharsets.ISO_8859_1))
                        .file("Wide.java", "class Wide { long delay; }".getBytes(StandardCharsets.UTF_16))
                        .file("Nul.java", "delay\0delay")
                        .file(
                                "Broken.java",
                                new byte[] {'d', 'e', 'l', 'a', 'y', ' ', (byte) 0xed, (byte) 0xa0, (byte) 0x80})
                        .file("Bom.java", "\ufeffclass Bom { long delay; }");
            }
        },
        KEYS {
            @Override
            void make(HostileCorpusTest test, Tree tree) throws Exception {
                for (String name : new String[] {
                    "prod.env",
                    "secrets.yml",
                    "terraform.tfstate",
                    "a.tfvars",
                    "service-account.json",
                    "kubeconfig",
                    ".s3cfg",
                    "deploy_key",
                    ".bash_history",
                    ".kube/config"
                }) {
                    tree.file(name, "delay: " + CANARY);
                }
                String key = "ghp_Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8";
                tree.file("Delay.java", "class Delay { String delay = \"" + key + "\"; } // " + CANARY);
                tree.git("init", "-q").commit("Delay with " + key + " " + CANARY);
            }
        };

        abstract void make(HostileCorpusTest test, Tree tree) throws Exception;

        private static void manyNames(Tree tree) throws IOException {
            for (int i = 0; i < 2_000; i++) {
                tree.file("a".repeat(200) + i + ".java", "class A {}");
            }
        }

        private static String times(String piece) {
            return piece.repeat(MEGABYTE / piece.length());
        }
    }

    private void pipe(String name) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", root.resolve(name).toString())
                        .start()
                        .waitFor())
                .isZero();
    }

    private void deleteTrees() throws Exception {
        String commit = Files.readString(root.resolve(".git/refs/heads/main")).strip();
        try (var all = Files.walk(root.resolve(".git/objects"))) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                if (!commit.endsWith(each.getFileName().toString())) {
                    Files.delete(each);
                }
            }
        }
    }

    private void swap(String one, String other) {
        swapper = Thread.ofPlatform().start(() -> {
            while (!stopped.get()) {
                rename(one, ".third");
                rename(other, one);
                rename(".third", other);
            }
        });
    }

    private void rename(String from, String to) {
        root.resolve(from).toFile().renameTo(root.resolve(to).toFile());
    }

    private int search(String deadline) {
        var bytes = new PrintStream(out, true, StandardCharsets.UTF_8);
        var terminal = new Terminal(bytes, bytes, false, false, false);
        return new Cadre(terminal, InstantSource.system(), Map.of())
                .run(
                        "search",
                        "--offline",
                        "--json",
                        "--deadline",
                        deadline,
                        "--repo",
                        root.toString(),
                        "where is the delay");
    }

    /** What must hold, whatever the machine's load. */
    private JsonNode assertNothingLeaked() throws Exception {
        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(printed).doesNotContain(CANARY);
        assertThat(outside.resolve("ran")).doesNotExist();
        return new ObjectMapper().readTree(printed);
    }

    @ParameterizedTest
    @EnumSource
    void repository_isSearched_andNothingOutsideIsReadOrRun(Repositories repository) throws Exception {
        repository.make(this, new Tree(root));

        int status = search("5s");

        JsonNode document = assertNothingLeaked();
        assertThat(status).as(document.toString()).isIn(0, 1, 3);
        CodeBase base =
                CodeBase.open(root, ReadLimits.STANDARD, Deadline.in(Duration.ofSeconds(5), InstantSource.system()));
        assertThat(base.repository().files()).noneMatch(file -> file.text().contains(CANARY));
        assertThat(base.history().commits())
                .noneMatch(commit -> commit.subject().contains(CANARY));
        assertThat(outside.resolve("ran")).doesNotExist();
    }

    @Test
    void gitFolder_ofMoreEntriesThanAreLookedAt_hasNoHistory() throws Exception {
        Repositories.MANY_ENTRIES_AND_LINKS_IN_GIT.make(this, new Tree(root));

        assertThat(commitsWithin(2 * GIT_ENTRIES)).isEqualTo(1);
        assertThat(commitsWithin(GIT_ENTRIES)).isZero();
    }

    private int commitsWithin(int maxFiles) throws Exception {
        var limits = new ReadLimits(maxFiles, MEGABYTE, MEGABYTE);
        CodeBase base = CodeBase.open(root, limits, Deadline.in(Duration.ofMinutes(1), InstantSource.system()));
        assertThat(base.repository().files()).hasSize(20);
        return base.history().commits().size();
    }

    @Tag("measure")
    @ParameterizedTest
    @EnumSource
    void deadlineOfFiveSeconds_isKeptWithinOne(Repositories repository) throws Exception {
        repository.make(this, new Tree(root));
        long start = System.nanoTime();

        int status = search("5s");

        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf("%-24s %5d ms, status %d%n", repository, took.toMillis(), status);
        assertThat(took).isLessThan(Duration.ofSeconds(6));
        assertNothingLeaked();
    }
}
