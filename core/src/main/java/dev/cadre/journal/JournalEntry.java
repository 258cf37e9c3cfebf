// SPDX-License-Identifier: Apache-2.0
package dev.cadre.journal;

import dev.cadre.model.CallPurpose;
import dev.cadre.model.Tier;
import dev.cadre.model.TokenUsage;
import dev.cadre.price.Money;
import dev.cadre.price.Spend;
import dev.cadre.task.Origin;
import dev.cadre.task.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fact about a run that must survive a crash.
 *
 * <p>Texts called JSON are one JSON document each and come back as compact text. The money of an attempt is booked by
 * its {@link Intent} and its {@link Settled}, that of a request in a batch by its {@link Enqueued} and its
 * {@link Collected}, and by nothing else.
 */
public sealed interface JournalEntry {
    /** The run it belongs to. */
    String run();

    /**
     * A run began, or was resumed.
     *
     * @param goal what was asked for, so that another question never resumes this run
     * @param subject what the run is about, for people: the text of a goal, the answering subtask of a graph, the type
     *     of the items of a bulk
     * @param limit what the run may spend, earlier sessions included
     * @param runKey the key by which its caller tells runs apart; empty if there is none, and in older journals
     * @param prompts the versions of the library's own prompts in this session; empty in older journals
     * @param beginning tells the run from one with the same id in another journal: chosen by its first session; empty in
     *     older journals
     */
    record RunStarted(
            String run, Fingerprint goal, String subject, Money limit, String runKey, String prompts, String beginning)
            implements JournalEntry {
        /** Of an older journal. */
        public RunStarted(String run, Fingerprint goal, String subject, Money limit, String runKey, String prompts) {
            this(run, goal, subject, limit, runKey, prompts, "");
        }

        /** Without a run key, and with prompts that are not known. */
        public RunStarted(String run, Fingerprint goal, String subject, Money limit) {
            this(run, goal, subject, limit, "", "");
        }
    }

    /**
     * A subtask was accepted into the running graph, for good.
     *
     * @param position its place in plan order, from 0
     * @param subtask JSON, as {@code PlannedSubtask} writes it; of a graph by hand without its input
     */
    record PlanAdmitted(String run, int position, String subtask) implements JournalEntry {
        public PlanAdmitted {
            if (position < 0) {
                throw new IllegalArgumentException("negative position in plan order: " + position);
            }
        }
    }

    /**
     * A model call is about to be made; durable before the call.
     *
     * @param attempt tells the attempts of one key apart
     * @param asked whom it asks, and what for
     * @param reserved the worst case, which counts as spent until the attempt is settled
     */
    record Intent(JournalKey key, Fingerprint fingerprint, int attempt, Asked asked, Money reserved)
            implements JournalEntry {
        @Override
        public String run() {
            return key.run();
        }
    }

    /**
     * Whom an attempt asks.
     *
     * @param model the provider's id
     */
    record Asked(CallPurpose.Kind kind, Tier tier, String model) {
        public static Asked of(CallPurpose purpose, String model) {
            return new Asked(purpose.kind(), purpose.tier(), model);
        }

        /**
         * What counts as spent as long as the fate of the attempt is unknown. What code set aside, as for a run of its own, is
         * no call.
         */
        public Spend forfeited(Money reserved) {
            return kind == CallPurpose.Kind.CODE
                    ? new Spend(Money.ZERO, reserved, 0, TokenUsage.NONE, true)
                    : Spend.forfeited(reserved);
        }
    }

    /**
     * The reservation of an attempt ended.
     *
     * @param attempt that of the intent
     * @param end how it ended, for people: a word such as {@code complete}, {@code truncated} or {@code RateLimited}
     * @param spend what is booked for it: settled, forfeited, or {@link Spend#NONE} if it was never sent
     */
    record Settled(JournalKey key, int attempt, String end, Spend spend) implements JournalEntry {
        @Override
        public String run() {
            return key.run();
        }
    }

    /** A fact about the batches of a bulk run. */
    sealed interface OfBatch extends JournalEntry {
        /** The number of the shard, which is unique within its run. */
        int shard();
    }

    /** How a shard stands with the provider; the latest fact of each kind counts. */
    record ShardNoted(String run, int shard, ShardFact fact) implements OfBatch {
        public ShardNoted {
            if (shard < 0) {
                throw new IllegalArgumentException("negative number of a shard: " + shard);
            }
        }
    }

    /** A fact about one shard. */
    sealed interface ShardFact {
        /**
         * The shard is complete, and nothing of it was sent.
         *
         * @param token identifies the shard in the metadata of its batch
         * @param tokens the estimated input tokens of its requests
         */
        record Announced(String token, int requests, long tokens) implements ShardFact {}

        /** The lines of the shard are uploaded, and a batch of them is about to be created. */
        record Uploaded(String fileId) implements ShardFact {}

        /** The provider refused to create a batch: there is none. */
        record TurnedAway() implements ShardFact {}

        /** The shard has a batch. */
        record Created(String batchId) implements ShardFact {}
    }

    /**
     * A request is about to be sent in the batch of a shard; durable before the batch is created.
     *
     * @param asked the model that it asks
     * @param reserved the worst case, which counts as spent until the request is {@linkplain Collected collected}
     */
    record Enqueued(JournalKey key, Fingerprint fingerprint, int shard, Asked asked, Money reserved)
            implements OfBatch {
        @Override
        public String run() {
            return key.run();
        }
    }

    /**
     * The reservation of an enqueued request ended.
     *
     * @param end how it ended, for people
     * @param spend what is booked for it, as in {@link Settled}
     */
    record Collected(JournalKey key, int shard, String end, Spend spend) implements OfBatch {
        @Override
        public String run() {
            return key.run();
        }
    }

    /**
     * A subtask or an item ended; durable before a dependent, the merger or the caller sees it.
     *
     * @param fingerprint reuse needs the same key and the same fingerprint
     * @param outcome with the output as JSON
     * @param spend what all its attempts cost together, for reports: it is not booked again
     * @param cached where an outcome cache had it from; null if this run did the work
     */
    record Ended(
            JournalKey key,
            Fingerprint fingerprint,
            Outcome<String> outcome,
            Spend spend,
            Origin.@Nullable Cached cached)
            implements JournalEntry {
        /** Of work that this run did. */
        public Ended(JournalKey key, Fingerprint fingerprint, Outcome<String> outcome, Spend spend) {
            this(key, fingerprint, outcome, spend, null);
        }

        @Override
        public String run() {
            return key.run();
        }
    }

    /**
     * A run ended.
     *
     * @param status as in the event: {@code complete}, {@code partial} or {@code failed}
     * @param notes what else people should know of this session, such as the tools that threw; none in older journals
     */
    record RunEnded(String run, String status, List<String> notes) implements JournalEntry {
        public RunEnded {
            notes = List.copyOf(notes);
        }

        /** Without notes. */
        public RunEnded(String run, String status) {
            this(run, status, List.of());
        }
    }
}
