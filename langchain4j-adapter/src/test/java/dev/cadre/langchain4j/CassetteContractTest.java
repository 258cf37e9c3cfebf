// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.ModelClient;
import dev.cadre.testing.Cassette;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A client that is being recorded is still a client. */
class CassetteContractTest extends LangChain4jContractTest {
    @TempDir
    static Path folder;

    private final Cassette cassette = Cassette.open(folder.resolve("tape.jsonl"), Cassette.Mode.REFRESH);

    @Override
    protected ModelClient client() {
        return cassette.over(super.client());
    }
}
