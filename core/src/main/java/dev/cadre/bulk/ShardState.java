// SPDX-License-Identifier: Apache-2.0
package dev.cadre.bulk;

import java.time.Duration;

/** How a shard stands with the provider. For one thread. */
final class ShardState {
    private boolean isAnnounced;
    private boolean isCrowdedOut;
    private String fileId = "";
    private String batchId = "";
    private int looks;
    private int readings;
    private boolean isParked;
    private Duration madeAt = Duration.ZERO;

    /** This session has put its items on record. */
    boolean isAnnounced() {
        return isAnnounced;
    }

    void announced() {
        isAnnounced = true;
    }

    /** Another batch must end before the provider takes it. */
    boolean isCrowdedOut() {
        return isCrowdedOut;
    }

    void crowdedOut() {
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

    void markCreated(String id) {
        batchId = id;
    }

    /** It has got a batch in this session, at this time from its start. */
    void markCreated(String id, Duration at) {
        batchId = id;
        madeAt = at;
    }

    /** When it got its batch, from the start of this session; zero if an earlier session saw to that. */
    Duration madeAt() {
        return madeAt;
    }

    /** Counts the looks for its batch; the number of this one. */
    int look() {
        return ++looks;
    }

    /** Counts the readings that found a file of answers missing; the number of this one. */
    int readInPart() {
        return ++readings;
    }

    /** Its batch has ended, and its answers wait for the inputs that they are judged by. */
    boolean isParked() {
        return isParked;
    }

    void park() {
        isParked = true;
    }
}
