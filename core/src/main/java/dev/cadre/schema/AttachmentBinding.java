// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonPath;
import dev.cadre.model.Attachment;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A picture or file: no part of it is text for a model. In a journal it is an object with its bytes in base64, of one form
 * for {@link Attachment} and both of its kinds; a schema shows that something stands there, and nothing of the form.
 */
record AttachmentBinding(Class<?> javaType) implements Binding {
    private static final Map<Class<?>, String> WORDS =
            Map.of(Attachment.class, "attachment", Attachment.Image.class, "image", Attachment.File.class, "file");

    private static final String TOKEN = "[A-Za-z0-9!#$&^_.+-]{1,64}";
    private static final Pattern MEDIA_TYPE =
            Pattern.compile(TOKEN + "/" + TOKEN + "(; ?" + TOKEN + "=" + TOKEN + ")?");
    private static final Binding PARTS = BindingCompiler.partsOfAttachments();
    private static final int GROUP = 4;
    private static final int MOST_PADDING = 2;

    /** The word for a schema that {@link #schema} made, also behind a description; empty for any other. */
    static Optional<String> word(Json.Obj schema) {
        String orNull = schema.at(Keyword.TYPE.word).orElse(Json.Null.NULL) instanceof Json.Arr ? " or null" : "";
        return schema.at(Keyword.TITLE.word)
                .filter(Json.Str.class::isInstance)
                .map(title -> ((Json.Str) title).value())
                .flatMap(title -> WORDS.entrySet().stream()
                        .filter(each -> each.getKey().getName().equals(title))
                        .map(each -> each.getValue() + orNull)
                        .findFirst());
    }

    @Override
    public Json.Obj schema(SchemaDefinitions definitions) {
        return Json.obj().with(Keyword.TYPE.word, "string").with(Keyword.TITLE.word, javaType.getName());
    }

    @Override
    public Json write(Object value, JsonPath at) {
        return PARTS.write(value, at);
    }

    /** Untrusted: what is read is sent to a provider as it is. No defect quotes the bytes. */
    @Override
    public @Nullable Object read(Json json, JsonPath at, Defects defects) {
        int before = defects.size();
        Object value = PARTS.read(json, at, defects);
        if (value == null || defects.size() > before) {
            return null;
        }
        Optional<String> trouble = trouble((Attachment) value);
        trouble.ifPresent(what -> defects.add(at, what));
        return trouble.isEmpty() ? value : null;
    }

    private Optional<String> trouble(Attachment attachment) {
        if (!javaType.isInstance(attachment)) {
            return Optional.of("expected %s, got %s".formatted(WORDS.get(javaType), WORDS.get(attachment.getClass())));
        }
        return switch (attachment) {
            case Attachment.File file -> trouble(file.content());
            case Attachment.Image(Attachment.Source.Inline inline, var detail) -> trouble(inline);
            case Attachment.Image(Attachment.Source.At at, var detail) -> Optional.empty();
        };
    }

    private static Optional<String> trouble(Attachment.Source.Inline inline) {
        if (!MEDIA_TYPE.matcher(inline.mediaType()).matches()) {
            return Optional.of("its media type is none such as image/png");
        }
        return isBase64(inline.base64())
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "its %,d characters are no base64",
                        inline.base64().length()));
    }

    private static boolean isBase64(String text) {
        int end = text.length();
        while (end > 0 && text.length() - end < MOST_PADDING && text.charAt(end - 1) == '=') {
            end--;
        }
        boolean isWhole = end > 0 && text.length() % GROUP == 0;
        for (int i = 0; isWhole && i < end; i++) {
            char c = text.charAt(i);
            isWhole =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
        }
        return isWhole;
    }

    /** The attachment that is written like this; empty for any other JSON. Its bytes are not looked at. */
    static Optional<Attachment> of(Json json) {
        return json instanceof Json.Obj
                ? Optional.ofNullable((Attachment) PARTS.read(json, JsonPath.ROOT, Defects.counted()))
                : Optional.empty();
    }

    static Json json(Attachment attachment) {
        return PARTS.write(attachment, JsonPath.ROOT);
    }

    @Override
    public Json replace(Json json, UnaryOperator<Json> attachment) {
        return attachment.apply(json);
    }
}
