// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A folder as it was at one moment, known again by its identity: what is opened by it later is never another folder that was
 * put in its place. Immutable.
 *
 * @param path its real path
 * @param identity what tells it from all others; {@code "unknown"} on a system that has no such thing
 */
public record RootFolder(Path path, Object identity) {
    /**
     * Returns the folder that a path leads to now, through links, too.
     *
     * @throws IOException if it leads nowhere
     */
    public static RootFolder of(Path path) throws IOException {
        Path real = path.toRealPath();
        var attributes = Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new RootFolder(real, Folder.identityOf(attributes));
    }

    /** Returns whether it is still what its path leads to, by no link. Blocks on the disk. */
    public boolean isInItsPlace() {
        try {
            return equals(of(path));
        } catch (IOException gone) {
            return false;
        }
    }

    /**
     * Opens it.
     *
     * @throws IOException if it is not there, or another one is in its place
     */
    Folder open() throws IOException {
        return Folder.open(path, identity);
    }
}
