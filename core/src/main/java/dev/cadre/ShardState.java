// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

/** How a shard stands with the provider. For one thread. */
final class ShardState {
    private boolean isAnnounced;
    private boolean isCrowdedOut;
    private String fileId = "";
    private String batchId = "";
    private int looks;
    private int readings;
    private boolean isParked;

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

    void isUploadedAs(String id) {
        fileId = id;
    }

    /** Empty as long as no batch of it is known. */
    String batchId() {
        return batchId;
    }

    void isBatch(String id) {
        batchId = id;
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
