// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the version that the build wrote down, and the Java that runs it. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        return new String[] {"cadre %s (Java %s)".formatted(ofBuild(), Runtime.version())};
    }

    /** The version alone. */
    static String ofBuild() throws IOException {
        var properties = new Properties();
        try (InputStream stream = Objects.requireNonNull(Version.class.getResourceAsStream("version.properties"))) {
            properties.load(stream);
        }
        return String.valueOf(properties.get("version"));
    }
}
