// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** File names that usually hold keys or passwords; such files are never opened. */
final class SecretNames {
    private static final Set<String> WHOLE =
            Set.of(".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".htpasswd", ".git-credentials", "credentials");
    private static final List<String> STARTS =
            List.of(".env", "credentials.", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519");
    private static final List<String> ENDS = List.of(".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx");

    private SecretNames() {}

    static boolean matches(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return WHOLE.contains(name)
                || STARTS.stream().anyMatch(name::startsWith)
                || ENDS.stream().anyMatch(name::endsWith)
                // other private keys are named id_<algorithm>, without an extension
                || (name.startsWith("id_") && name.indexOf('.') < 0);
    }
}
