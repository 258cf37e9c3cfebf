// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import java.util.List;

/**
 * The pictures that a subtask left behind.
 *
 * @param files the paths of the first and of the last picture, before and after everything that was done; empty if the
 *     model never operated the screen
 */
public record Screenshots(List<String> files) {
    public Screenshots {
        files = List.copyOf(files);
    }
}
