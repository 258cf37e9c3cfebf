// SPDX-License-Identifier: Apache-2.0
package dev.cadre.record;

import dev.cadre.journal.Fingerprint;
import dev.cadre.json.Json;
import dev.cadre.merge.SubtaskOutcome;
import dev.cadre.model.Attachment;
import dev.cadre.model.Tier;
import dev.cadre.model.Verbosity;
import dev.cadre.pool.ModelPools;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.task.Failure;
import dev.cadre.task.Items;
import dev.cadre.task.Limits;
import dev.cadre.task.Outcome;
import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tiers;
import dev.cadre.task.Tool;
import dev.cadre.task.Work;
import dev.cadre.worker.Attached;
import dev.cadre.worker.PoolChoice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Digests of everything that can change the answer of a subtask: how its type is described, checked and asked, by which
 * models, and its input, which holds the outputs that it depends on. What plain code does cannot be seen.
 *
 * <p>Safe for use by many threads.
 */
public final class Fingerprints {
    private final ModelPools pools;
    private final Limits limits;
    private final Map<SubtaskType<?, ?>, Fingerprint> types = new ConcurrentHashMap<>();
    /** By the base64 text of an attachment, as long as somebody else holds that: one picture may be in many inputs. */
    private final Map<String, String> digests = Collections.synchronizedMap(new WeakHashMap<>());

    public Fingerprints(ModelPools pools, Limits limits) {
        this.pools = pools;
        this.limits = limits;
    }

    /** Of one piece of work, with what is attached to its input. */
    public Fingerprint of(SubtaskType<?, ?> type, Object input, Attached.Made attached) {
        return of(input(type, input), attached);
    }

    /** The same of an input that was written before. */
    static Fingerprint of(InputPrint input, Attached.Made attached) {
        List<String> shown = attached.attachments().stream()
                .skip(input.attachments())
                .map(Fingerprints::describe)
                .toList();
        return shown.isEmpty() ? input.work() : Fingerprint.of(input.work().hex(), String.join("\n", shown));
    }

    /** Writes an input, to tell it from others. */
    InputPrint input(SubtaskType<?, ?> type, Object input) {
        Written written;
        Optional<String> unfit = Optional.empty();
        try {
            written = text(type.inputType(), input);
        } catch (Throwable thrown) { // what is written may be the user's code
            written = new Written("unlike any other: " + UUID.randomUUID(), 0);
            unfit = Optional.of(Failure.describe(thrown));
        }
        return new InputPrint(
                Fingerprint.of(of(type).hex(), written.text()),
                Fingerprint.of("effect", type.name(), written.text()),
                written.attachments(),
                unfit);
    }

    /** Of a type alone, for what came to an end without an input. */
    public Fingerprint of(SubtaskType<?, ?> type) {
        // a type that reads by range is made for one input
        return isReading(type)
                ? Fingerprint.of(parts(type).toArray(String[]::new))
                : types.computeIfAbsent(
                        type, unknown -> Fingerprint.of(parts(type).toArray(String[]::new)));
    }

    private static boolean isReading(SubtaskType<?, ?> type) {
        return type.work() instanceof Work.Model<?, ?> model
                && !model.artifacts().isNone();
    }

    private List<String> parts(SubtaskType<?, ?> type) {
        var parts = new ArrayList<String>();
        parts.add(type.name());
        parts.add(type.inputType().identity());
        parts.add(type.outputType().identity());
        type.acceptances().forEach(rule -> parts.add(rule.rule()));
        if (type.work() instanceof Work.Model<?, ?> model) {
            parts.add(model.instructions());
            model.tools().forEach(tool -> parts.add(describe(tool)));
            parts.add(describe(type.tiers()));
            parts.add(model.effort().orElse(limits.effort()).toString());
            model.providerTools().forEach(tool -> parts.add(model.maxProviderCalls() + " " + tool));
            if (!model.sharedContext().isEmpty()) {
                parts.add("sharing " + model.sharedContext());
            }
            if (model.verbosity() != Verbosity.STANDARD) {
                parts.add("verbosity " + model.verbosity());
            }
            if (isReading(type)) {
                parts.add("reads " + model.artifacts().identity());
            }
            model.sampling().temperature().ifPresent(value -> parts.add("temperature " + value));
            model.sampling().topP().ifPresent(value -> parts.add("top_p " + value));
            parts.add(Long.toString(model.maxOutputTokens().orElse(limits.workerOutputTokens())));
            parts.add(models(type));
        }
        return parts;
    }

    /** What a planner might have chosen changes no answer. */
    private static String describe(Tiers tiers) {
        return "Tiers[floor=%s, start=%s, top=%s]".formatted(tiers.floor(), tiers.start(), tiers.top());
    }

    /** Of a merge of these outcomes into an answer of this type; the goal is the run's identity already. */
    Fingerprint merge(JsonType<?> answer, String merger, List<SubtaskOutcome> outcomes) {
        var parts = new ArrayList<String>();
        parts.add(answer.identity());
        parts.add(models(Tier.NANO, Tier.FLAGSHIP));
        if (!merger.isEmpty()) {
            parts.add("merged by " + merger);
        }
        for (SubtaskOutcome each : outcomes) {
            parts.add(each.id());
            each.type().keptAbove().ifPresent(bytes -> parts.add("kept above " + bytes));
            add(each.type().outputType(), each.outcome(), parts);
        }
        return Fingerprint.of(parts.toArray(String[]::new));
    }

    /** Of a part of a merge. */
    Fingerprint mergePart(String question) {
        return Fingerprint.of("part of a merge", models(Tier.NANO, Tier.FLAGSHIP), question);
    }

    private static <O> void add(JsonType<O> type, Outcome<?> outcome, List<String> parts) {
        switch (outcome) {
            case Outcome.Succeeded<?>(Items<?>(List<? extends Outcome<?>> items, var groups)) -> {
                parts.add(items.size() + " items");
                items.forEach(item -> add(type, item, parts));
            }
            case Outcome.Succeeded<?>(Object value) ->
                parts.add(type.canonical(type.rawType().cast(value)));
            case Outcome.Failed<?> failed -> parts.add("failed " + failed.reason());
            case Outcome.Skipped<?> skipped -> parts.add("skipped " + skipped.reason());
        }
    }

    private static String describe(Tool tool) {
        return tool.effect() + " " + tool.spec();
    }

    /** With all bytes: their digest is what tells two pictures apart. */
    static String describe(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image image -> image.detail() + " " + describe(image.source());
            case Attachment.File file -> file.name() + " " + describe(file.content());
        };
    }

    private static String describe(Attachment.Source source) {
        return switch (source) {
            case Attachment.Source.Inline inline -> inline.dataUrl();
            case Attachment.Source.At at -> at.address().toString();
        };
    }

    /** The models that may do work of a type, by tier: those that it names, or those of its tiers and behind them. */
    private String models(SubtaskType<?, ?> type) {
        var names = new StringBuilder();
        for (Tier tier : PoolChoice.tiers(pools, type)) {
            List<String> models = PoolChoice.of(pools, type, tier).models();
            names.append(tier).append('=').append(String.join("+", models)).append(' ');
        }
        return names.toString();
    }

    /** The models that are bound to these tiers. */
    String models(Tier from, Tier to) {
        var names = new StringBuilder();
        for (Tier tier : pools.tiers()) {
            if (!from.isAbove(tier) && !tier.isAbove(to)) {
                names.append(tier).append('=').append(pools.pool(tier).model()).append(' ');
            }
        }
        return names.toString();
    }

    /**
     * An input as text that tells it from others.
     *
     * @param attachments how many pictures and files are in it
     */
    private record Written(String text, int attachments) {}

    private <I> Written text(JsonType<I> type, Object input) {
        I typed = type.rawType().cast(input);
        if (!type.holdsAttachments()) {
            return new Written(type.canonical(typed), 0);
        }
        Marked marked = Marked.of(type, typed);
        String digests = marked.attachments().stream().map(this::digest).collect(Collectors.joining("\n"));
        return new Written(
                marked.json().canonical() + "\n" + digests, marked.attachments().size());
    }

    /** Tells two attachments apart, without a copy of their bytes. */
    private String digest(Attachment attachment) {
        return switch (attachment) {
            case Attachment.Image(Attachment.Source.Inline inline, var detail) -> detail + " " + digest(inline);
            case Attachment.Image image -> describe(image);
            case Attachment.File file ->
                "%s %d %s".formatted(new Json.Str(file.name()).write(), file.maxTokens(), digest(file.content()));
        };
    }

    private String digest(Attachment.Source.Inline inline) {
        String bytes = digests.computeIfAbsent(
                inline.base64(), unknown -> Fingerprint.of(unknown).hex());
        return inline.mediaType() + " " + bytes;
    }
}
