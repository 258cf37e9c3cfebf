// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * File and folder names that usually hold keys or passwords; such files are never opened. The usual ways to name a copy of a
 * file do not hide it: an ending, a number, a date, words behind a blank, {@code .txt}, a compressed form. Neither does a
 * missing dot in front. A list of names is never whole.
 */
final class SecretNames {
    /** Whatever is in these folders. */
    private static final Set<String> FOLDERS = Set.of(".ssh", ".aws", ".gnupg", ".kube");

    private static final Set<String> WHOLE = Set.of("""
            .netrc _netrc .npmrc .yarnrc .pypirc .pgpass .my.cnf .mylogin.cnf .htpasswd .htdigest
            .git-credentials credentials .s3cfg .boto .dockercfg .dockerconfigjson .terraformrc terraform.rc
            .vault-token .vault_pass kubeconfig deploy_key deploy_rsa deploykey secret secrets passwd shadow
            master.key sftp-config.json .remote-sync.json application_default_credentials.json
            settings-security.xml rclone.conf .rclone.conf .lesshst pgpass.conf
            .histfile .zhistory .fish_history .bash_history .zsh_history .sh_history .psql_history .mysql_history
            .sqlite_history .python_history .node_repl_history .rediscli_history .irb_history consolehost_history.txt
            env.prod env.production env.stage env.staging env.test env.dev env.development env.local""".split("\\s+"));

    private static final List<String> STARTS =
            List.of(".env", ".vault_pass", "credentials.", "ssh_host_", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519");

    private static final List<String> ENDS = List.of("""
            .env .pem .key .p8 .p12 .pfx .ppk .jks .keystore .kdb .kdbx .keytab .ovpn .agekey
            .tfstate .tfstate.backup .tfvars .tfvars.json .kubeconfig
            .pass .passwd .password .htpasswd .pgpass _credentials -credentials
            _rsa _dsa _ecdsa _ed25519 _deploy_key -deploy-key deploy-key""".split("\\s+"));

    /** Words that a name of data is made of, and the extensions of data: code that deals with secrets is code. */
    private static final List<String> WORDS = List.of(
            "secret",
            "secrets",
            "credentials",
            "service-account",
            "service_account",
            "serviceaccount",
            "serviceaccountkey",
            "vault_pass",
            "vault-pass",
            "vault_password",
            "vault-password",
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

    private static final String TEXT = ".txt";
    private static final String KUBECONFIG = "kubeconfig";

    /** Files that hold keys in folders of these names only. */
    private static final Set<String> IN_FOLDERS = Set.of(".docker/config.json", ".m2/settings.xml", "gh/hosts.yml");

    private static final Set<String> COPIES = Set.of(
            "bak bk bkp bckp backup old orig save saved copy tmp local dec un gz bz2 xz zst zip tar tgz".split(" "));

    /** Vim takes the next one while there is one of them. */
    private static final Pattern SWAP = Pattern.compile("sw[a-p]");

    /** A number, a date or a time, such as {@code 20261128T120000Z}. */
    private static final Pattern TIME = Pattern.compile("(?=[^\\d]*\\d)[\\dtz:+_-]+");

    /** As {@code cp} and Emacs number copies: {@code x.~1~}. */
    private static final Pattern NUMBERED_COPY = Pattern.compile("\\.~\\d{1,9}~$");

    /** As file managers name it: {@code x copy 2}, {@code x (another copy)}, {@code x - Copy}, {@code x (1)}; in some languages. */
    private static final Pattern COPY_BEHIND =
            Pattern.compile("(?: -)? (?:COPY(?: \\d{1,4})?|\\((?:\\w{1,9} )?COPY(?: \\d{1,4})?\\)|\\(\\d{1,4}\\))$"
                    .replace("COPY", "(?:copy|kopie|copie|copia|c\u00f3pia|kopia)"));

    private static final Pattern COPY_IN_FRONT = Pattern.compile("^(?:copy of|kopie von|copie de|copia d[ei]) ");

    /** More copies of copies are not looked through: a name is judged in time linear in it. */
    private static final int MAX_COPIES = 4;

    private SecretNames() {}

    static boolean matches(String path) {
        String[] parts = path.toLowerCase(Locale.ROOT).split("/", -1);
        String folder = parts.length > 1 ? parts[parts.length - 2] : "";
        String name = parts[parts.length - 1];
        boolean matches =
                Arrays.stream(parts, 0, parts.length - 1).anyMatch(FOLDERS::contains) || isSecret(folder, name);
        for (int copies = 0; copies < MAX_COPIES && !matches; copies++) {
            name = original(name);
            matches = isSecret(folder, name);
        }
        return matches;
    }

    /** The name of what this one is a copy of, such as {@code prod.env} for {@code prod.env.bak}; the same if of nothing. */
    private static String original(String name) {
        Matcher numbered = NUMBERED_COPY.matcher(name);
        if (numbered.find()) {
            return name.substring(0, numbered.start());
        }
        if (name.endsWith("~") || name.endsWith("-")) {
            return name.substring(0, name.length() - 1);
        }
        if (name.length() > 1 && name.startsWith("#") && name.endsWith("#")) {
            return name.substring(1, name.length() - 1);
        }
        Matcher front = COPY_IN_FRONT.matcher(name);
        if (front.find()) {
            return name.substring(front.end());
        }
        Matcher copy = COPY_BEHIND.matcher(name);
        if (copy.find()) {
            return name.substring(0, copy.start());
        }
        return withoutEnding(name);
    }

    private static String withoutEnding(String name) {
        int sign = Math.max(name.lastIndexOf('-'), name.lastIndexOf('_'));
        if (sign > 0 && COPIES.contains(name.substring(sign + 1))) {
            return name.substring(0, sign);
        }
        int dot = name.lastIndexOf('.');
        String ending = name.substring(dot + 1);
        if (isNumbered(ending)) {
            return name.substring(0, name.length() - ending.length()) + ending.replaceAll("\\d++$", "");
        }
        boolean isCopy = COPIES.contains(ending)
                || SWAP.matcher(ending).matches()
                || TIME.matcher(ending).matches();
        return dot > 0 && isCopy ? name.substring(0, dot) : name;
    }

    /** Whether digits stand behind something else, as in {@code env1}. */
    private static boolean isNumbered(String ending) {
        return !ending.isEmpty()
                && Character.isLetter(ending.charAt(0))
                && Character.isDigit(ending.charAt(ending.length() - 1));
    }

    private static boolean isSecret(String folder, String name) {
        return WHOLE.contains(name)
                || WHOLE.contains("." + name)
                || STARTS.stream().anyMatch(name::startsWith)
                || ENDS.stream().anyMatch(end -> name.endsWith(end) || name.endsWith(end + TEXT))
                || isSecretData(name)
                || isHidden(name)
                || (name.startsWith(".") && name.endsWith("_history"))
                || IN_FOLDERS.contains(folder + "/" + name)
                || (name.startsWith(KUBECONFIG) && isOther(name, KUBECONFIG.length()))
                // other private keys are named id_<algorithm>, without an extension
                || (name.startsWith("id_") && name.indexOf('.') < 0);
    }

    /** Whether a word ends here, and no extension follows: {@code kubeconfig-prod}. */
    private static boolean isOther(String name, int end) {
        return name.indexOf('.') < 0 && (end == name.length() || !Character.isLetter(name.charAt(end)));
    }

    /** Whether a name such as {@code prod-secrets.yml} has one of the words, between signs, in front of its extension. */
    private static boolean isSecretData(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0
                && DATA.contains(name.substring(dot + 1))
                && WORDS.stream().anyMatch(word -> holdsWord(name.substring(0, dot), word));
    }

    /** Whether a name without an extension, such as {@code .secrets}, is hidden and has one of the words. */
    private static boolean isHidden(String name) {
        return name.startsWith(".")
                && name.lastIndexOf('.') == 0
                && WORDS.stream().anyMatch(word -> holdsWord(name, word));
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
