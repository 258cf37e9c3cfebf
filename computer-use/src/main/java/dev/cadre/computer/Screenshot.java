// SPDX-License-Identifier: Apache-2.0
package dev.cadre.computer;

import dev.cadre.model.Attachment;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A picture of a screen, in PNG. Immutable. */
public final class Screenshot {
    /**
     * The largest screen, in pixels, such as 1,536 by 1,024: larger pictures are shrunk at the detail at which they are
     * priced, and the model's coordinates would be off.
     */
    public static final int MAX_PIXELS = 1_536 * 1_024;

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int WIDTH_OFFSET = 16;
    private static final int HEADER_BYTES = 24;

    private final byte[] png;
    private final int width;
    private final int height;

    private Screenshot(byte[] png) {
        this.png = png;
        ByteBuffer header = ByteBuffer.wrap(png);
        width = header.getInt(WIDTH_OFFSET);
        height = header.getInt(WIDTH_OFFSET + Integer.BYTES);
    }

    /**
     * A picture.
     *
     * @throws IllegalArgumentException if it is no PNG, or has more than {@link #MAX_PIXELS}
     */
    public static Screenshot png(byte[] bytes) {
        if (bytes.length < HEADER_BYTES || !Arrays.equals(Arrays.copyOf(bytes, SIGNATURE.length), SIGNATURE)) {
            throw new IllegalArgumentException("a screenshot of %d bytes that is no PNG".formatted(bytes.length));
        }
        var screenshot = new Screenshot(bytes.clone());
        if (screenshot.width < 1 || screenshot.height < 1 || screenshot.width > MAX_PIXELS / screenshot.height) {
            throw new IllegalArgumentException("a screen of %d by %d pixels, more than %d in all"
                    .formatted(screenshot.width, screenshot.height, MAX_PIXELS));
        }
        return screenshot;
    }

    /** In pixels. */
    public int width() {
        return width;
    }

    /** In pixels. */
    public int height() {
        return height;
    }

    /** The file's bytes. */
    public byte[] bytes() {
        return png.clone();
    }

    Attachment attachment() {
        return Attachment.Image.of("image/png", png);
    }

    boolean holds(Action.Point point) {
        return point.x() >= 0 && point.y() >= 0 && point.x() < width && point.y() < height;
    }

    @Override
    public String toString() {
        return "Screenshot[%d by %d, %d bytes]".formatted(width, height, png.length);
    }
}
