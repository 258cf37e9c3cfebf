// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenshotFilesTest {
    @ParameterizedTest
    @CsvSource({
        "fill, fill",
        "fill-in_2, fill-in_2",
        "fill#3, fill@3",
        "../../etc/passwd, ~002e~002e~002f~002e~002e~002fetc~002fpasswd",
        "C:\\x, C~003a~005cx",
        "ä@~, ~00e4~0040~007e"
    })
    void id_inAName_isNoPath(String id, String name) {
        assertThat(ScreenshotFiles.name(id)).isEqualTo(name);
    }

    @Test
    void ids_thatDiffer_haveNamesThatDiffer() {
        String end = "x".repeat(5_000);

        assertThat(List.of("a-b", "a_b", "a.b", "a#b", "a@b", "a/b", "a~0040b", "a b", end + "1", end + "2"))
                .extracting(ScreenshotFiles::name)
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(name).hasSizeLessThan(100).matches("[A-Za-z0-9_@~-]+"));
    }
}
