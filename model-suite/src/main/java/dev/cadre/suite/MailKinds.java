// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.task.SubtaskType;

/** Mails to a shop. */
final class MailKinds {
    enum Kind {
        ORDER,
        COMPLAINT,
        QUESTION,
        CANCELLATION,
        THANKS
    }

    record Labelled(Kind kind) {}

    static final LabelledSet<Labelled, Kind> SET = LabelledSet.of(
                    "mails",
                    SubtaskType.model("mail_kind", LabelledSet.Text.class, Labelled.class, """
                            Say what kind of mail a shop got.
                            ORDER: the writer wants to buy something now.
                            COMPLAINT: something was bad, late, wrong or broken.
                            QUESTION: the writer wants to know something before anything else.
                            CANCELLATION: an order or a subscription is to end.
                            THANKS: the writer is pleased and asks for nothing."""),
                    Labelled::kind)
            .with(
                    Kind.ORDER,
                    "Please send me three bags of the dark roast, to the usual address.",
                    "I would like to have the blue lamp from page 12 of your catalogue. Here is my address.",
                    "Put me down for two tickets for Saturday, I will pay by card.",
                    "We need forty chairs by the end of May. Please deliver them to our office and send the bill.",
                    "Ten more of the same notebooks, please.")
            .with(
                    Kind.COMPLAINT,
                    "The jug arrived in pieces. This is the second time.",
                    "I have waited five weeks for my shoes and nobody answers the phone.",
                    "You sent me the green one, though I had paid for the red one.",
                    "The radio worked for two days. I am very disappointed.",
                    "Your driver left the parcel in the rain and everything in it is wet.")
            .with(
                    Kind.QUESTION,
                    "Do you deliver to Iceland?",
                    "Which of your kettles can be set to 80 degrees?",
                    "Are you open on the first of May?",
                    "What is the difference between the small and the large tent?",
                    "Can the table be taken apart?")
            .with(
                    Kind.CANCELLATION,
                    "I no longer need the bookcase that I ordered yesterday. Please do not send it.",
                    "Please end my coffee subscription at the end of the month.",
                    "Stop order 4471, I have found the lamp elsewhere.",
                    "We have to call off our booking for Thursday.",
                    "Take me off the monthly box from now on.")
            .with(
                    Kind.THANKS,
                    "The tent kept us dry for two weeks. What a good piece of work!",
                    "I only wanted to say how kind your colleague on the phone was.",
                    "The parcel came a day early. Well done.",
                    "My daughter loves the kite. Greetings from the beach!",
                    "Thank you for the quick repair, the radio plays as it did on the first day.");

    private MailKinds() {}
}
