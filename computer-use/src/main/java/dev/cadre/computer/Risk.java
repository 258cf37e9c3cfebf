// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

/** What makes an action more than a look around. */
public enum Risk {
    /** Types into a field for a password, a one-time code or the number of a card, or into one that was. */
    SECRET,
    /** Sends a form. */
    SUBMITS_FORM,
    /** Follows a link to another site. */
    LEAVES_SITE,
    /** Fetches a file. */
    DOWNLOADS,
    /** Chooses a file to be sent. */
    UPLOADS,
    /** The environment cannot tell. */
    UNKNOWN
}
