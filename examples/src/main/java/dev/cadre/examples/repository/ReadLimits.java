// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.repository;

/**
 * How much of a repository is read.
 *
 * @param maxFiles files listed; the rest is counted as {@link SkipReason#OVER_LIMIT}. Also the entries of a git folder that is
 *     read; one with more counts as none
 * @param maxFileBytes size of one file
 * @param maxTotalBytes sum of the lengths of all texts that are read
 */
public record ReadLimits(int maxFiles, long maxFileBytes, long maxTotalBytes) {
    /** 100,000 files, 1 MB a file, 512 MB in all. */
    public static final ReadLimits STANDARD = new ReadLimits(100_000, 1 << 20, 512L << 20);

    public ReadLimits {
        if (maxFiles < 1 || maxFileBytes < 1 || maxTotalBytes < 1) {
            throw new IllegalArgumentException("limits below 1: files=%d, fileBytes=%d, totalBytes=%d"
                    .formatted(maxFiles, maxFileBytes, maxTotalBytes));
        }
    }
}
