// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.ModelReply;
import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest extends LoopbackTest {
    @Test
    void usage_withAllDetails_isRead() throws InterruptedException {
        var usage = new TokenUsage(1_000, 640, 128, 50, 30);

        assertThat(replyTo(LoopbackReply.text("x").usage(usage)).usage()).isEqualTo(usage);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'input_tokens':10,'output_tokens':3}",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':null,'input_tokens_details':null}",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':13,'input_tokens_details':{},"
                        + "'output_tokens_details':{'reasoning_tokens':null}}"
            })
    void usage_withoutDetails_countsThemAsZero(String json) throws InterruptedException {
        assertThat(reported(json)).isEqualTo(TokenUsage.of(10, 3));
    }

    @Test
    void usage_aboveTheCap_isReportedAsItIs() throws InterruptedException {
        assertThat(reported("{'input_tokens':10,'output_tokens':9999,'total_tokens':10009}"))
                .isEqualTo(TokenUsage.of(10, 9_999));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "[]",
                "'many'",
                "{'input_tokens':0,'output_tokens':0,'total_tokens':0}",
                "{'input_tokens':10}",
                "{'output_tokens':3}",
                "{'input_tokens':-4,'output_tokens':3}",
                "{'input_tokens':10,'output_tokens':-4}",
                "{'input_tokens':10,'output_tokens':9000000000000000}",
                "{'input_tokens':1e20,'output_tokens':3}",
                "{'input_tokens':99999999999999999999,'output_tokens':3}",
                "{'input_tokens':'ten','output_tokens':3}",
                "{'input_tokens':'','output_tokens':3}",
                "{'input_tokens':'-10','output_tokens':3}",
                "{'input_tokens':'10.5','output_tokens':3}",
                "{'input_tokens':'999999999','output_tokens':3}",
                "{'input_tokens':10.5,'output_tokens':3}",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':'thirteen'}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':'none'}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':-1}}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':[{'cached_tokens':1}]}",
                "{'input_tokens':10,'output_tokens':3,'output_tokens_details':{'reasoning_tokens':'two'}}"
            })
    void usage_missingOrImpossible_isUnknown(String json) throws InterruptedException {
        assertThat(reported(json)).isNull();
    }

    /** Servers that count differently: the largest reading counts that fits what is said. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // input, cached, written, output, reasoning
                "{'input_tokens':10,'output_tokens':3,'total_tokens':14} | 10 0 0 4 0",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':12} | 10 0 0 3 0",
                "{'input_tokens':'10','output_tokens':'3.0','total_tokens':'14'} | 10 0 0 4 0",
                "{'input_tokens':10,'output_tokens':3,'output_tokens_details':{'reasoning_tokens':'2'}} | 10 0 0 3 2",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':[],'output_tokens_details':''} | 10 0 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':[],'prompt_tokens_details':{'cached_tokens':2}}"
                        + " | 10 2 0 3 0",
                "{'input_tokens':10,'total_tokens':14} | 10 0 0 4 0",
                "{'input_tokens':10,'output_tokens':0,'total_tokens':14} | 10 0 0 4 0",
                "{'output_tokens':4,'total_tokens':14} | 10 0 0 4 0",
                "{'input_tokens':10.0,'output_tokens':3.0} | 10 0 0 3 0",
                "{'prompt_tokens':10,'completion_tokens':3} | 10 0 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'output_tokens_details':{'reasoning_tokens':4}} | 10 0 0 7 4",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':15,'output_tokens_details':{'reasoning_tokens':2}}"
                        + " | 10 0 0 5 2",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':11}} | 21 11 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':17,'input_tokens_details':{'cached_tokens':4}}"
                        + " | 14 4 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':15,'input_tokens_details':{'cached_tokens':2},"
                        + "'output_tokens_details':{'reasoning_tokens':2}} | 10 2 0 5 2",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':6,'cache_write_tokens':5}}"
                        + " | 16 6 5 3 0",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':9,'cache_write_tokens':11}}"
                        + " | 30 9 11 3 0",
                "{'input_tokens':10,'output_tokens':3,'num_cached_tokens':6} | 10 6 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'cached_tokens':6} | 10 6 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'prompt_cache_hit_tokens':6,'prompt_cache_miss_tokens':4}"
                        + " | 10 6 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'cached_tokens':6,'input_tokens_details':{'cached_tokens':2}}"
                        + " | 10 2 0 3 0",
                "{'input_tokens':10,'output_tokens':3,'cache_read_input_tokens':2,'cache_creation_input_tokens':5}"
                        + " | 10 2 5 3 0"
            })
    void usage_ofAServerThatCountsDifferently_isItsLargestReading(String json, String expected)
            throws InterruptedException {
        long[] counts =
                Stream.of(expected.split(" ")).mapToLong(Long::parseLong).toArray();

        assertThat(reported(json)).isEqualTo(new TokenUsage(counts[0], counts[1], counts[2], counts[3], counts[4]));
    }

    /** What is named is the bill, also beyond the cap and the bytes; what a total alone tells is bounded by the cap. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'input_tokens':10,'output_tokens':5,'total_tokens':400000} | 10 0 0 64 0",
                "{'input_tokens':10,'output_tokens':5,'total_tokens':95} | 10 0 0 85 0",
                "{'input_tokens':10,'output_tokens':70,'total_tokens':400000} | 10 0 0 70 0",
                "{'input_tokens':10,'total_tokens':400000} | ''",
                "{'output_tokens':5,'total_tokens':400000} | ''",
                "{'input_tokens':10,'output_tokens':5,'output_tokens_details':{'reasoning_tokens':9000}} | 10 0 0 9005 9000",
                "{'input_tokens':33,'output_tokens':60,'total_tokens':93,'citation_tokens':20016,'reasoning_tokens':9530}"
                        + " | 33 0 0 9590 9530",
                "{'input_tokens':2,'output_tokens':5,'total_tokens':7,'cache_creation_input_tokens':4000}"
                        + " | 4002 0 4000 5 0",
                "{'input_tokens':10,'output_tokens':5,'total_tokens':115,'output_tokens_details':{'reasoning_tokens':100}}"
                        + " | 10 0 0 105 100"
            })
    void countsBeyondTheRequest_areBelievedWhereTheyAreNamed_andNeverTheSmallest(String json, String expected)
            throws InterruptedException {
        TokenUsage read = reported(json);

        assertThat(
                        read == null
                                ? ""
                                : "%d %d %d %d %d"
                                        .formatted(
                                                read.inputTokens(),
                                                read.cachedInputTokens(),
                                                read.cacheWriteTokens(),
                                                read.outputTokens(),
                                                read.reasoningTokens()))
                .isEqualTo(expected);
    }

    @Test
    void usage_thatHadToBeInterpreted_isNoted() throws InterruptedException {
        ModelReply reply = replyTo(LoopbackReply.text("x").field("usage", """
                {"input_tokens":10,"output_tokens":3,"total_tokens":14}"""));

        assertThat(reply.notes())
                .containsExactly("the usage names 1 tokens in its total alone: they were read as output");
    }

    private static TokenUsage reported(String json) throws InterruptedException {
        return replyTo(LoopbackReply.text("x").field("usage", json.replace('\'', '"')))
                .usage();
    }
}
