// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceFileTest {
    @Test
    void lines_areCountedFromOneAndKeepTheirText() {
        SourceFile file = SourceFile.of("a", "one\ntwo\r\n\nfour\n");

        assertThat(file.lineCount()).isEqualTo(4);
        assertThat(file.line(2)).isEqualTo("two\r");
        assertThat(file.lines(3, 4)).isEqualTo("\nfour");
        assertThat(file.lineAt(file.text().indexOf("four"))).isEqualTo(4);
    }

    @Test
    void emptyFile_hasOneEmptyLine() {
        SourceFile file = SourceFile.of("a", "");

        assertThat(file.lineCount()).isEqualTo(1);
        assertThat(file.line(1)).isEmpty();
    }
}
