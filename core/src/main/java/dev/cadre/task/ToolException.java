// SPDX-License-Identifier: Apache-2.0
package dev.cadre.task;

/** Thrown by a tool when the model should read why it failed. Its message goes to the model, and nowhere else. */
public final class ToolException extends Exception {
    /** @param messageForTheModel what the model reads in place of a result, so that it can do better */
    public ToolException(String messageForTheModel) {
        super(messageForTheModel);
    }
}
