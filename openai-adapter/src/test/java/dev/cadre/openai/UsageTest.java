// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.model.TokenUsage;
import dev.cadre.openai.testing.LoopbackReply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
                "{'input_tokens':'10','output_tokens':3}",
                "{'input_tokens':10.5,'output_tokens':3}",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':14}",
                "{'input_tokens':10,'output_tokens':3,'total_tokens':'13'}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':'none'}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':11}}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':-1}}",
                "{'input_tokens':10,'output_tokens':3,'input_tokens_details':{'cached_tokens':6,'cache_write_tokens':5}}",
                "{'input_tokens':10,'output_tokens':3,'output_tokens_details':{'reasoning_tokens':4}}",
                "{'input_tokens':10,'output_tokens':3,'output_tokens_details':{'reasoning_tokens':'2'}}"
            })
    void usage_missingOrImpossible_isUnknown(String json) throws InterruptedException {
        assertThat(reported(json)).isNull();
    }

    private static TokenUsage reported(String json) throws InterruptedException {
        return replyTo(LoopbackReply.text("x").field("usage", json.replace('\'', '"')))
                .usage();
    }
}
