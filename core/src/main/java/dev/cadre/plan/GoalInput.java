// SPDX-License-Identifier: Apache-2.0
package dev.cadre.plan;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonPath;
import dev.cadre.model.Attachment;
import dev.cadre.schema.JsonType;
import dev.cadre.schema.Marked;
import dev.cadre.schema.Notation;
import dev.cadre.task.Artifacts;
import dev.cadre.task.GraphNode;
import dev.cadre.task.TypeRef;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A named value that comes with a goal: subtasks of the plan are wired to it as to the output of a subtask that has ended.
 * A planner is shown its form and its size, never what it holds; of a picture or file also its name and kind.
 *
 * <p>It is the value at the time when it was given: later changes of a mutable object have no effect. Immutable and safe
 * for use by many threads.
 */
public final class GoalInput {
    /** How many inputs a goal may have. */
    public static final int MAX_INPUTS = 32;

    /** The most UTF-8 bytes of JSON that all inputs of a goal may have together: 16 MiB. */
    public static final long MAX_BYTES = 16L * 1024 * 1024;

    /** Rule of thumb for text in English. It limits nothing: money is reserved by bytes. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final int MOST_ATTACHMENTS = 16;

    private static final int TENS = 10;
    private static final int TWO_DIGITS = 100;

    private final String name;
    private final Shape<?> shape;
    private final Json bare;
    private final Json described;
    private final List<Attachment> attachments;
    private final long bytes;
    private final List<Artifacts.Output> kept;

    private <T> GoalInput(String name, Shape<T> shape, T value) {
        this.name = name;
        this.shape = shape;
        this.bare = shape.whole(value);
        this.described = shape.described(value);
        this.attachments = Marked.of(shape.type(), value).attachments();
        this.bytes = bytes(bare);
        this.kept = List.of();
    }

    private GoalInput(GoalInput of, Stream<Artifacts.Output> kept) {
        this.name = of.name;
        this.shape = of.shape;
        this.bare = of.bare;
        this.described = of.described;
        this.attachments = of.attachments;
        this.bytes = of.bytes;
        this.kept = kept.toList();
    }

    /**
     * A value under a name.
     *
     * @param name 1 to 64 letters, digits, {@code _ . -}, as the id of a subtask
     * @throws IllegalArgumentException if the name is no such text, or the value does not fit the JSON form of its type,
     *     such as a record with a component that is null; the message names the place
     */
    @SuppressWarnings("unchecked") // a reference stands for its type
    public static <T> GoalInput of(String name, TypeRef<T> type, T value) {
        return of(name, (JsonType<T>) JsonType.of(type.type()), value);
    }

    /** As {@link #of(String, TypeRef, Object)}, with the JSON form of the type. */
    @SuppressWarnings("exports") // for the library's own modules
    public static <T> GoalInput of(String name, JsonType<T> type, T value) {
        if (!GraphNode.isValidId(name)) {
            throw new IllegalArgumentException(
                    "the name of an input must be 1 to 64 letters, digits, '_', '.' or '-', not " + Quoted.of(name));
        }
        Shape<T> shape = Shape.of(type);
        return made(name, shape, value);
    }

    /**
     * Checks that these can be the inputs of one goal.
     *
     * @throws IllegalArgumentException if two have one name, there are too many, or they are too large together
     */
    public static void requireTogether(List<GoalInput> inputs) {
        if (inputs.size() > MAX_INPUTS) {
            throw new IllegalArgumentException(
                    "a goal may have %d inputs, not %d".formatted(MAX_INPUTS, inputs.size()));
        }
        Map<String, GoalInput> names = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        long bytes = 0;
        for (GoalInput input : inputs) {
            if (names.put(input.name(), input) != null) {
                throw new IllegalArgumentException("two inputs of the goal are named '%s'".formatted(input.name()));
            }
            bytes += input.bytes();
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("the inputs of a goal may have %,d bytes of JSON together, not %,d: %s"
                    .formatted(MAX_BYTES, bytes, inputs));
        }
    }

    /** What is given must be readable where it is wired to; found out before anything is paid. */
    private static <T> GoalInput made(String name, Shape<T> shape, T value) {
        try {
            var unused = shape.type().read(shape.type().toJson(value));
            return new GoalInput(name, shape, value);
        } catch (JsonException | IllegalArgumentException | ClassCastException unfit) {
            throw new IllegalArgumentException(
                    "the input '%s' does not fit its type: %s".formatted(name, unfit.getMessage()), unfit);
        }
    }

    /**
     * This input, of which models read by range what is longer than so many bytes of JSON, be it all of it or a part; default
     * nothing.
     *
     * @see dev.cadre.task.SubtaskType#keepingAbove
     */
    public GoalInput keepingAbove(long keptAbove) {
        var whole = new Artifacts.Output(name, described, Notation.of(shape.type()), keptAbove);
        return new GoalInput(this, Stream.of(whole).filter(Artifacts.Output::isKept));
    }

    /** This list, of whose items the same is read by range; the list around them is shown, however many there are. */
    public GoalInput keepingItemsAbove(long keptAbove) {
        String form = shape.type().element().map(Notation::of).orElse("");
        List<Json> items = ((Json.Arr) described).items();
        return new GoalInput(
                this,
                IntStream.range(0, items.size())
                        .mapToObj(item ->
                                new Artifacts.Output(name, JsonPath.ROOT.item(item), items.get(item), form, keptAbove))
                        .filter(Artifacts.Output::isKept));
    }

    /** This input, of which models read by range also these values, as far as they stand in it. */
    public GoalInput keepingToo(List<Artifacts.Output> values) {
        Stream<Artifacts.Output> others =
                values.stream().filter(value -> !value.id().equals(name) && bytes > value.keptAbove());
        return new GoalInput(this, Stream.concat(kept.stream(), others));
    }

    /** What models read of it by range; empty if nothing is long enough. */
    public List<Artifacts.Output> kept() {
        return kept;
    }

    /** The name by which references of a plan mean it. */
    public String name() {
        return name;
    }

    /** The UTF-8 bytes of its JSON. */
    public long bytes() {
        return bytes;
    }

    /**
     * What a planner is shown of it, in one line without the name: the form of its type, about how many tokens it has, how
     * many items each of its lists has, and what its pictures and files are. Nothing else of the value stands in it.
     */
    public String signature() {
        return "%s (%s)".formatted(Notation.of(shape.type()), sizes());
    }

    /** Text that is equal for equal names, types and values. */
    public List<String> identity() {
        return List.of(name, shape.type().identity(), bare.canonical());
    }

    /** The type alone, as {@link #identity} has it. */
    public String typeIdentity() {
        return shape.type().identity();
    }

    /** The value as JSON: bare, whatever its type. */
    public Json json() {
        return bare;
    }

    /** The same with descriptions in the places of its pictures and files. */
    public Json described() {
        return described;
    }

    Shape<?> shape() {
        return shape;
    }

    /** The bare JSON of one field, or of the whole value. */
    Json read(String field) {
        return isRecord() && !field.equals(Source.WHOLE)
                ? ((Json.Obj) bare).at(field).orElse(Json.Null.NULL)
                : bare;
    }

    private boolean isRecord() {
        return shape.type().isRecord();
    }

    private String sizes() {
        var about = described instanceof Json.Str && !attachments.isEmpty()
                ? "" // it is one
                : "about %s tokens%s".formatted(tokens(bytes(described)), attachments.isEmpty() ? "" : " of text");
        String lists = isRecord() && described instanceof Json.Obj record
                ? record.fields().entrySet().stream()
                        .filter(field -> field.getValue() instanceof Json.Arr)
                        .map(field -> "%s: %s".formatted(field.getKey(), items((Json.Arr) field.getValue())))
                        .collect(Collectors.joining("; "))
                : described instanceof Json.Arr list && shape.type().element().isPresent() ? items(list) : "";
        return Stream.of(about, lists, attached())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** No file name can end its quotation. */
    private String attached() {
        int more = attachments.size() - MOST_ATTACHMENTS;
        return attachments.stream()
                .limit(MOST_ATTACHMENTS)
                .map(each -> new Json.Str(Marked.description(each)).write())
                .collect(Collectors.joining(", ", "", more > 0 ? " and %d more".formatted(more) : ""));
    }

    private String items(Json.Arr list) {
        int count = list.items().size();
        if (count == 0) {
            return "no items";
        }
        String items = "%,d %s".formatted(count, count == 1 ? "item" : "items");
        return attachments.isEmpty() ? "%s of about %s tokens".formatted(items, tokens(bytes(list) / count)) : items;
    }

    /** Two digits say enough. */
    private static String tokens(long bytes) {
        long tokens = Math.max(1, bytes / BYTES_PER_TOKEN);
        long unit = 1;
        while (tokens / unit >= TWO_DIGITS) {
            unit *= TENS;
        }
        return String.format(Locale.ROOT, "%,d", (tokens + unit / 2) / unit * unit);
    }

    private static long bytes(Json json) {
        return json.write().getBytes(StandardCharsets.UTF_8).length;
    }

    /** One line without the value. */
    @Override
    public String toString() {
        return "GoalInput[%s, %,d bytes]".formatted(name, bytes);
    }
}
