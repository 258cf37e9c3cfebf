// SPDX-License-Identifier: Apache-2.0
package dev.cadre.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.Set;

/** A folder whose files are whoever runs this process wrote, because nobody else may put any there. */
final class OwnFolder {
    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private OwnFolder() {}

    /**
     * Whether this is one: no link, of the user's own, and nobody else may write to it. Where the file system has no owners that
     * can be read, as on Windows, only a link is refused.
     *
     * @throws IOException if it cannot be looked at or written to
     */
    static boolean isOne(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return true;
        }
        var found = Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Collections.disjoint(found.permissions(), OF_OTHERS)
                && found.owner().equals(ownerOfANewFile(folder));
    }

    /** Nothing else says who runs this process in the words of the file system. */
    private static Object ownerOfANewFile(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, ".cadre-", ".owner");
        try {
            return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
