// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.search;

import dev.cadre.examples.repository.ReadLimits;
import dev.cadre.examples.repository.RootJail;
import dev.cadre.examples.repository.Tree;
import java.io.IOException;
import java.nio.file.Path;

/** A small code base with a class, its callers, a test and a document. */
public final class SampleCode {
    private SampleCode() {}

    public static Tree write(Path folder) throws IOException {
        return new Tree(folder)
                .file("src/Backoff.java", """
                        package p;

                        /** Doubles the delay after each failed attempt. */
                        public final class Backoff {
                            long nextDelay(int attempt) {
                                return 100L << attempt;
                            }
                        }
                        """)
                .file("src/Retry.java", """
                        package p;

                        import p.Backoff;

                        final class Retry {
                            // nextDelay in a comment is no call
                            void again(int attempt) {
                                sleep(new Backoff().nextDelay(attempt));
                                log("nextDelay in a string is no call");
                            }
                        }
                        """)
                .file("src/Cache.java", "class Cache {\n    void evict() {}\n}\n")
                .file("src/test/BackoffTest.java", """
                        class BackoffTest {
                            void doubles() {
                                check(new Backoff().nextDelay(1));
                            }
                        }
                        """)
                .file("README.md", "Backoff doubles the delay.\n");
    }

    public static CodeBase open(Path folder) throws IOException, InterruptedException {
        return CodeBase.open(folder, ReadLimits.STANDARD, Tree.LATER);
    }

    public static CitationGate gate(CodeBase base) throws IOException {
        return new CitationGate(base.repository(), RootJail.of(base.repository().root(), ReadLimits.STANDARD));
    }
}
