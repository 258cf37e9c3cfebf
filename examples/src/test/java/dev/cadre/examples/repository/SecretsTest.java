// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.redact.SecretShapes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that hold keys are not read, by their names or by what is in them; files that speak of keys are. */
class SecretsTest {
    private static final String BODY = "Zx81Qw2rT9yUi0pAs5dFg7hJk3lZc6vB4nM8";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".env",
                "deploy/.env.local",
                "prod.env",
                "secrets.yml",
                "config/prod-secrets.yaml",
                "k8s/secret.yaml",
                "terraform.tfstate",
                "terraform.tfstate.backup",
                "prod.tfvars",
                "prod.auto.tfvars.json",
                "service-account.json",
                "gcp-service_account-prod.json",
                "client_secret_123.json",
                "my-credentials.json",
                "application_default_credentials.json",
                "kubeconfig",
                "prod.kubeconfig",
                "kubeconfig.yml",
                ".kube/config",
                ".aws/config",
                ".docker/config.json",
                ".s3cfg",
                "deploy_key",
                "ci/github-deploy-key",
                "server_rsa",
                "host_ed25519",
                "id_rsa",
                ".bash_history",
                ".zsh_history",
                ".psql_history",
                "home/.python_history",
                ".ssh/config",
                "x.pem",
                "x.p12",
                "x.ppk",
                "Secrets.YML",
                "terraform.tfstate.1700000000.backup",
                "prod.tfvars.bak",
                "prod.env.local",
                "prod.env.1",
                "prod.env~",
                ".prod.env.swp",
                "#prod.env#",
                "prod.env.bak.old",
                "env.prod",
                "env.production.local",
                "secrets.yml.bak",
                "secrets.yaml.dec",
                "server.key.old",
                "server.pem.2026-11-28",
                "id_custom.bak",
                "kubeconfig.orig",
                "serviceAccountKey.json",
                "ssh_host_ed25519_key",
                ".vault_pass.txt",
                "vault-password.txt",
                ".m2/settings-security.xml",
                "home/.m2/settings.xml",
                "rclone.conf",
                ".rclone.conf",
                ".config/gh/hosts.yml",
                ".lesshst",
                ".docker/config.json.bak",
                "fish_history",
                ".local/share/fish/fish_history",
                "ConsoleHost_history.txt",
                ".zhistory",
                "bash_history.old",
                "prod.env (copy)",
                "prod.env (another copy)",
                "prod.env (3rd copy)",
                "prod.env (1)",
                "prod.env copy",
                "prod.env copy 2",
                "prod.env - Copy",
                "Copy of credentials",
                "credentials copy.bak",
                "prod.env.txt",
                "server.key.txt",
                "prod.env1",
                "server.pem2",
                ".aws_credentials",
                "aws_credentials",
                ".secrets",
                ".credentials",
                "pgpass",
                "htpasswd",
                "site.htpasswd",
                "netrc",
                "my.cnf",
                "vault.pass",
                "production.env.gz",
                "secrets.yml.bak.zip",
                "prod.env.~1~",
                "etc/passwd-",
                "etc/shadow-",
                ".server.key.un~",
                ".server.key.swn",
                "prod.env-old",
                "prod.env_bak",
                "prod.env.bckp",
                "prod.env.20240101T120000Z",
                "prod.env.2026-11-28T12:00:00+01:00",
                "kubeconfig-prod",
                "kubeconfig_prod",
                "prod.env - Kopie",
                "prod.env - Kopie (2)",
                "Kopie von prod.env",
                "prod.env (copie)"
            })
    void name_ofAKeyFile_isSecret(String path) {
        assertThat(SecretNames.matches(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "src/SecretNames.java",
                "secrets.py",
                "secretary.json",
                "docs/secrets.md",
                "kubeconfig.go",
                "service_account.rb",
                "history.ts",
                "order_history.json",
                "environment.yml",
                "env.js",
                "deploy_key.py",
                "config.json",
                "Keystore.java",
                "monkey.txt",
                "monkey.txt.bak",
                "env.d.ts",
                "env.js.orig",
                "hosts.yml",
                "maven/settings.xml",
                "environment.prod.ts",
                "README.md.old",
                "HISTORY",
                "id_card.txt",
                "id_map.csv (copy)",
                "get-secret",
                "notes copy 2",
                "notes (1).txt",
                "mp3",
                "song.mp3",
                "utf8",
                "bypass.txt",
                "compass.txt",
                "monkey1",
                ".editorconfig",
                "copy of",
                " copy",
                " (1)",
                "1.1",
                ".1",
                "~",
                "-",
                "_old",
                "environment-old",
                "kubeconfigs",
                "kubeconfig-loader.go",
                "secret.svg",
                "secret.tz",
                "notes - Kopie.txt"
            })
    void name_ofCode_isNone(String path) {
        assertThat(SecretNames.matches(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aws = AK" + "IAQ7ZP3XH2LM5RT9WB",
                "token: ghp_" + BODY,
                "x=\"github_pat_" + BODY + BODY + "\"",
                "glpat-" + BODY,
                "OPENAI_API_KEY=sk-proj-" + BODY + BODY,
                "k = 'sk_live_" + BODY + "'",
                "xoxb-12345678901-" + BODY,
                "AIza" + BODY,
                "npm_" + BODY,
                "hf_" + BODY,
                "{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\\n\"}",
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n",
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAB\n",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,12AB\n\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n"
            })
    void text_withAKey_isSecret(String text) {
        assertThat(SecretShapes.occurIn("first\n" + text + "\nlast")).isTrue();
    }

    /** As JSON, YAML, code, URLs and logs write a line end or a sign in front of it. */
    @ParameterizedTest
    @ValueSource(strings = {"\\n", "\\\\n", "\\t", "\\u003d", "\\x3d", "%3D", "\u001b[32m", "\\u001b[0m", "_", "-"})
    void text_withAKeyBehindAnEscape_isSecret(String escape) {
        for (String key : List.of("ghp_" + BODY, "sk-proj-" + BODY + BODY, "AK" + "IAQ7ZP3XH2LM5RT9WB", "hf_" + BODY)) {
            assertThat(SecretShapes.occurIn("{\"log\": \"first" + escape + key + "\\nlast\"}"))
                    .as(key)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AKIAIOSFODNN7EXAMPLE",
                "sk-your-key-here",
                "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                "Pattern.compile(\"sk-[A-Za-z0-9_-]{40,}\")",
                "if (text.contains(\"-----BEGIN PRIVATE KEY-----\")) { return theWholeOfThatTextWithoutIt(text); }",
                "[ask-me-anything-about-the-length-of-things-0123456789](x)",
                "iVBORw0KGgoAAAANSUhEUgAKIAQ7ZP3XH2LM5RT9WBx",
                "risk-averse-people-who-like-long-words-with-signs-0123456789",
                "-----BEGIN PUBLIC KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n"
            })
    void text_thatSpeaksOfKeys_isNone(String text) {
        assertThat(SecretShapes.occurIn("first\n" + text + "\nlast")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sk-", "ask-", "[0msk-", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "AKIA", "ghp_a", "xoxb-"})
    @Timeout(60)
    void text_ofAMegabyteOfPrefixes_takesLinearTime(String prefix) {
        assertThat(SecretShapes.occurIn(prefix.repeat(1_000_000 / prefix.length())))
                .isFalse();
    }

    @Test
    void read_filesWithKeys_areCountedAsSecret() throws Exception {
        new Tree(folder)
                .file("A.java", "class A {}")
                .file("prod.env", "A=1")
                .file("B.java", "String key = \"ghp_" + BODY + "\";");

        Repository read =
                RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(folder));

        assertThat(read.files()).extracting(SourceFile::path).containsExactly("A.java");
        assertThat(read.skipped()).isEqualTo(Map.of(SkipReason.SECRET, 2));
    }

    /** Whoever sees a path sees its name. */
    @Test
    void read_filesWhoseNamesAreKeys_areCountedAsSecret() throws Exception {
        new Tree(folder)
                .file("A.java", "class A {}")
                .file("ghp_placeholder.txt", "a")
                .file("ghp_" + BODY + ".txt", "a")
                .file("x/ghp_" + BODY + "/B.java", "class B {}");

        Repository read =
                RepositoryReader.within(ReadLimits.STANDARD, Tree.LATER).read(RootFolder.of(folder));

        assertThat(read.files()).extracting(SourceFile::path).containsExactly("A.java", "ghp_placeholder.txt");
        assertThat(read.skipped()).isEqualTo(Map.of(SkipReason.SECRET, 2));
    }
}
