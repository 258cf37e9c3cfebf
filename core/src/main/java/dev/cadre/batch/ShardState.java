// SPDX-License-Identifier: Apache-2.0
package dev.cadre.batch;

import java.time.Duration;

/** The standing of a shard with the provider. For one thread. */
final class ShardState {
    private boolean isAnnounced;
    private boolean isCrowdedOut;
    private String fileId = "";
    private String batchId = "";
    private int looks;
    private int partialReadings;
    private boolean isParked;
    private Duration createdAt = Duration.ZERO;

    /** Whether this session has put its items on record. */
    boolean isAnnounced() {
        return isAnnounced;
    }

    void markAnnounced() {
        isAnnounced = true;
    }

    /** Whether another batch must end before the provider takes it. */
    boolean isCrowdedOut() {
        return isCrowdedOut;
    }

    void markCrowdedOut() {
        isCrowdedOut = true;
    }

    /** The provider's id of its uploaded lines; empty if they are not uploaded. */
    String fileId() {
        return fileId;
    }

    void markUploaded(String id) {
        fileId = id;
    }

    /** Empty as long as no batch of it is known. */
    String batchId() {
        return batchId;
    }

    void adoptBatch(String id) {
        batchId = id;
    }

    /** Marks that it got a batch in this session, at this time from its start. */
    void markCreated(String id, Duration at) {
        batchId = id;
        createdAt = at;
    }

    /** When it got its batch, from the start of this session; zero if it did in an earlier session. */
    Duration createdAt() {
        return createdAt;
    }

    /** Counts the looks for its batch; returns the number of this one. */
    int countLook() {
        return ++looks;
    }

    /** Counts the readings that found a file of answers missing; returns the number of this one. */
    int countPartialReading() {
        return ++partialReadings;
    }

    /** Whether its batch has ended, and its answers wait for the inputs that they are judged by. */
    boolean isParked() {
        return isParked;
    }

    void park() {
        isParked = true;
    }
}
