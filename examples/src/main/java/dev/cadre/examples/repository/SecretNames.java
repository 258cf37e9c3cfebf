// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** File and folder names that usually hold keys or passwords; such files are never opened. */
final class SecretNames {
    /** Whatever is in these folders. */
    private static final Set<String> FOLDERS = Set.of(".ssh", ".aws", ".gnupg", ".kube");

    private static final Set<String> WHOLE = Set.of("""
            .netrc _netrc .npmrc .yarnrc .pypirc .pgpass .my.cnf .mylogin.cnf .htpasswd .htdigest
            .git-credentials credentials .s3cfg .boto .dockercfg .dockerconfigjson .terraformrc terraform.rc
            .vault-token .vault_pass kubeconfig deploy_key deploy_rsa deploykey secret secrets passwd shadow
            master.key sftp-config.json .remote-sync.json application_default_credentials.json""".split("\\s+"));

    private static final List<String> STARTS =
            List.of(".env", "credentials.", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519");

    private static final List<String> ENDS = List.of("""
            .env .pem .key .p8 .p12 .pfx .ppk .jks .keystore .kdb .kdbx .keytab .ovpn .agekey
            .tfstate .tfstate.backup .tfvars .tfvars.json .kubeconfig
            _rsa _dsa _ecdsa _ed25519 _deploy_key -deploy-key deploy-key""".split("\\s+"));

    /** Words that a name of data is made of, and the extensions of data: code that deals with secrets is code. */
    private static final List<String> WORDS = List.of(
            "secret",
            "secrets",
            "credentials",
            "service-account",
            "service_account",
            "serviceaccount",
            "client_secret",
            "kubeconfig");

    private static final Set<String> DATA = Set.of(
            "yml",
            "yaml",
            "json",
            "toml",
            "ini",
            "cfg",
            "conf",
            "properties",
            "txt",
            "xml",
            "csv",
            "env",
            "enc",
            "plist");

    private SecretNames() {}

    static boolean matches(String path) {
        String[] parts = path.toLowerCase(Locale.ROOT).split("/", -1);
        String name = parts[parts.length - 1];
        return Arrays.stream(parts, 0, parts.length - 1).anyMatch(FOLDERS::contains)
                || WHOLE.contains(name)
                || STARTS.stream().anyMatch(name::startsWith)
                || ENDS.stream().anyMatch(name::endsWith)
                || isSecretData(name)
                || (name.startsWith(".") && name.endsWith("_history"))
                || (name.equals("config.json") && parts.length > 1 && parts[parts.length - 2].equals(".docker"))
                // other private keys are named id_<algorithm>, without an extension
                || (name.startsWith("id_") && name.indexOf('.') < 0);
    }

    /** Whether a name such as {@code prod-secrets.yml} has one of the words, between signs, in front of its extension. */
    private static boolean isSecretData(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && DATA.contains(name.substring(dot + 1))
                && WORDS.stream().anyMatch(word -> holdsWord(name.substring(0, dot), word));
    }

    private static boolean holdsWord(String stem, String word) {
        for (int at = stem.indexOf(word); at >= 0; at = stem.indexOf(word, at + 1)) {
            int end = at + word.length();
            boolean starts = at == 0 || !Character.isLetter(stem.charAt(at - 1));
            if (starts && (end == stem.length() || !Character.isLetter(stem.charAt(end)))) {
                return true;
            }
        }
        return false;
    }
}
