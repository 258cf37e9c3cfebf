// SPDX-License-Identifier: Apache-2.0
package dev.cadre.openai;

import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.ResponseFunctionCallOutputItem;
import com.openai.models.responses.ResponseInputContent;
import com.openai.models.responses.ResponseInputFile;
import com.openai.models.responses.ResponseInputFileContent;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputImageContent;
import com.openai.models.responses.ResponseInputItem.FunctionCallOutput;
import com.openai.models.responses.ResponseInputText;
import com.openai.models.responses.ResponseInputTextContent;
import dev.cadre.model.Attachment;
import dev.cadre.model.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes pictures and files beside a text. The provider fetches a picture behind an address, so only hosts that were
 * allowed may be named.
 */
record AttachmentWriter(Set<String> imageHosts) {

    EasyInputMessage.Content message(String text, List<Attachment> attachments) {
        if (attachments.isEmpty()) {
            return EasyInputMessage.Content.ofTextInput(text);
        }
        var parts = new ArrayList<ResponseInputContent>();
        parts.add(ResponseInputContent.ofInputText(
                ResponseInputText.builder().text(text).build()));
        attachments.forEach(attachment -> parts.add(part(attachment)));
        return EasyInputMessage.Content.ofResponseInputMessageContentList(parts);
    }

    FunctionCallOutput.Output toolOutput(String text, List<Attachment> attachments) {
        if (attachments.isEmpty()) {
            return FunctionCallOutput.Output.ofString(text);
        }
        var parts = new ArrayList<ResponseFunctionCallOutputItem>();
        parts.add(ResponseFunctionCallOutputItem.ofInputText(
                ResponseInputTextContent.builder().text(text).build()));
        attachments.forEach(attachment -> parts.add(toolPart(attachment)));
        return FunctionCallOutput.Output.ofResponseFunctionCallOutputItemList(parts);
    }

    private ResponseInputContent part(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image image ->
                ResponseInputContent.ofInputImage(ResponseInputImage.builder()
                        .imageUrl(url(image.source()))
                        .detail(ResponseInputImage.Detail.of(image.detail().wireName()))
                        .build());
            case Attachment.File file ->
                ResponseInputContent.ofInputFile(ResponseInputFile.builder()
                        .filename(file.name())
                        .fileData(file.content().dataUrl())
                        .build());
        };
    }

    private ResponseFunctionCallOutputItem toolPart(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image image ->
                ResponseFunctionCallOutputItem.ofInputImage(ResponseInputImageContent.builder()
                        .imageUrl(url(image.source()))
                        .detail(ResponseInputImageContent.Detail.of(
                                image.detail().wireName()))
                        .build());
            case Attachment.File file ->
                ResponseFunctionCallOutputItem.ofInputFile(ResponseInputFileContent.builder()
                        .filename(file.name())
                        .fileData(file.content().dataUrl())
                        .build());
        };
    }

    /** The address that is sent for a picture. */
    String url(Attachment.Source source) {
        return switch (source) {
            case Attachment.Source.Inline inline -> inline.dataUrl();
            case Attachment.Source.At at -> {
                if (!imageHosts.contains(at.address().getHost())) {
                    throw new ModelException.InvalidRequest(
                            "a picture at host '%s' is not sent: only hosts allowed with allowImageHosts are (%s)"
                                    .formatted(at.address().getHost(), imageHosts),
                            0);
                }
                yield at.address().toString();
            }
        };
    }
}
