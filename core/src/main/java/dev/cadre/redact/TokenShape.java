// SPDX-License-Identifier: Apache-2.0
package dev.cadre.redact;

import java.util.List;
import java.util.stream.Stream;

/**
 * The shape of an issuer's tokens: a prefix and the characters after it. The prefixes and lengths are those that the
 * issuers document and secret scanners search for.
 *
 * @param prefix the first characters of a token
 * @param masked the least number of characters after the prefix for masking
 * @param sure the least number of characters after the prefix for certainty
 * @param alphabet the characters after the prefix
 * @param dots the least number of dots among them
 * @param place where the prefix occurs in other texts
 */
record TokenShape(String prefix, int masked, int sure, Alphabet alphabet, int dots, Place place) {
    /** The places where a prefix occurs in texts without a token. */
    enum Place {
        /** In no word and no data: any character may precede it. */
        NOWHERE,
        /** At the end of words. */
        WORD,
        /** In data: it has letters only, so it occurs by chance in a megabyte of Base64. */
        DATA
    }

    /** All known shapes, for masking and for leaving out files. */
    static final List<TokenShape> ALL = Stream.of(
                    // models
                    wordLike(Alphabet.URL, 8, 32, "sk-"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 20, 40, "gsk_", "pplx-", "csk-"),
                    rare(Alphabet.URL, 40, 40, "xai-"),
                    rare(Alphabet.URL, 40, 60, "nvapi-"),
                    wordLike(Alphabet.LETTERS_AND_DIGITS, 34, 34, "hf_"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 34, 34, "api_org_"),
                    wordLike(Alphabet.LETTERS_AND_DIGITS, 37, 37, "r8_"),
                    rare(Alphabet.URL, 28, 28, "tvly-", "tgp_v1_"),
                    rare(Alphabet.WORD, 40, 40, "lsv2_pt_", "lsv2_sk_", "pcsk_", "jina_"),
                    // clouds
                    dataLike(Alphabet.CAPITALS, 16, "AKIA", "ASIA", "ABIA", "ACCA"),
                    dataLike(Alphabet.BASE64, 100, "ABSK"),
                    dataLike(Alphabet.URL, 35, "AIza"),
                    rare(Alphabet.DOTTED, 40, 40, "ya29."),
                    rare(Alphabet.URL, 24, 28, "GOCSPX-"),
                    rare(Alphabet.BASE64, 40, 80, "AccountKey="),
                    dataLike(Alphabet.LETTERS_AND_DIGITS, 20, "LTAI"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 64, "dop_v1_", "doo_v1_", "dor_v1_"),
                    dataLike(Alphabet.HEX, 32, "dapi"),
                    rare(Alphabet.URL, 40, 58, "HRKU-AA"),
                    rare(Alphabet.URL, 40, 43, "fo1_"),
                    rare(Alphabet.BASE64, 60, 100, "fm1a_", "fm1r_", "fm2_"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 40, "pul-", "sbp_"),
                    rare(Alphabet.DOTTED, 32, 32, "pscale_tkn_", "pscale_pw_", "pscale_oauth_"),
                    rare(Alphabet.URL, 20, 24, "hvs.", "hvb.", "hvr."),
                    rare(Alphabet.URL, 20, 24, "tskey-"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 43, "dp.pt.", "dp.st.", "dp.ct.", "dp.sa."),
                    // code, packages and builds
                    rare(Alphabet.LETTERS_AND_DIGITS, 20, 36, "ghp_", "gho_", "ghs_", "ghu_", "ghr_"),
                    rare(Alphabet.WORD, 60, 60, "github_pat_"),
                    rare(Alphabet.URL, 20, 20, "glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glft-", "glimt-"),
                    rare(Alphabet.URL, 20, 20, "glagent-", "gloas-", "glsoat-", "glffct-", "GR1348941"),
                    rare(Alphabet.URL, 40, 100, "ATATT3", "ATCTT3"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 36, 36, "npm_", "pnu_"),
                    rare(Alphabet.URL, 80, 80, "pypi-"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 48, "rubygems_"),
                    rare(Alphabet.URL, 20, 27, "dckr_pat_", "dckr_oat_"),
                    dataLike(Alphabet.LETTERS_AND_DIGITS, 69, "AKCp"),
                    rare(Alphabet.WORD, 40, 40, "sgp_", "bkua_", "CCIPAT_"),
                    rare(Alphabet.WORD, 60, 60, "sntrys_", "sntryu_"),
                    // money and shops
                    rare(Alphabet.LETTERS_AND_DIGITS, 16, 24, "sk_live_", "sk_test_", "rk_live_", "rk_test_"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 24, 32, "whsec_"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 32, 32, "shpat_", "shpca_", "shppa_", "shpss_"),
                    rare(Alphabet.URL, 22, 22, "sq0atp-", "sq0csp-"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 40, "shippo_live_", "shippo_test_"),
                    dataLike(Alphabet.LETTERS_AND_DIGITS, 54, "EZAK", "EZTK"),
                    // messages and the work of teams
                    rare(Alphabet.URL, 20, 40, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxc-", "xoxd-"),
                    rare(Alphabet.URL, 20, 40, "xoxe-", "xapp-"),
                    wordLike(Alphabet.DOTTED, 60, 60, "SG."),
                    rare(Alphabet.URL, 60, 80, "xkeysib-"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 40, "lin_api_", "lin_oauth_"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 46, "ntn_"),
                    rare(Alphabet.URL, 40, 59, "PMAK-"),
                    rare(Alphabet.URL, 40, 40, "figd_", "figo_", "CFPAT-"),
                    rare(Alphabet.URL, 60, 64, "fio-u-"),
                    // watching
                    rare(Alphabet.WORD, 40, 41, "glsa_"),
                    rare(Alphabet.BASE64, 40, 60, "glc_"),
                    rare(Alphabet.LETTERS_AND_DIGITS, 27, 27, "NRAK-"),
                    rare(Alphabet.DOTTED, 80, 88, "dt0c01."),
                    rare(Alphabet.LETTERS_AND_DIGITS, 40, 43, "phx_"),
                    // others
                    Stream.of(new TokenShape("eyJ", 19, 60, Alphabet.DOTTED, 2, Place.WORD)),
                    rare(Alphabet.BASE64, 100, 250, "ops_eyJ"),
                    rare(Alphabet.CAPITALS, 50, 50, "AGE-SECRET-KEY-1"),
                    rare(Alphabet.URL, 43, 43, "sha256~"))
            .flatMap(shapes -> shapes)
            .toList();

    private static final int CHARACTERS = 128;

    /** The shapes by the first two characters of their prefix. */
    private static final TokenShape[][] BY_START = new TokenShape[CHARACTERS * CHARACTERS][];

    static {
        for (int start = 0; start < BY_START.length; start++) {
            String prefix = "" + (char) (start / CHARACTERS) + (char) (start % CHARACTERS);
            BY_START[start] = ALL.stream()
                    .filter(shape -> shape.prefix.startsWith(prefix))
                    .toArray(TokenShape[]::new);
        }
    }

    private static Stream<TokenShape> rare(Alphabet alphabet, int masked, int sure, String... prefixes) {
        return of(Place.NOWHERE, alphabet, masked, sure, prefixes);
    }

    private static Stream<TokenShape> wordLike(Alphabet alphabet, int masked, int sure, String... prefixes) {
        return of(Place.WORD, alphabet, masked, sure, prefixes);
    }

    private static Stream<TokenShape> dataLike(Alphabet alphabet, int length, String... prefixes) {
        return of(Place.DATA, alphabet, length, length, prefixes);
    }

    private static Stream<TokenShape> of(Place place, Alphabet alphabet, int masked, int sure, String... prefixes) {
        return Stream.of(prefixes).map(prefix -> new TokenShape(prefix, masked, sure, alphabet, 0, place));
    }

    /** The index after a prefix that begins here. */
    int body(int at) {
        return at + prefix.length();
    }

    /** The shapes of which a token may begin here. */
    static TokenShape[] startingAt(String text, int at) {
        char first = text.charAt(at);
        char second = at + 1 < text.length() ? text.charAt(at + 1) : 0;
        return BY_START[first < CHARACTERS && second < CHARACTERS ? first * CHARACTERS + second : 0];
    }
}
