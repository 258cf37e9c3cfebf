// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import dev.cadre.task.SubtaskType;

/** What a bank's customer writes about. */
final class BankTopics {
    enum Topic {
        CARD_LOST,
        TRANSFER,
        EXCHANGE_RATE,
        LOGIN,
        FEE,
        CASH_MACHINE
    }

    record Labelled(Topic topic) {}

    static final LabelledSet<Labelled, Topic> SET = LabelledSet.of(
                    "bank", SubtaskType.model("topic", LabelledSet.Text.class, Labelled.class, """
                            Say what a bank's customer writes about.
                            CARD_LOST: a card that was lost or stolen, or is still to arrive.
                            TRANSFER: money sent to somebody, or expected from somebody.
                            EXCHANGE_RATE: the rate between two currencies.
                            LOGIN: getting into the app or the account: password, code, locked access.
                            FEE: something that the bank charges.
                            CASH_MACHINE: taking money out at a machine."""), Labelled::topic)
            .with(
                    Topic.CARD_LOST,
                    "My wallet was stolen on the tram and the card was in it.",
                    "I ordered a new card two weeks ago and the post has brought nothing.",
                    "I cannot find my card anywhere. Please stop it.",
                    "Somebody took my bag this morning. Block the card at once.")
            .with(
                    Topic.TRANSFER,
                    "I sent 200 euros to my sister on Monday and she still has nothing.",
                    "How long does it take until money that I send arrives in Poland?",
                    "I typed the wrong account number. Can I get back what I sent?",
                    "My employer says that my pay was sent yesterday, but I do not see it.")
            .with(
                    Topic.EXCHANGE_RATE,
                    "How many dollars did you give me for one euro last Friday?",
                    "The rate from pounds to euros in the app differs from the one in the newspaper.",
                    "When do you set the rate for Swiss francs?",
                    "Which rate do you use when I pay in yen?")
            .with(
                    Topic.LOGIN,
                    "I have forgotten my password and the app will not let me in.",
                    "The code that you send by text message never reaches my phone.",
                    "After three attempts my access was locked.",
                    "I have a new phone. How do I sign in to the app there?")
            .with(
                    Topic.FEE,
                    "Why did you charge me 5 euros this month for the account?",
                    "Does it cost anything to have a second account?",
                    "You took 1.50 from me for paying in a shop abroad. What is that for?",
                    "Is the yearly price of the card given back if I cancel in June?")
            .with(
                    Topic.CASH_MACHINE,
                    "The machine counted 100 euros from my account but gave out only 80.",
                    "How much cash can I take out at a machine in one day?",
                    "The cash machine at the station kept the notes that it should have given me.",
                    "Where is the nearest place where I can get cash out?");

    private BankTopics() {}
}
