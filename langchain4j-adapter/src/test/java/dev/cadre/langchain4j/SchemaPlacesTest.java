// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import static dev.cadre.langchain4j.SchemaPlaces.Place.FORMAT;
import static dev.cadre.langchain4j.SchemaPlaces.Place.PROMPT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelException;
import dev.cadre.model.ModelException.Adapted;
import dev.cadre.model.ModelException.InvalidRequest;
import dev.cadre.model.ModelRequest;
import dev.cadre.model.OutputFormat;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaPlacesTest {
    private static final ModelRequest REQUEST =
            Providers.request().withOutput(new OutputFormat.JsonSchema("answer", "{}"));
    private static final InvalidRequest OF_A_FORMAT = new InvalidRequest("the response format is odd", 400);
    private static final InvalidRequest OF_ANYTHING = new InvalidRequest("Request contains an invalid argument.", 400);

    private final LangChain4jModel model = new LangChain4jModel.Whole(new ChatModel() {
        @Override
        public Set<Capability> supportedCapabilities() {
            return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
        }
    });
    private final SchemaPlaces places = new SchemaPlaces();

    private SchemaPlaces.Place place() {
        return places.of(REQUEST, model);
    }

    private ModelException meaning(ModelException failure, SchemaPlaces.Place place) {
        return places.meaning(failure, REQUEST, place);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The specified schema produces a constraint that has too many states for serving.",
                "Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
                "output_config.format: Extra inputs are not permitted",
                "Schema is too complex for compilation.",
                "Request contains an invalid argument."
            })
    void formatThatIsRefused_inWhateverWords_isPutInThePrompt(String message) {
        assertThat(place()).isEqualTo(FORMAT);

        assertThat(meaning(new InvalidRequest(message, 400), FORMAT)).isInstanceOf(Adapted.class);
        assertThat(place()).isEqualTo(PROMPT);
        places.answered(REQUEST, PROMPT);

        assertThat(meaning(OF_ANYTHING, PROMPT)).isSameAs(OF_ANYTHING);
        assertThat(place()).isEqualTo(PROMPT);
    }

    /** Calls that were sent with the format before the first refusal was heard. */
    @Test
    void refusalOfACallBesideOthers_behindAnAnswerInThePrompt_meansTheSame() {
        assertThat(meaning(OF_A_FORMAT, FORMAT)).isInstanceOf(Adapted.class);
        places.answered(REQUEST, PROMPT);

        assertThat(meaning(OF_A_FORMAT, FORMAT)).isInstanceOf(Adapted.class);
    }

    /** A gateway has servers of both kinds behind it. */
    @Test
    void refusalOfACallBesideOthers_behindAnAnswerInTheFormat_meansWhatIsKnown() {
        assertThat(meaning(OF_A_FORMAT, FORMAT)).isInstanceOf(Adapted.class);
        places.answered(REQUEST, PROMPT);
        places.answered(REQUEST, FORMAT);

        assertThat(meaning(OF_A_FORMAT, FORMAT)).isInstanceOf(Adapted.class);
        assertThat(place()).isEqualTo(PROMPT);
    }

    @Test
    void refusalByAModelThatHasAnsweredInTheFormat_isTheRequests() {
        places.answered(REQUEST, FORMAT);

        assertThat(meaning(OF_A_FORMAT, FORMAT)).isSameAs(OF_A_FORMAT);
        assertThat(place()).isEqualTo(FORMAT);
    }

    @Test
    void requestThatIsRefusedInThePromptAsWell_leavesTheFormat() {
        for (int i = 0; i < 3; i++) {
            assertThat(meaning(OF_ANYTHING, FORMAT)).isInstanceOf(Adapted.class);
            assertThat(meaning(OF_ANYTHING, PROMPT)).isSameAs(OF_ANYTHING);
            assertThat(place()).isEqualTo(FORMAT);
        }

        assertThat(meaning(OF_ANYTHING, FORMAT)).isSameAs(OF_ANYTHING);
        assertThat(meaning(OF_A_FORMAT, FORMAT)).isInstanceOf(Adapted.class);
    }

    @Test
    void answerInTheFormat_endsADoubt() {
        assertThat(meaning(OF_ANYTHING, FORMAT)).isInstanceOf(Adapted.class);
        places.answered(REQUEST, FORMAT);

        assertThat(place()).isEqualTo(FORMAT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Invalid schema for response_format 'answer'", "code: invalid_json_schema"})
    void schemaThatIsWrong_isTheCallers(String message) {
        var refusal = new InvalidRequest(message, 400);

        assertThat(meaning(refusal, FORMAT)).isSameAs(refusal);
    }

    @Test
    void failuresOfOtherKinds_meanWhatTheyMean() {
        var tooLarge = new InvalidRequest("the body is too large", 413);
        var key = new ModelException.AuthFailed("no such key");

        assertThat(meaning(tooLarge, FORMAT)).isSameAs(tooLarge);
        assertThat(meaning(key, FORMAT)).isSameAs(key);
        assertThat(places.meaning(OF_A_FORMAT, Providers.request(), FORMAT)).isSameAs(OF_A_FORMAT);
    }
}
