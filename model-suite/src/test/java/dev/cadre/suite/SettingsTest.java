// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final String URL = "http://127.0.0.1:8081/v1";

    private static Settings only(String names) {
        return Settings.of(Map.of("cadre.local", URL, "cadre.local.only", names)::get, null);
    }

    @Test
    void server_aloneIsEnough() {
        assertThat(Settings.of(Map.of("cadre.local", URL)::get, null))
                .isEqualTo(new Settings(
                        URL,
                        "local-model",
                        Settings.ServerApi.ANY,
                        "none",
                        1,
                        List.of(),
                        2,
                        Path.of("target/recordings")));
    }

    @Test
    void properties_areRead() {
        var properties = Map.of(
                "cadre.local",
                URL,
                "cadre.local.model",
                "m",
                "cadre.local.api",
                "chat",
                "cadre.local.repeat",
                "3",
                "cadre.local.only",
                "plans, merges",
                "cadre.local.parallel",
                "1",
                "cadre.local.record",
                "out");

        assertThat(Settings.of(properties::get, "secret"))
                .isEqualTo(new Settings(
                        URL, "m", Settings.ServerApi.CHAT, "secret", 3, List.of("plans", "merges"), 1, Path.of("out")));
    }

    @Test
    void noServer_isRefused() {
        assertThatThrownBy(() -> Settings.of(name -> null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("-Dcadre.local=URL must name a server, such as http://127.0.0.1:8081/v1");
    }

    @Test
    void only_choosesGroupsSectionsAndExercises() {
        assertThat(only("").chosen(Sections.all())).hasSameSizeAs(Sections.all());
        assertThat(only("plans").chosen(Sections.all())).hasSize(8);
        assertThat(only("plans.weather,merges").chosen(Sections.all()))
                .extracting(Section::name)
                .containsExactly("plans.weather", "merges");
        assertThat(only("plans.weather/rome").chosen(Sections.all()))
                .flatMap(Section::exercises)
                .extracting(Exercise::id)
                .containsExactly("rome");
    }

    @Test
    void only_thatChoosesNothing_isRefused() {
        assertThatThrownBy(() -> only("plans,plan").chosen(Sections.all()))
                .hasMessageStartingWith("there is no 'plan', only [");
    }
}
