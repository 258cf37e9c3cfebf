// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class RedactorTest {
    private static final String KEY = "k/ey\"with+odd=signs";
    private static final String BODY = "Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8";
    private static final String UPPER = "Q7ZP3XH2LM5RT9WB";
    private static final String PEM =
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n-----END PRIVATE KEY-----";
    private final Redactor redactor = Redactor.of(KEY);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a k/ey\"with+odd=signs b | a [redacted] b",
                "a k%2Fey%22with%2Bodd%3Dsigns b | a [redacted] b",
                "a k/ey\\\"with+odd=signs b | a [redacted] b",
                "key sk-proj-0123456789 wrong | key [redacted] wrong",
                "provided: sk-ab***********yz. | provided: [redacted].",
                "provided: cana****1234 | provided: [redacted]",
                "Authorization: Bearer abcd.efgh, more | Authorization: [redacted], more",
                "authorization: bearer   abcdefgh | authorization: [redacted]"
            })
    void secret_inText_isMasked(String text, String clean) {
        assertThat(redactor.clean(text)).isEqualTo(clean);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-proj-0123456789",
                "AKIA" + UPPER,
                "AIza" + BODY,
                "ghp_" + BODY,
                "ghs_0123456789abcdefghij",
                "github_pat_" + BODY + BODY,
                "glpat-" + BODY,
                "sk_live_" + BODY,
                "xoxb-12345678901-" + BODY,
                "npm_" + BODY,
                "hf_" + BODY,
                "sk-ant-api03-0123****cdef",
                PEM
            })
    void key_ofAKnownShape_isMasked_behindAnyEscape(String key) {
        for (String before : List.of(
                "",
                " ",
                "\n",
                "\t",
                "=",
                "_",
                "\\n",
                "\\\\t",
                "\\u003d",
                "\\x3d",
                "\\012",
                "%3D",
                "%0a",
                "\u001b[32m",
                "\\u001b[0;1m",
                "[0m",
                "\u001b[K",
                "\\033[K")) {
            String clean = Redactor.SHAPES.clean("a " + before + key + "\".");

            assertThat(clean).isEqualTo("a " + before + "[redacted]\".");
            assertThat(Redactor.SHAPES.clean(clean)).isEqualTo(clean);
        }
    }

    /** As mail, URLs in URLs, code and colours write what is in front of it, and as nothing does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "=3D",
                "%253D",
                "\\U0000000a",
                "\\a",
                "\\N",
                "&#xA",
                "&quot",
                "[38;5;196;48;5;21m",
                "key",
                "x",
                "1"
            })
    void key_asLongAsItsIssuerMakesIt_isMasked_whateverStandsInFront(String before) {
        for (String key : List.of(
                "sk-proj-" + BODY + BODY,
                "AK" + "IA" + UPPER,
                "AI" + "za" + BODY.substring(1),
                "hf_" + BODY.substring(2),
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0." + BODY)) {
            assertThat(Redactor.SHAPES.clean("a " + before + key + "\".")).isEqualTo("a " + before + "[redacted]\".");
            assertThat(SecretShapes.occurIn("a " + before + key + "\"."))
                    .as(key)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gsk_",
                "xai-",
                "nvapi-",
                "hvs.",
                "shpat_",
                "xapp-1-",
                "sk_test_",
                "rk_live_",
                "dckr_pat_",
                "tskey-auth-",
                "ATATT3",
                "glptt-",
                "whsec_",
                "lin_api_",
                "pplx-",
                "sq0atp-",
                "AccountKey=",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0."
            })
    void token_ofAnIssuerOfTheList_isMaskedAndSure(String prefix) {
        String token = prefix + BODY + BODY + BODY;

        assertThat(Redactor.SHAPES.clean("a " + token + " b")).isEqualTo("a [redacted] b");
        assertThat(Redactor.SHAPES.clean("a " + prefix + BODY + BODY + " b")).isEqualTo("a [redacted] b");
        assertThat(SecretShapes.occurIn("a " + token + " b")).isTrue();
        assertThat(SecretShapes.begin(prefix)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bearer%20abcd.efgh, more | [redacted], more",
                "{'a': 'Bearer\\u0020abcdefgh'} | {'a': '[redacted]'}",
                "Bearer\\nabcdefgh\" | [redacted]\"",
                "Bearer&nbsp;abcdefgh | [redacted]",
                "bearer=abcdefgh | [redacted]",
                "bearers of%20news | bearers of%20news"
            })
    void bearerToken_behindAnEscapedBlank_isMasked(String text, String clean) {
        assertThat(Redactor.SHAPES.clean(text)).isEqualTo(clean);
    }

    @ParameterizedTest
    @ValueSource(strings = {"> ", ">> ", "// ", "# ", "+", "  \"", "\u001b[32m"})
    void privateKey_quotedLineByLine_andCutBeforeItsEnd_isMasked(String quote) {
        String key = ("-----BEGIN PRIVATE KEY-----\n" + (BODY + BODY + "\n").repeat(4) + BODY.substring(20)).indent(0);

        String quoted = key.replaceAll("(?m)^", quote).strip();

        assertThat(Redactor.SHAPES.clean(quoted)).doesNotContain(BODY.substring(0, 9), BODY.substring(26));
        assertThat(Redactor.SHAPES.clean(quoted + "\n\"; more text")).endsWith("\"; more text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ghp_" + BODY, "glpat-" + BODY, "xoxb-12345678901-" + BODY})
    void key_withAPrefixThatNoWordHas_isMaskedBehindALetter(String key) {
        assertThat(Redactor.SHAPES.clean("token" + key)).isEqualTo("token[redacted]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-----BEGIN PRIVATE KEY-----\\nMIIE+/=\\n-----END PRIVATE KEY-----\\nrest | [redacted]\\nrest",
                "[\"-----BEGIN EC PRIVATE KEY-----\", \"MIIE\", \"-----END EC PRIVATE KEY-----\"] | [\"[redacted]\"]",
                "-----BEGIN RSA PRIVATE KEY-----\\nProc-Type: 4,ENCRYPTED\\n\\nMIIE\\n-----END RSA PRIVATE KEY----- x | [redacted] x",
                "\"-----BEGIN PRIVATE KEY-----\\nMIIE+cutOff\" | \"[redacted]\"",
                "it has \"-----BEGIN PRIVATE KEY-----\", says A. | it has \"[redacted]\", says A.",
                "-----BEGIN PUBLIC KEY-----\\nMIIE | -----BEGIN PUBLIC KEY-----\\nMIIE",
                "it begins with -----BEGIN PRIVATE KEY----- but is sk-proj-abcdefghijklmnop1234567890! | it begins with [redacted][redacted]!",
                "no -----BEGIN PRIVATE KEY----- found ghp_abcdefghijklmnopqrstuvwxyz0123456789. | no [redacted][redacted].",
                "-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEYsk-abcdefghijk12345! | [redacted][redacted]!"
            })
    void privateKey_isMasked_wholeOrCut(String text, String clean) {
        assertThat(Redactor.SHAPES.clean(text)).isEqualTo(clean);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/abcdefgh+ijklmnop=", "\"abcdefgh+ijklmnop", "\\abcdefgh+ijklmnop"})
    @Timeout(60)
    void keyThatBeginsWithAnEscapedCharacter_isFoundInTimeLinearInTheText(String key) {
        var redactor = Redactor.of(key);

        assertThat(redactor.clean("\\".repeat(2_000_000) + " x")).isEqualTo("\\".repeat(2_000_000) + " x");
        assertThat(redactor.clean("a: \\" + key + "!")).contains("[redacted]!").doesNotContain("abcdefgh");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the task-runner-of-today",
                "sk-1",
                "a bearer",
                "2 ** 3",
                "desk-chairs-and-tables",
                "[ask-me-anything](ask-me-anything.md)",
                "C:\\task-list-of-today C:\\ask-me-anything",
                "iVBORw0KGgoAAAANSUhEUgAKIAQ7ZP3XH2LM5RT9WBx",
                "task-0123456789abcdef0123456789abcdef",
                "x-AccountKey=",
                "UABIAFQAKIAVABQAFMAIABJAG4AcwBwAGUAYwB0AGkAbwBuACAAQwBlAHIA",
                "npm_lifecycle_event_of_the_package_manager",
                "MSG.of.a.long.property.that.has.sixty.characters.and.some.more.behind.them"
            })
    void ordinaryText_isLeftAlone(String text) {
        assertThat(redactor.clean(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"k/ey\"with+odd=signs", "tail\\-of\\\\many\"/"})
    void key_inJsonInJsonInJson_isMaskedAtEveryDepth(String key) {
        String text = key;
        for (int depth = 0; depth < 4; depth++) {
            assertThat(Redactor.of(key).mask("a " + text + " b")).isEqualTo("a [redacted] b");
            text = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", depth % 2 == 0 ? "\\/" : "/");
        }
    }

    /** Line ends and escapes of a terminal beyond ASCII, and what turns the direction of a text. */
    @Test
    void quote_ofWhatSteers_isOnePlainLine() {
        assertThat(redactor.quote("a\u0085b\u2028c\u2029d\u009b2Je\u202ef\u200bg\r\nh"))
                .isEqualTo("a b c d 2Je f g h");
    }

    @Test
    void alsoHiding_knowsBothByHeart_andMaskLeavesWhatMerelyLooksLikeAKey() {
        Redactor both = redactor.alsoHiding("mcp/token\"0123");

        assertThat(both.clean(KEY + " mcp/token\"0123 mcp\\/token\\\"0123 mcp%2Ftoken%220123"))
                .isEqualTo("[redacted] [redacted] [redacted] [redacted]");
        assertThat(both.mask(KEY + " mcp/token\"0123 sk-somebodys-0123456789 Bearer of-news"))
                .isEqualTo("[redacted] [redacted] sk-somebodys-0123456789 Bearer of-news");
        assertThat(both.alsoHiding("short").mask("short")).isEqualTo("short");
    }

    @Test
    void key_tooShortToBeOne_isNotMasked() {
        assertThat(Redactor.of("none").clean("none of it")).isEqualTo("none of it");
    }

    @Test
    void quote_ofLongText_neverShowsHalfAKey() {
        long seed = 20261122;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String secret = random.nextBoolean() ? KEY : "sk-" + letters(random, 20);
            String text =
                    letters(random, random.nextInt(320)) + " " + secret + " " + letters(random, random.nextInt(50));

            String quote = redactor.quote(text);

            assertThat(quote)
                    .as("seed %d, case %d", seed, i)
                    .hasSizeLessThanOrEqualTo(300)
                    .doesNotContain(secret.substring(0, 6), "sk-");
            assertThat(redactor.quote(quote)).isEqualTo(quote);
        }
    }

    @Test
    @Timeout(60)
    void secret_inAnyForm_atAnyOffset_isMasked_once() {
        long seed = 20261122;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            int offset = i % 200;
            String before = letters(random, offset);
            String after = letters(random, random.nextInt(20));
            String secret = planted(random);

            String clean = redactor.clean(before + " " + secret + " " + after);

            assertThat(clean).as("seed %d, case %d", seed, i).isEqualTo(before + " [redacted] " + after);
            assertThat(redactor.clean(clean)).isEqualTo(clean);
            // the key itself needs no space around it
            assertThat(redactor.clean(before + KEY + after)).isEqualTo(before + "[redacted]" + after);
        }
    }

    /** The key as it is or as URL, JSON and paths write it, or another secret of a known shape. */
    private static String planted(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> KEY;
            case 1 -> URLEncoder.encode(KEY, StandardCharsets.UTF_8);
            case 2 -> KEY.replace("\"", "\\\"");
            case 3 -> KEY.replace("\"", "\\\"").replace("/", "\\/");
            case 4 -> "AKIA" + letters(random, 16 + random.nextInt(60)).toUpperCase(Locale.ROOT);
            case 5 -> "ghp_" + letters(random, 20 + random.nextInt(60));
            case 6 -> PEM;
            case 7 -> "sk-proj-" + letters(random, 8 + random.nextInt(60)) + "_-9";
            default -> "Bearer " + letters(random, 4 + random.nextInt(60)) + "=";
        };
    }

    @Test
    @Timeout(20)
    void quote_ofMegabytes_takesLinearTime() {
        String page = "a".repeat(4_000_000);

        assertThat(redactor.quote(page)).isEqualTo("a".repeat(299) + "…");
        assertThat(redactor.quote("sk-".repeat(1_000_000))).isEqualTo("[redacted]");
        for (String part : List.of(
                "ask-", "PrivateKey=", "AKIA", "ghp_a", "xoxb-;", "[0msk-", "-----BEGIN ", "-----BEGIN PRIVATE KEY")) {
            assertThat(redactor.quote(part.repeat(100_000))).as(part).hasSizeLessThanOrEqualTo(300);
        }
    }

    /** The answer of a server may be as long as is allowed, and full of escapes. */
    @Test
    void quote_ofMegabytesOfEscapes_takesMemoryForItsBeginning() {
        for (String part : List.of("%5c", "\\", "&amp;", "=\n", " ")) {
            String page = part.repeat((16 << 20) / part.length());
            long before = allocated();

            assertThat(redactor.quote(page)).hasSizeLessThanOrEqualTo(300);

            assertThat(allocated() - before).as(part).isLessThan(16 << 20);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** Behind blanks of any length, of which one is shown, wherever what is read ends. */
    @Test
    void quote_ofLongText_showsNoPartOfAKeyAtTheEndOfWhatIsRead() {
        for (String written : List.of(KEY, URLEncoder.encode(KEY, StandardCharsets.UTF_8), "sk-proj-0123456789")) {
            for (int end : List.of(8192, 8192 + 4096, 8192 + 4096 + 128 * KEY.length())) {
                for (int inside = 0; inside <= written.length(); inside++) {
                    String text = "first" + " ".repeat(end - 5 - inside) + written + " last ".repeat(4_000);

                    assertThat(redactor.quote(text)).startsWith("first").doesNotContain(written.substring(0, 3));
                }
            }
        }
        assertThat(redactor.quote("first" + " ".repeat(9_000) + "x".repeat(9_000)))
                .isEqualTo("first…");
    }

    @Test
    void key_whereAPieceOfALongTextEnds_isMasked() {
        String written = URLEncoder.encode(KEY, StandardCharsets.UTF_8);
        for (int inside = 0; inside <= written.length() + 1; inside += 3) {
            String before = "x".repeat(KnownKey.PIECE_CHARACTERS - inside);

            assertThat(redactor.mask(before + written + "y".repeat(9_000)))
                    .isEqualTo(before + "[redacted]" + "y".repeat(9_000));
        }
    }

    @Test
    void quote_cutWithinASurrogatePair_dropsThePair() {
        assertThat(redactor.quote("x".repeat(298) + "\ud83d\ude00" + "y")).isEqualTo("x".repeat(298) + "…");
    }

    @Test
    void failure_withoutSecret_staysItself() {
        var failure = new IOException("reset", new IOException("by peer"));

        assertThat(redactor.clean(failure)).isSameAs(failure);
    }

    @Test
    void failure_withSecretInACause_isCopiedWithoutIt() {
        var failure = new UncheckedIOException("outer", new IOException("key " + KEY));

        Throwable clean = redactor.clean(failure);

        assertThat(clean).hasMessage("java.io.UncheckedIOException: outer");
        assertThat(clean.getCause()).hasMessage("java.io.IOException: key [redacted]");
        assertThat(clean.getStackTrace()).isEqualTo(failure.getStackTrace());
        assertThat(redactor).hasToString("Redactor");
    }

    @Test
    void failure_whoseCausesGoInACircle_isCut() {
        var outer = new IOException("outer");
        outer.initCause(new IOException("inner", outer));

        assertThat(Redactor.SHAPES.clean(outer)).hasMessage("java.io.IOException: outer");
    }

    @Test
    void shapes_leaveWhatOnlyLooksMasked() {
        assertThat(Redactor.SHAPES.clean("***Note*** sk-proj-0123456789")).isEqualTo("***Note*** [redacted]");
    }

    private static String letters(Random random, int count) {
        return random.ints(count, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** How a server or a page of a proxy may repeat a key, whose signs it escapes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Zq8&#43;rT&#47;secretKEY&#61;vW3xY9pL2mN",
                "Zq8&#x2B;rT&#x2f;secretKEY=vW3xY9pL2mN",
                "Zq8&plus;rT&sol;secretKEY&equals;vW3xY9pL2mN",
                "Zq8+rT&#0047;secretKEY=vW3xY9pL2mN",
                "ZQ8+RT/SECRETKEY=VW3XY9PL2MN",
                "zq8%2brt%2fsecretkey%3dvw3xy9pl2mn",
            })
    void knownKey_inHtml_orAnotherCase_isMasked(String echo) {
        Redactor redactor = Redactor.of("Zq8+rT/secretKEY=vW3xY9pL2mN");

        assertThat(redactor.clean("key " + echo + " is bad")).isEqualTo("key [redacted] is bad");
        assertThat(redactor.mask("key " + echo + " is bad")).isEqualTo("key [redacted] is bad");
    }

    @Test
    void knownKey_inBase64_isMasked_whateverStandsAroundIt() {
        String key = "Zq8+rT/secretKEY=vW3?xY9>pL2mN";
        Redactor redactor = Redactor.of(key);
        for (int before = 0; before < 6; before++) {
            for (int behind = 0; behind < 6; behind++) {
                byte[] bytes = ("x".repeat(before) + key + "x".repeat(behind)).getBytes(StandardCharsets.UTF_8);
                for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                    String own = encoder.encodeToString(key.getBytes(StandardCharsets.UTF_8));

                    assertThat(redactor.clean("key " + encoder.encodeToString(bytes)))
                            .as("%d before, %d behind", before, behind)
                            .contains("[redacted]")
                            .doesNotContain(own.substring(8, 20));
                }
            }
        }
        assertThat(redactor.clean("key " + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("key [redacted]");
    }

    /** As encoders of URLs, JSON, HTML, mail and code write it, also one behind the other. */
    @Test
    void knownKey_inTheSpellingOfAnyEncoder_isMasked() {
        for (String key : List.of(
                "sk-proj-Canary_key-0123.4567xyz",
                "my/gateway+key=with&signs\"x",
                "pa ss w\u00f6rd-\u00e4\u00f6\u00fc-12345",
                "100%&\\keys;")) {
            Redactor redactor = Redactor.of(key);
            for (String spelling : spellings(key)) {
                assertThat(redactor.mask("key " + spelling + " is bad"))
                        .as("%s of %s", spelling, key)
                        .isEqualTo("key [redacted] is bad");
            }
        }
    }

    private static List<String> spellings(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        String url = URLEncoder.encode(key, StandardCharsets.UTF_8);
        var spellings = new ArrayList<>(List.of(
                key.toUpperCase(Locale.ROOT),
                url,
                url.replace("+", "%20"),
                url.replace("-", "%2D").replace("_", "%5F").replace(".", "%2e"),
                url.replace("%2F", "/").replace("%2B", "+").replace("%3D", "=").replace("%26", "&"),
                URLEncoder.encode(url, StandardCharsets.UTF_8),
                each(bytes, "%%%02X", false),
                each(bytes, "%%%02x", true),
                each(bytes, "=%02X", false),
                each(key, "\\u%04x", false),
                each(key, "\\\\u%04X", true),
                each(key, "\\x%02x", true),
                each(key, "&#%d;", true),
                each(key, "&#%d", true),
                each(key, "&#x%x;", false),
                each(key, "&amp;#%d;", false),
                each(key.toUpperCase(Locale.ROOT), "&#%d;", true),
                key.replace("&", "&amp;")
                        .replace("\"", "&quot;")
                        .replace("-", "&dash;")
                        .replace("_", "&UnderBar;"),
                key.replace("&", "&amp;").replace("\"", "&quot;").replace("/", "\\/"),
                key.replace("-", "\\-").replace("_", "\\_"),
                HexFormat.of().formatHex(bytes),
                HexFormat.ofDelimiter(":").withUpperCase().formatHex(bytes)));
        for (String end : List.of("\r\n", "\n  ", "\\n", "\\\\r\\\\n")) {
            String lines = Base64.getMimeEncoder(16, "\n".getBytes(StandardCharsets.UTF_8))
                    .encodeToString(bytes);
            spellings.add(lines.replace("\n", end));
        }
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
        spellings.add(base64.replace("/", "\\/"));
        spellings.add(URLEncoder.encode(base64, StandardCharsets.UTF_8));
        return spellings;
    }

    /** As a page in a text of JSON, a form with a text of JSON and the like write it, and mail that breaks its lines. */
    @Test
    void knownKey_inEscapesOfSeveralKinds_isMasked() {
        for (String key : List.of(
                "sk-proj-Canary_key-0123.4567xyz",
                "p@ss w/rd+\"\u00e9&=<x>'\\z",
                "tail\\back\\\\sl/ash",
                "\u00dcn\u00efcode-\u043a\u043b\u044e\u0447-\ud83d\ude00key",
                "k%41ab+cd=3Def\\u0041&#65;gh")) {
            Redactor redactor = Redactor.of(key);
            for (String spelling : mixed(key)) {
                assertThat(redactor.mask("key " + spelling + " is bad"))
                        .as("%s of %s", spelling, key)
                        .isEqualTo("key [redacted] is bad");
            }
        }
    }

    /** A sign may be the key's own or that of a break or an escape, and a line may end within an escape. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dXNlcjpwYXNzd29yZA== | dXNlcjpwYXNzd29yZA=~=3D=3D",
                "xyzw=Ab3dE5gH | xyzw=~=3DAb3dE5gH",
                "pass-word+Ab3dE5gH | pass-word\\=~u002BAb3dE5gH",
                "pass-word+Ab3dE5gH | pass-word&#4=~3;Ab3dE5gH",
                "pass-word+Ab3dE5gH | pass-word&#4\\u0033;Ab3dE5gH",
                "pass-word+Ab3dE5gH | pass-word&#4%33;Ab3dE5gH",
                "pass-word+Ab3dE5gH | pass-word\\&#117;002BAb3dE5gH",
                "pass-word+Ab3dE5gH | pass-word\\%75002BAb3dE5gH",
                "pass-word+Ab3dE5gH | pass-word&#92;\\&#117;002BAb3dE5gH",
                "pass-word12 | 70+61+73+73+2d+77+6f+72+64+31+32",
                "pass-word12 | 70, 61, 73, 73, 2d, 77, 6f, 72, 64, 31, 32",
                "pass+word12 | 70 61 73 73 =\\\\r\\\\n2B 77 6F 72 64 31 32",
                "\uD83D\uDD11-Ab3dE5gH7 | \\ud83d=~\\udd11-Ab3dE5gH7",
                "\uD83D\uDD11-Ab3dE5gH7 | &#55357;&#56593;-Ab3dE5gH7"
            })
    void knownKey_whoseSignsMayBeReadInSeveralWays_isMasked(String key, String written) {
        assertThat(Redactor.of(key).mask("a key (" + written.replace("~", "\r\n") + ") was refused"))
                .isEqualTo("a key ([redacted]) was refused");
    }

    /** What is escaped without end is taken back eight times and no more. */
    @Test
    void knownKey_deeperThanIsRead_isTheBound() {
        Redactor redactor = Redactor.of("canary/key-0123456789");
        String eight = "canary%" + "25".repeat(7) + "2Fkey-0123456789";

        assertThat(redactor.mask(eight)).isEqualTo("[redacted]");
        assertThat(redactor.mask(eight.replace("%", "%25"))).isEqualTo(eight.replace("%", "%25"));
    }

    private static List<String> mixed(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        String url = URLEncoder.encode(key, StandardCharsets.UTF_8);
        String json = key.replace("\\", "\\\\").replace("\"", "\\\"");
        String html = key.replace("&", "&amp;")
                .replace("+", "&#43;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
        var mixed = new ArrayList<>(List.of(
                url,
                json,
                html,
                html.replace("&", "\\u0026").replace("<", "\\u003c"),
                URLEncoder.encode(html, StandardCharsets.UTF_8),
                url.replace("%", "&#37;"),
                url.replace("%", "&percnt;"),
                url.replace("%", "\\u0025"),
                URLEncoder.encode(json, StandardCharsets.UTF_8),
                URLEncoder.encode(each(key, "\\u%04x", true), StandardCharsets.UTF_8),
                URLEncoder.encode(url.replace("%", "\\u0025"), StandardCharsets.UTF_8)
                        .replace("%", "&#x25;"),
                each(bytes, "\\x%02x", true),
                each(bytes, "%%%02x", false),
                key.codePoints().mapToObj("&#%d;"::formatted).collect(Collectors.joining())));
        for (int before : List.of(0, 40, 60, 70)) {
            mixed.add(quotedPrintable(bytes, before));
            mixed.add(quotedPrintable(url.getBytes(StandardCharsets.UTF_8), before)
                    .replace("\r\n", "\\r\\n"));
        }
        for (String end : List.of("%0D%0A", "=\r\n", "&#13;&#10;", "<br/>", "<br>\n", "\\u000a", "%5Cn", "\\\n")) {
            mixed.add(Base64.getMimeEncoder(12, "\n".getBytes(StandardCharsets.UTF_8))
                    .encodeToString(bytes)
                    .replace("\n", end));
        }
        return mixed;
    }

    /** @param before how many characters stand in front of it in its line */
    private static String quotedPrintable(byte[] bytes, int before) {
        var lines = new StringBuilder();
        int column = before;
        for (byte each : bytes) {
            String one =
                    each > ' ' && each <= '~' && each != '=' ? Character.toString(each) : "=%02X".formatted(each & 255);
            if (column + one.length() > 75) {
                lines.append("=\r\n");
                column = 0;
            }
            lines.append(one);
            column += one.length();
        }
        return lines.toString();
    }

    private static String each(String key, String form, boolean onlySigns) {
        return key.chars()
                .mapToObj(c -> onlySigns && c < 128 && Character.isLetterOrDigit(c)
                        ? Character.toString(c)
                        : form.formatted(c))
                .collect(Collectors.joining());
    }

    private static String each(byte[] bytes, String form, boolean onlySigns) {
        return each(new String(bytes, StandardCharsets.ISO_8859_1), form, onlySigns);
    }

    /** Its parts, its beginning and other texts are none. */
    @Test
    void whatIsNoKnownKey_isLeftAlone() {
        Redactor redactor = Redactor.of("sk-proj-Canary_key-0123.4567xyz");
        for (String text : List.of(
                "%73k%2dproj",
                "&#115;k-proj-Canary_key-0123.4567xy",
                "\\u0073k-proj",
                "%",
                "&",
                "&#",
                "\\",
                "=",
                "&amp;amp;",
                "%2525",
                "c2stcHJvai1D")) {
            assertThat(redactor.mask(text)).isEqualTo(text);
        }
    }

    @Test
    @Timeout(60)
    void escapesWithoutEnd_takeLinearTime() {
        for (String key :
                List.of("\\\"&%=-start", "sk-proj-0123456789", "%25%25%25%25", "&amp;&amp;&amp;", "========")) {
            Redactor redactor = Redactor.of(key);
            String base64 = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
            for (String part : List.of(
                    "\\",
                    "%",
                    "%25",
                    "&amp;",
                    "&amp;amp;",
                    "&#0",
                    "=",
                    "=\n",
                    "=\r\n",
                    "=3D=0A",
                    "\\\n",
                    "= \t",
                    "amp;",
                    "25",
                    base64.substring(0, 1) + "\n ",
                    "\\n",
                    key.substring(0, 7))) {
                String text = part.repeat(5_000);
                assertThat(redactor.mask(text)).isNotEmpty();
                assertThat(redactor.mask("&" + text + "%" + text)).isNotEmpty();
            }
        }
        assertThat(Redactor.of("k".repeat(100_000)).mask("-" + "\\u006b".repeat(100_000) + "-"))
                .isEqualTo("-[redacted]-");
    }
}
