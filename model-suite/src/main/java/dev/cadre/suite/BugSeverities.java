// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.task.SubtaskType;

/** Reports of bugs. */
final class BugSeverities {
    enum Severity {
        CRITICAL,
        MAJOR,
        MINOR,
        COSMETIC
    }

    record Labelled(Severity severity) {}

    static final LabelledSet<Labelled, Severity> SET = LabelledSet.of(
                    "bugs",
                    SubtaskType.model("severity", LabelledSet.Text.class, Labelled.class, """
                            Say how bad a bug is.
                            CRITICAL: data are lost or seen by strangers, or nobody can use the program.
                            MAJOR: a function does not work and there is no other way to do the same.
                            MINOR: something is wrong, but there is another way, or it is rare and harmless.
                            COSMETIC: only the looks: a typing error, a colour, a gap."""),
                    Labelled::severity)
            .with(
                    Severity.CRITICAL,
                    "After the update all documents of the last month are gone, and there is no copy.",
                    "When I log in I see the bills of other customers.",
                    "The program does not start any more for anybody in the company.",
                    "Saving writes an empty file over the old one; the text is lost.",
                    "The passwords of all users stand in a file that anyone on the web can open.",
                    "Since this morning the whole service answers nobody at all.")
            .with(
                    Severity.MAJOR,
                    "Export to PDF fails every time, and there is no other way to get a printable file.",
                    "Search finds nothing at all, whatever I type. I cannot find any order.",
                    "Printing does not work on any printer. We have no other way to get paper copies.",
                    "New customers cannot be entered: the button does nothing, and there is no other form.",
                    "The import of price lists stops with an error for every file. We cannot enter them by hand.",
                    "Nobody can send invitations any more; the function ends with an error each time, and nothing replaces it.")
            .with(
                    Severity.MINOR,
                    "The shortcut for copying does nothing, but the menu entry works.",
                    "Once in a while a list loads only at the second attempt.",
                    "Sorting by date does not work on the first click; on the second it does.",
                    "The file dialog forgets the last folder, so one has to choose it again.",
                    "Dragging a picture in fails; inserting it with the button works.",
                    "Undo goes back two steps in place of one; redo brings the lost step back.")
            .with(
                    Severity.COSMETIC,
                    "On the start page it says 'recieved' in place of 'received'.",
                    "The icon of the print button is two pixels too low.",
                    "In the dark theme the border of the table is a little too bright.",
                    "The heading on the page about us is in another font than the others.",
                    "There is a gap that is too wide between the logo and the title.",
                    "The word 'Settings' in the menu is not in bold as the others are.");

    private BugSeverities() {}
}
