// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    @Test
    void fingerprint_isTheSameInEveryProcess() {
        assertThat(Fingerprint.of("note", "cats"))
                .hasToString("6e0fc2eefb9fc7f816bc49208fb75841a414052618e32b26ce15322b84db657a");
    }

    @Test
    void partOfAnyLength_isDigestedWhole() {
        assertThat(Fingerprint.of("x".repeat(10_000)))
                .hasToString("a67718be694ed33f8bc68ae67b797bff0fad0f51837be10625f9e7ac8650a605");
    }

    @Test
    void differentParts_neverShareAFingerprint() {
        var fingerprints = List.of(
                Fingerprint.of(),
                Fingerprint.of(""),
                Fingerprint.of("", ""),
                Fingerprint.of("ab", "c"),
                Fingerprint.of("a", "bc"),
                Fingerprint.of("abc"),
                Fingerprint.of("c", "ab"),
                Fingerprint.of("?"),
                Fingerprint.of("\ud800"),
                Fingerprint.of("\ud801"));

        assertThat(fingerprints).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "6e0fc2eefb9fc7f816bc49208fb75841a414052618e32b26ce15322b84db657",
                "6e0fc2eefb9fc7f816bc49208fb75841a414052618e32b26ce15322b84db657a0",
                "6E0FC2EEFB9FC7F816BC49208FB75841A414052618E32B26CE15322B84DB657A",
                "/e0fc2eefb9fc7f816bc49208fb75841a414052618e32b26ce15322b84db657a",
                "6e0fc2eefb9fc7f816bc49208fb7584:a414052618e32b26ce15322b84db657a",
                "6e0fc2eefb9fc7f816bc49208fb7584`a414052618e32b26ce15322b84db657a",
                "6e0fc2eefb9fc7f816bc49208fb75841a414052618e32b26ce15322b84db657g"
            })
    void text_thatIsNoDigest_isRejected(String hex) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fingerprint(hex))
                .withMessage("not a fingerprint: '%s'".formatted(hex));
    }

    @Test
    void key_isWrittenForPeopleAsRunSubtaskAndItem() {
        assertThat(JournalKey.of("r1", "cats")).hasToString("r1/cats");
        assertThat(new JournalKey("r1", "list", 3)).hasToString("r1/list[3]");
    }
}
