// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureWordsTest {
    @Test
    void everyFailureOfTheLibrary_hasWords_andAnyOtherIsSpelled() {
        List<String> names = List.of(ModelException.class.getPermittedSubclasses()).stream()
                .map(Class::getSimpleName)
                .toList();

        assertThat(names)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(FailureWords.of(name)).matches("[a-z ]+"));
        assertThat(FailureWords.of("NoSuchThing")).isEqualTo("no such thing");
    }
}
