// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ThrownTest {
    /** What the code of an exception may do when it is asked. */
    private enum Hostile {
        MESSAGE {
            @Override
            Throwable made() {
                return new IllegalStateException() {
                    @Override
                    public String getMessage() {
                        throw new StackOverflowError();
                    }
                };
            }
        },
        CAUSE {
            @Override
            Throwable made() {
                return new IllegalStateException("x") {
                    @Override
                    public synchronized Throwable getCause() {
                        throw new StackOverflowError();
                    }
                };
            }
        },
        CAUSE_WITHOUT_END {
            @Override
            Throwable made() {
                return new IllegalStateException("x") {
                    @Override
                    public synchronized Throwable getCause() {
                        return made();
                    }
                };
            }
        },
        CAUSE_OF_ITS_OWN {
            @Override
            Throwable made() {
                return new IllegalStateException("x") {
                    @Override
                    public synchronized Throwable getCause() {
                        return this;
                    }
                };
            }
        },
        TRACE {
            @Override
            Throwable made() {
                return new IllegalStateException("x") {
                    @Override
                    public StackTraceElement[] getStackTrace() {
                        throw new StackOverflowError();
                    }
                };
            }
        },
        TEXT {
            @Override
            Throwable made() {
                return new IllegalStateException("x") {
                    @Override
                    public String toString() {
                        throw new StackOverflowError();
                    }
                };
            }
        },
        SUPPRESSED {
            @Override
            Throwable made() {
                var thrown = new IllegalStateException("x");
                thrown.addSuppressed(MESSAGE.made());
                return thrown;
            }
        };

        abstract Throwable made();
    }

    @ParameterizedTest
    @EnumSource
    void hostileException_canBeRead(Hostile hostile) {
        Throwable thrown = hostile.made();

        assertThat(Thrown.chain(thrown)).startsWith(thrown).hasSizeLessThanOrEqualTo(Thrown.MAX_LINKS);
        assertThat(Thrown.text(thrown)).isNotEmpty();
        assertThat(Thrown.message(thrown)).isNotNull();
        assertThat(Thrown.first(Error.class, thrown)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void hostileException_isClean_soThatWhoeverPrintsItCan(Hostile hostile) {
        Throwable thrown = hostile.made();
        Throwable clean = Redactor.SHAPES.clean(thrown);

        var text = new StringWriter();
        clean.printStackTrace(new PrintWriter(text));
        assertThat(text.toString()).contains(thrown.getClass().getName());
    }

    @ParameterizedTest
    @EnumSource
    void hostileException_inTheChainOfAnother_isCleanToo(Hostile hostile) {
        Throwable clean = Redactor.SHAPES.clean(new IllegalArgumentException("outer", hostile.made()));

        clean.printStackTrace(new PrintWriter(new StringWriter()));
        assertThat(Thrown.chain(clean).getFirst().toString()).contains("outer");
    }

    @Test
    void keyInWhatIsSuppressed_isNotPassedOn() {
        var thrown = new IllegalStateException("broken");
        thrown.addSuppressed(new IllegalStateException("the key is sk-abcdefghijklmnop"));

        var text = new StringWriter();
        Redactor.SHAPES.clean(thrown).printStackTrace(new PrintWriter(text));

        assertThat(text.toString()).contains("broken").doesNotContain("abcdefgh");
    }

    @Test
    void chain_endsWhereItCameFrom() {
        var outer = new IllegalStateException("outer");
        var inner = new IllegalStateException("inner", outer);
        outer.initCause(inner);

        assertThat(Stream.of(outer, inner).map(Thrown::chain)).allMatch(chain -> chain.size() == 2);
    }
}
