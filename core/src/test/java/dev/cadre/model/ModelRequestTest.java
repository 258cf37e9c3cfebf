// SPDX-License-Identifier: Apache-2.0
package dev.cadre.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelRequestTest {
    private static final ModelRequest REQUEST = ModelRequest.of("small", "Read.", "This one.", 100);

    /** The model reads it: a bound that a caller states is of what is in the file. */
    @Test
    void inputBytes_countTheNameOfAFile() {
        assertThat(with("é".repeat(100)).inputBytes() - with("a").inputBytes()).isEqualTo(199);
    }

    @Test
    void cacheKey_longerThanProvidersTake_isRefused() {
        var options = CallOptions.NONE.withCacheKey("k".repeat(64));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withCacheKey("k".repeat(65)))
                .withMessage("a cache key of 65 characters, at most 64 are taken");
    }

    private static ModelRequest with(String fileName) {
        var file = Attachment.File.of(fileName, "text/plain", new byte[] {1}).boundedBy(10);
        return REQUEST.withTurns(List.of(new Turn.User("This one.", List.of(file))));
    }
}
