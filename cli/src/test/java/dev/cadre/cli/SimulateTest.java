// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulateTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.reset();
        err.reset();
        var terminal = new Terminal(stream(out), stream(err), false, false, false);
        return new Cadre(terminal, InstantSource.fixed(Instant.EPOCH), Map.of()).run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void text_isATableOfTimeAndMoney() {
        assertThat(run("simulate", "--subtasks", "6", "--runs", "40", "--seed", "3"))
                .isZero();

        assertThat(told()).isEmpty();
        assertThat(printed()).isEqualTo("""
                Simulated: 40 runs of a plan of 6 subtasks, seed 3. Nothing was called, nothing was spent.

                                     min       p50       p90       p95       p99       max
                makespan, s         10.2      12.3      18.0      20.9      25.5      25.5
                cost, $           0.0190    0.0239    0.0333    0.0353    0.0457    0.0457

                runs: 38 complete, 2 partial, 0 failed; subtasks: 98.8 % succeeded, 96.7 % right; wasted: $0.0015 a run

                tier      model           tokens/s     calls     cost, $   share  at once
                flagship  gpt-5.4               80       1.2      0.0108     42%        1
                mini      gpt-5.4-mini         273       2.8      0.0111     43%        2
                nano      gpt-5.4-nano         208       5.0      0.0038     15%        4

                change in %          makespan p50      p95    cost p50      p95
                latency -50 %               -50.0    -50.0        +0.0     +0.0
                latency +50 %               +50.0    +50.0        +0.0     +0.0
                output tokens -50 %         -24.2    -35.3       -18.0    -22.0
                output tokens +50 %         +27.7    +51.5       +18.0    +28.7
                price -50 %                  +0.0     +0.0       -50.0    -50.0
                price +50 %                  +0.0     +0.0       +50.0    +50.0
                failures -50 %               +0.0     +0.0        +0.0     +0.0
                failures +50 %               +0.0     +0.0        +0.0     +0.0
                parallel -50 %               +0.0     +0.0        +0.0     +0.0
                parallel +50 %               +0.0     +0.0        +0.0     +0.0

                Assumed: Of their answers nano gets 85 % right, mini 95 %, the flagship 98.5 %; what is hard is hard for all of them.
                         A verifier catches 90 % of wrong answers and refuses 5 % of right ones.
                         1 % of attempts fail.
                         A call reads 1,000 to 2,000 tokens and writes 400.
                Prices are the catalogue's. The speeds of nano and mini are the published ones, the flagship's is assumed.
                """);
    }

    @Test
    void json_isOneDocumentWithTheCostAndTheErrorOfASearch() throws Exception {
        assertThat(run("simulate", "--subtasks=6", "--runs=40", "--seed=3", "--json"))
                .isZero();

        JsonNode document = new ObjectMapper().readTree(printed());
        assertThat(document.path("status").asText()).isEqualTo("complete");
        assertThat(document.path("mode").asText()).isEqualTo("simulation");
        assertThat(document.path("runs").asInt()).isEqualTo(40);
        assertThat(document.path("ends").path("complete").asInt()
                        + document.path("ends").path("partial").asInt()
                        + document.path("ends").path("failed").asInt())
                .isEqualTo(40);
        assertThat(document.path("makespanMs").path("p95").asLong())
                .isBetween(
                        document.path("makespanMs").path("p50").asLong(),
                        document.path("makespanMs").path("max").asLong());
        assertThat(document.path("tiers")).hasSize(3);
        assertThat(document.path("sensitivity")).hasSize(10);
        assertThat(document.path("cost"))
                .hasToString(
                        "{\"picoUsd\":0,\"usd\":\"0.00\",\"budgetPicoUsd\":0,\"forfeitedPicoUsd\":0,\"attempts\":0}");
        assertThat(document.path("error").isNull()).isTrue();
        assertThat(printed().lines()).hasSize(1);
    }

    @Test
    void seed_isRepeatedToTheByte() {
        run("simulate", "--subtasks=30", "--runs=20", "--seed=-5");
        String first = printed();

        run("simulate", "--subtasks=30", "--runs=20", "--seed=-5");
        assertThat(printed()).isEqualTo(first);
        run("simulate", "--subtasks=30", "--runs=20", "--seed=5");
        assertThat(printed()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--subtasks=0|--subtasks: \"0\" is not a whole number from 1 to 1000",
                "--subtasks=1001|--subtasks: \"1001\" is not a whole number from 1 to 1000",
                "--runs=many|--runs: \"many\" is not a whole number from 1 to 100000",
                "--runs=100001|--runs: \"100001\" is not a whole number from 1 to 100000",
                "--seed=1.5|--seed: \"1.5\" is not a whole number of at most 18 digits",
                "--seed=9999999999999999999|--seed: \"9999999999999999999\" is not a whole number of at most 18 digits",
                "--budget=1|Unknown option: '--budget=1'",
            })
    void badArgument_isStatus2AndSaysWhy(String argument, String message) throws Exception {
        assertThat(run("simulate", argument)).isEqualTo(2);
        assertThat(told()).isEqualTo("cadre: " + message + "\n");
        assertThat(printed()).isEmpty();

        assertThat(run("simulate", argument, "--json")).isEqualTo(2);
        JsonNode document = new ObjectMapper().readTree(printed());
        assertThat(document.path("mode").asText()).isEqualTo("simulation");
        assertThat(document.path("error").path("kind").asText()).isEqualTo("bad_argument");
        assertThat(document.path("error").path("message").asText()).isEqualTo(message);
    }

    @Test
    void runsOfSubtasks_beyondAllMeasure_areRefused() {
        assertThat(run("simulate", "--subtasks=1000", "--runs=5001")).isEqualTo(2);

        assertThat(told())
                .isEqualTo("cadre: --runs: 5001 runs of 1000 subtasks are 5001000 subtasks; at most 5000000 are"
                        + " allowed\n");
    }
}
