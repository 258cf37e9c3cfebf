// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of schemas: which of them strict mode takes, what they mean, and how long they take. */
class PatternDialectTest {
    private static boolean occurs(String pattern, String text) {
        return LinearPattern.of(pattern).occursIn(text, new Steps(pattern.length() + text.length()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '\0',
            value = {
                "^[[\\]]$ ] x",
                "^[[\\]]$ [ []",
                "^[[:alpha:]]$ :] a",
                "^[a&&b]$ & c",
                "^[\\w.-]+@[\\w-]+$ a.b-c@d-e a.b@",
                "^a{2,3}$ aaa aaaa",
                "^a{2}$ aa a",
                "^(?:a{2}){2,}?$ aaaaaa aaaaa",
                "^a{b} a{b} ab",
                "^}]$ }] ]",
                "^(|a)b$ b aab",
                "^[-a]+$ a-a b",
                "^[a-]+$ a-a b",
                "^\\/\\-\\_\\:$ /-_: /",
                "^\\u0041\\x42\\x2e$ AB. ABC",
                "^\\d\\D\\w\\W$ 1a1- 11--",
                "^[\\D]+$ abc a1",
                "^[^\\s]+$ abc \u00a0",
                "^[\\S\\d]+$ a1 \ufeff",
                "\\bcat\\b cat concatenate",
                "b abc ac",
                "^.$ \ud83d\ude00 ab",
                "^[\ud83d\ude00-\ud83d\ude02]$ \ud83d\ude01 \ud83d\ude03",
                "^\u00e9$ \u00e9 e",
            })
    void pattern_isReadAsTheProviderReadsIt(String pattern, String like, String unlike) {
        assertThat(occurs(pattern, like)).as(pattern).isTrue();
        assertThat(occurs(pattern, unlike)).as(pattern).isFalse();
    }

    @Test
    void dollar_isTheVeryEnd() {
        assertThat(occurs("^a$", "a\n")).isFalse();
        assertThat(occurs("a.b", "a\nb")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a(?=b)|strict mode does not look around: (?=, at character 2",
                "a(?!b)|strict mode does not look around: (?!, at character 2",
                "(?<=a)b|strict mode does not look around: (?<=, at character 1",
                "(?<!a)b|strict mode does not look around: (?<!, at character 1",
                "(a)\\1|strict mode knows no back-references, at character 5",
                "(a)\\k<n>|strict mode knows no back-references, at character 5",
                "(?P=n)|strict mode knows no back-references, at character 1",
                "(?<n>a)|strict mode knows only the groups ( and (?:, at character 1",
                "(?i)a|strict mode knows only the groups ( and (?:, at character 1",
                "(?>a)|strict mode knows only the groups ( and (?:, at character 1",
                "\\p{L}|strict mode does not know \\p, at character 2",
                "\\cA|strict mode does not know \\c, at character 2",
                "\\Aa\\z|strict mode does not know \\A, at character 2",
                "\\u{41}|4 hexadecimal digits are missing, at character 2",
                "\\x4|2 hexadecimal digits are missing, at character 2",
                "\\ud83d|half a character; write the character itself, at character 2",
                "\\07|an octal number; write \\x and two digits, at character 2",
                "a\\|it ends with \\, at character 2",
                "(|a group that is not closed, at character 1",
                "a)|a ) that closes nothing, at character 1",
                "[a|a set that is not closed, at character 2",
                "[]a]|a set that begins with ] is read in two ways; write \\], at character 1",
                "[^]a]|a set that begins with ] is read in two ways; write \\], at character 2",
                "[b-a]|a range without two ends in order, at character 4",
                "[a-\\d]|a range without two ends in order, at character 5",
                "[\\d-a]|a range without two ends in order, at character 5",
                "*a|nothing to repeat, at character 1",
                "(*)|nothing to repeat, at character 2",
                "a|*|nothing to repeat, at character 3",
                "^*|nothing to repeat, at character 1",
                "\\b+|nothing to repeat, at character 2",
                "{2}|nothing to repeat, or a { without \\, at character 1",
                "a{,2}|a {, is read in two ways; write {0, or \\{, at character 1",
                "a**|a repetition of a repetition; put the first one into a group, at character 2",
                "a{2}{3}|a repetition of a repetition; put the first one into a group, at character 4",
                "a++|a repetition of a repetition; put the first one into a group, at character 2",
                "a{3,1}|a repetition of 3 to 1, at character 6",
                "a{2501}|it takes more than 2,500 states; repeat less",
                "a{99999999999}|it takes more than 2,500 states; repeat less",
                "((a{50}){50}){50}|it takes more than 2,500 states; repeat less",
                "(((){99}){99}){99}|it takes more than 2,500 states; repeat less",
            })
    void pattern_ofAnotherDialect_isRefusedWithItsReason(String text) {
        int bar = text.lastIndexOf('|');

        assertThatThrownBy(() -> LinearPattern.of(text.substring(0, bar)))
                .isInstanceOf(PatternDialect.Refused.class)
                .hasMessage(text.substring(bar + 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 10_000, 1_000_000})
    void pattern_ofAnySize_isRefusedOrMade_andNeverOverflowsAStack(int times) {
        for (String part : List.of("(", "(?:a|", "[", "a?", "a|", "\\", "^", "a{9}", "[ab]", "((", "a{1000}")) {
            try {
                assertThat(LinearPattern.of(part.repeat(times))).isNotNull();
            } catch (PatternDialect.Refused refused) {
                assertThat(refused.getMessage().length()).isLessThan(100);
            }
        }
    }

    @Test
    void starOfAlternatives_onTwelveThousandCharacters_takesAFewStepsForEach() {
        var steps = new Steps(1_000_000);

        assertThat(LinearPattern.of("^(a|b)*$").occursIn("ab".repeat(6_000), steps))
                .isTrue();

        assertThat(steps.taken()).isEqualTo(36_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"^(a|b)*$", "(a+)+$", "((a+)+)+?b", "(.*a){12}b", "(a|aa)+$", "(a*)*c", "a.{1,900}c", "(a|b)*c"})
    void steps_growWithTheTextAlone(String pattern) {
        var compiled = LinearPattern.of(pattern);
        long[] taken = new long[2];
        for (int i = 0; i < taken.length; i++) {
            var steps = new Steps(1L << 30);
            compiled.occursIn("a".repeat(1_000 << i) + "!", steps);
            taken[i] = steps.taken();
        }

        assertThat((double) taken[1] / taken[0]).isBetween(0.9, 2.1);
        assertThat(taken[1]).isLessThan(2_001L * 3 * (1 + PatternDialect.MAX_STATES / 32));
    }

    @Test
    void largestPattern_onASmallStack_endsTheCheckAndNotTheThread() throws InterruptedException {
        var ended = new String[1];
        var thread = new Thread(
                null,
                () -> {
                    try {
                        ended[0] = String.valueOf(occurs("^(?:" + "a?".repeat(1_200) + ")$", "aaa"));
                    } catch (Steps.Exceeded exceeded) {
                        ended[0] = "exceeded";
                    }
                },
                "small",
                180 * 1024);
        thread.start();
        thread.join();

        assertThat(ended[0]).isIn("true", "exceeded");
    }

    /** In what all dialects have in common, the JDK's engine is an oracle. */
    @Test
    void randomPatterns_meanWhatTheyMeanToTheJdk() {
        long seed = Long.getLong("cadre.seed", new Random().nextLong());
        var random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            String pattern = alternatives(random, 3);
            var oracle = Pattern.compile(pattern);
            var own = LinearPattern.of(pattern);
            for (int j = 0; j < 10; j++) {
                String text = text(random);

                assertThat(own.occursIn(text, new Steps(1_000_000)))
                        .as("seed %d: %s in %s", seed, pattern, text)
                        .isEqualTo(oracle.matcher(text).find());
            }
        }
    }

    private static String alternatives(Random random, int depth) {
        var pattern = new StringBuilder();
        int branches = 1 + random.nextInt(2);
        for (int i = 0; i < branches; i++) {
            pattern.append(i > 0 ? "|" : "");
            int pieces = 1 + random.nextInt(3);
            for (int j = 0; j < pieces; j++) {
                pattern.append(piece(random, depth));
            }
        }
        return pattern.toString();
    }

    private static String piece(Random random, int depth) {
        String[] assertions = {"^", "$", "\\b", "\\B"};
        if (random.nextInt(8) == 0) {
            return assertions[random.nextInt(assertions.length)];
        }
        String[] atoms = {"a", "b", "c", ".", "[ab]", "[^a]", "[a-c1]", "\\d", "\\w", "\\s", "[\\d-]", "\\W", "\\.", "-"
        };
        String atom = atoms[random.nextInt(atoms.length)];
        if (depth > 0 && random.nextInt(3) == 0) {
            // begins with a character: the JDK loses its way where what is repeated may be empty
            atom = "(%s%s(%s))".formatted(random.nextBoolean() ? "?:" : "", atom, alternatives(random, depth - 1));
        }
        String[] repeats = {"", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?"};
        return atom + repeats[random.nextInt(repeats.length)];
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append("abc1-. x".charAt(random.nextInt(8)));
        }
        return text.toString();
    }

    /** The limit is 2,500 states, of which each sequence has one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "a{1000}a{1000}a{499} a{1000}a{1000}a{500}",
                "a{1000}a{248}|b{1000}b{249} a{1000}a{248}|b{1000}b{250}",
                "(?:a{1000}a{1000}a{497})* (?:a{1000}a{1000}a{498})*",
                "a{1,1000}a{1,250} a{1,1000}a{1,251}",
                "a{0,1000}a{0,249} a{0,1000}a{0,250}",
            })
    void pattern_mayHaveAsManyStatesAsTheLimit_andNotOneMore(String largest, String tooLarge) {
        assertThat(LinearPattern.of(largest)).isNotNull();
        assertThatThrownBy(() -> LinearPattern.of(tooLarge)).hasMessage("it takes more than 2,500 states; repeat less");
    }

    @Test
    void pattern_mayHaveAsManyCharactersAndGroupsAsTheLimit_andNotOneMore() {
        assertThat(LinearPattern.of("a".repeat(2_499))).isNotNull();
        assertThatThrownBy(() -> LinearPattern.of("a".repeat(2_500))).hasMessageContaining("2,500 states");
        assertThat(LinearPattern.of("[" + "a".repeat(9_998) + "]")).isNotNull();
        assertThatThrownBy(() -> LinearPattern.of("[" + "a".repeat(9_999) + "]"))
                .hasMessage("it has 10,001 characters, more than 10,000");
        assertThat(LinearPattern.of("(".repeat(50) + "a" + ")".repeat(50))).isNotNull();
        assertThatThrownBy(() -> LinearPattern.of("(".repeat(51) + "a" + ")".repeat(51)))
                .hasMessage("more than 50 groups within one another, at character 51");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{2", "a{2,", "a{2x", "a{2,3", "a{b}", "a{2,x}"})
    void braceThatIsNoCount_isItself(String pattern) {
        assertThat(occurs("^" + pattern + "$", pattern)).isTrue();
    }

    @Test
    void escapes_atTheEdgesOfTheirRanges_areCharacters() {
        assertThat(occurs("^[\\b]$", "\b")).isTrue();
        assertThat(occurs("^[a-a]$", "a")).isTrue();
        assertThat(occurs("^\\ud7ff$", "\ud7ff")).isTrue();
        assertThat(occurs("^\\ue000$", "\ue000")).isTrue();
        assertThat(occurs("^\\xff$", "\u00ff")).isTrue();
        for (String half : List.of("\\ud800", "\\udfff")) {
            assertThatThrownBy(() -> LinearPattern.of(half)).hasMessageContaining("half a character");
        }
        for (String back : List.of("\\1", "\\9")) {
            assertThatThrownBy(() -> LinearPattern.of(back)).hasMessageContaining("no back-references");
        }
    }

    /** RE2 repeats no piece more than a thousand times, however few the states are. */
    @ParameterizedTest
    @ValueSource(strings = {"a{1001}", "a{0,1001}", "a{1001,}", "(?:a{40}){40}"})
    void repetition_thatRe2DoesNotTake_isRefusedLikeAnyOtherPattern(String pattern) {
        String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"%s\"}},"
                        .formatted(pattern)
                + "\"required\":[\"a\"],\"additionalProperties\":false}";
        try {
            assertThat(JsonType.ofSchema(schema)).isNotNull();
        } catch (JsonTypeException refused) {
            assertThat(refused).hasMessageStartingWith("$.properties.a.pattern: not a pattern of strict mode: ");
        }
    }
}
