// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,      10.255.1.2,      true",
        "10.0.0.0/8,      11.0.0.1,        false",
        "172.16.0.0/12,   172.31.255.255,  true",
        "172.16.0.0/12,   172.32.0.0,      false",
        "192.168.1.77/32, 192.168.1.77,    true",
        "192.168.1.77/32, 192.168.1.78,    false",
        "0.0.0.0/0,       8.8.8.8,         true",
        "0.0.0.0/0,       ::1,             false",
        "fd00::/8,        [fd12:3456::1],  true",
        "fd00::/8,        fe80::1,         false",
        "[fd00::]/8,      fd12::1,         true",
        "10.0.0.0/8,      ten.example.org, false",
        "10.0.0.0/8,      10.0.0.1.nip.io, false",
        "0.0.0.0/0,       999.0.0.1,       false",
        "0.0.0.0/0,       010.0.0.1,       false",
        "10.0.0.0/8,      [::ffff:10.0.0.1], true"
    })
    void host_liesInARange_ifItsFirstBitsAreThose(String range, String host, boolean inside) {
        assertThat(AddressRange.parse(range).orElseThrow().contains(host)).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/33",
                "fd00::/129",
                "10.0.0/8",
                "10.0.0.0.0/8",
                "10.0.0.0./8",
                "example.org/8",
                "cafe/8",
                "10.0.0.0/",
                "*",
                ":::/8"
            })
    void text_thatNamesNoRange_isNone(String text) {
        assertThat(AddressRange.parse(text)).isEmpty();
    }
}
