// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import dev.cadre.task.SubtaskType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An inbox of four mails. */
final class MailsWorld {
    private static final Map<String, Mail> MAILS = Map.of(
            "m1",
                    new Mail(
                            "Where is my parcel?",
                            "My order of 3 March never came, and nobody answers the phone. I am angry."),
            "m2", new Mail("Tea", "Please send me two boxes of green tea to the usual address."),
            "m3", new Mail("Opening hours", "When do you open on Sundays?"),
            "m4",
                    new Mail(
                            "Leaking kettle",
                            "The kettle leaks since the first day. This is poor work. I want my money back."));

    record Folder(String folder) {}

    record Ids(List<String> ids) {}

    record Id(String id) {}

    record Mail(String subject, String body) {}

    record Body(String body) {}

    enum Kind {
        COMPLAINT,
        ORDER,
        QUESTION,
        OTHER
    }

    record Label(Kind kind) {}

    record Labels(List<Kind> kinds) {}

    record Counts(String counts) {}

    record Reply(String reply) {}

    static final World WORLD = World.of("mails", MailsWorld::types, "id", "folder")
            .with(
                    goal("count-kinds", "How many mails of each kind are in the folder 'inbox'?")
                            .uses("list_mails", "read_mail", "classify_mail")
                            .fansOut("read_mail")
                            .fansOut("classify_mail")
                            .depth(3, 4)
                            .mentions("inbox")
                            .answers("complaint*", "2", "order*", "question*"),
                    goal("kind-of-one", "What kind of mail is the mail m2?")
                            .uses("read_mail", "classify_mail")
                            .mentions("m2")
                            .depth(2, 2)
                            .runsOnce()
                            .answers("order*"),
                    goal("subject", "What is the subject of the mail m3?")
                            .uses("read_mail")
                            .mentions("m3")
                            .atMost(1)
                            .answers("opening hours"),
                    goal("apology", "Write a reply to the mail m1 that says sorry.")
                            .uses("read_mail", "write_reply")
                            .mentions("m1")
                            .depth(2, 3)
                            .answers("sorry|apolog*|regret*"),
                    goal("money-back", "Which of the mails m1 and m4 asks for money back?")
                            .times("read_mail", 2)
                            .mentions("m1")
                            .mentions("m4")
                            .answers("m4"));

    private MailsWorld() {}

    static List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "list_mails",
                        Folder.class,
                        Ids.class,
                        "The ids of all mails in a folder.",
                        asked -> new Ids(MAILS.keySet().stream().sorted().toList())),
                code(
                        "read_mail",
                        Id.class,
                        Mail.class,
                        "Subject and body of one mail.",
                        asked -> found(MAILS.get(asked.id()), "mail '%s'".formatted(asked.id()))),
                SubtaskType.model("classify_mail", Body.class, Label.class, "Say what kind of mail a text is."),
                code("count_kinds", Labels.class, Counts.class, "How often each kind occurs.", MailsWorld::count),
                SubtaskType.model(
                        "write_reply",
                        Body.class,
                        Reply.class,
                        "Write a short, polite reply to a mail. If it complains, say sorry."));
    }

    private static Counts count(Labels labels) {
        Map<Kind, Long> counts = labels.kinds().stream()
                .collect(Collectors.groupingBy(kind -> kind, () -> new EnumMap<>(Kind.class), Collectors.counting()));
        return new Counts(counts.toString());
    }
}
