// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.examples.repository.SourceFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionScannerTest {
    private static List<String> scan(String path, String text) {
        Language language = Language.of(path);
        SourceFile file = SourceFile.of(path, text);
        return DefinitionScanner.scan(file, language, CodeMask.of(text, language)).stream()
                .map(each -> each.qualifiedName() + " " + each.kind() + " " + each.startLine() + "-" + each.endLine())
                .toList();
    }

    @Test
    void java_typesMethodsConstantsConstructors() {
        assertThat(scan("A.java", """
                package x;
                /** class Fake { */
                public final class Reader<T extends Map<String, T>> implements Closeable {
                    private static final int MAX_SIZE = 3;
                    Reader(int size) {
                        String s = "class Quoted {";
                    }
                    @Override
                    public <R> Map<String, R> read(
                            int a, List<R> b) throws IOException {
                        if (a > 0) {
                            return read(a, b);
                        }
                        new Thread(() -> {}) {};
                    }
                    enum Mode { ON, OFF }
                    interface Sink {
                        void accept(String s);
                    }
                }
                """))
                .containsExactly(
                        "Reader TYPE 3-20",
                        "Reader.MAX_SIZE CONSTANT 4-4",
                        "Reader.Reader FUNCTION 5-7",
                        "Reader.read FUNCTION 9-15",
                        "Reader.Mode TYPE 16-16",
                        "Reader.Sink TYPE 17-19",
                        "Sink.accept FUNCTION 18-18");
    }

    @Test
    void kotlin_extensionsExpressionBodiesObjects() {
        assertThat(scan("A.kt", """
                object Util {
                    fun String.trimmed() = trim()
                    internal fun <T> first(list: List<T>): T? {
                        return list.firstOrNull()
                    }
                }
                data class Point(val x: Int, val y: Int)
                """))
                .containsExactly(
                        "Util TYPE 1-6", "Util.trimmed FUNCTION 2-2", "Util.first FUNCTION 3-5", "Point TYPE 7-7");
    }

    @Test
    void script_functionsAssignedAndDeclared() {
        assertThat(scan("a.ts", """
                export const parse = async (text: string): Promise<X> => {
                  return run(text);
                };
                res.send = function send(body) {
                  return this;
                };
                export class Layer extends Base {
                  match(path) {
                    if (path) { return true; }
                  }
                }
                function plain() {}
                """))
                .containsExactly(
                        "parse FUNCTION 1-3",
                        "send FUNCTION 4-6",
                        "Layer TYPE 7-11",
                        "Layer.match FUNCTION 8-10",
                        "plain FUNCTION 12-12");
    }

    @Test
    void go_rust_c() {
        assertThat(scan("a.go", "func (c *Context) File(path string) {\n\tx()\n}\ntype Engine struct {\n}\n"))
                .containsExactly("File FUNCTION 1-3", "Engine TYPE 4-5");
        assertThat(scan(
                        "a.rs",
                        "impl<'a> Read for Reader<'a> {\n    pub fn read(&mut self) -> u8 {\n        b'{'\n    }\n}\n"))
                .containsExactly("Reader TYPE 1-5", "Reader.read FUNCTION 2-4");
        assertThat(scan("a.c", "static int\nadd_one(int a)\n{\n  return a;\n}\nint two(void) {\n  return 2;\n}\n"))
                .contains("two FUNCTION 6-8");
    }

    @Test
    void rust_visibility_linkage_impl() {
        assertThat(scan("a.rs", """
                pub(crate) fn expected(
                    &mut self,
                ) {
                }
                pub(in crate::a) struct Line {
                    number: u64,
                }
                pub unsafe extern "C" fn cadre_open(path: *const u8) -> i32 {
                    0
                }
                impl<T: Read, const N: usize> Searcher<T, N> {
                    pub(super) async fn run(&self) {
                    }
                }
                """))
                .containsExactly(
                        "expected FUNCTION 1-4",
                        "Line TYPE 5-7",
                        "cadre_open FUNCTION 8-10",
                        "Searcher TYPE 11-14",
                        "Searcher.run FUNCTION 12-13");
        assertThat(scan("a.ts", "class Bus {\n  pub(topic) {\n    send(topic)\n  }\n}\n"))
                .as("a method of this name")
                .containsExactly("Bus TYPE 1-5", "Bus.pub FUNCTION 2-4");
    }

    @Test
    void python_and_ruby_endByIndentation() {
        assertThat(scan("a.py", """
                class Reader(Base):
                    # def fake():
                    async def read(
                        self,
                    ):
                        return 1

                def after():
                    pass
                """))
                .containsExactly("Reader TYPE 1-6", "Reader.read FUNCTION 3-6", "after FUNCTION 8-9");
        assertThat(scan("a.rb", "class Reader\n  def self.read(a)\n    1\n  end\nend\n"))
                .containsExactly("Reader TYPE 1-5", "Reader.read FUNCTION 2-4");
    }

    @Test
    void brokenText_endsInTime() {
        String hostile = "class A(".repeat(20_000) + "{{{{".repeat(10_000) + "\"'`/*";

        assertThat(scan("a.ts", hostile)).hasSizeLessThan(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.py|def f(a,;",
                "a.py|class A {;",
                "a.py|def f(a,; x;",
                "a.rb|def f(a,;",
                "a.rb|class A(;",
                "a.java|override fun a;",
                "a.java|a b(;",
                "a.java|@a(;",
                "a.kt|fun a(;",
                "a.ts|a: (;",
                "a.go|func (a;",
                "a.rs|let a = (;",
                "a.java|<",
                "a.ts|a<",
                "a.c|'\\",
            })
    @Timeout(60) // the square of the lines took minutes
    void unbalancedText_ofAMegabyte_isScannedInTimeLinearInIt(String path, String piece) {
        String line = piece.replace(';', '\n');

        assertThat(scan(path, line.repeat(1_000_000 / line.length()))).isNotNull();
    }

    @Test
    void bracketThatNeverCloses_keepsItsHeadForTwoHundredLines() {
        String open = "def f(a,\n" + "b,\n".repeat(2_000);

        assertThat(scan("a.py", open)).containsExactly("f FUNCTION 1-201");
    }

    @Test
    void java_nameLongerThan256Characters_isNoDefinition() {
        assertThat(scan("A.java", "class %s {}\nclass %s {}\n".formatted("A".repeat(257), "B".repeat(256))))
                .containsExactly("B".repeat(256) + " TYPE 2-2");
    }
}
