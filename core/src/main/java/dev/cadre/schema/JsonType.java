// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.json.Json;
import dev.cadre.json.JsonException;
import dev.cadre.json.JsonPath;
import dev.cadre.json.ParsedJson;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a type: its strict schema, and the writer and reader of its values.
 *
 * <ul>
 *   <li>A record is an object. A record of a sealed interface has a first field {@code kind}, which names the record.
 *   <li>An enum is a string, a date or duration an ISO string.
 *   <li>A map is an array of {@code {"key", "value"}} sorted by key. A set is an array in a fixed order.
 *   <li>An empty Optional is {@code null}.
 * </ul>
 *
 * <p>An {@link dev.cadre.model.Attachment}, alone or as a component, is an object with its bytes, which only code reads and
 * writes; {@link Marked} is what a model is shown.
 *
 * <p>The root of a strict schema is an object. So at the root a type other than a record is the field {@code value}
 * of an object, in the schema and in what is written and read.
 *
 * <p>{@code @JsonProperty} renames a component or enum constant, {@code @JsonTypeName} a record of a sealed interface.
 * {@code @JsonPropertyDescription} and {@code @JsonClassDescription} describe a component or class to the model.
 *
 * <p>A type can also be {@linkplain #ofSchema defined by a schema}; then its values are trees.
 *
 * <p>Immutable and safe for use by many threads. Java types are compiled once and kept as long as their class.
 */
public final class JsonType<T> {
    static final String VALUE = "value";
    private static final String GIVEN_NAME = "answer";
    private static final int MAX_NAME_CHARS = 64;

    private static final ClassValue<ConcurrentMap<Type, JsonType<?>>> CACHE = new ClassValue<>() {
        @Override
        protected ConcurrentMap<Type, JsonType<?>> computeValue(Class<?> raw) {
            return new ConcurrentHashMap<>();
        }
    };

    private final Type javaType;
    private final Binding binding;
    private final String schema;
    private final String attachmentAt;
    private volatile @Nullable List<JsonComponent> components;

    JsonType(Type javaType) {
        this(javaType, BindingCompiler.compile(javaType));
    }

    private JsonType(Type javaType, BindingCompiler.Compiled compiled) {
        this.javaType = javaType;
        this.binding = compiled.binding();
        this.attachmentAt = compiled.attachmentAt();
        this.schema = rootSchema().write();
    }

    private JsonType(Type javaType, Binding binding, String schema) {
        this.javaType = javaType;
        this.binding = binding;
        this.attachmentAt = "";
        this.schema = schema;
    }

    /**
     * The JSON form of a class without type parameters.
     *
     * @throws JsonTypeException if a part of the type cannot be expressed in strict mode, or the schema is too large
     */
    @SuppressWarnings("unchecked") // a primitive class has the type parameter of its wrapper
    public static <T> JsonType<T> of(Class<T> type) {
        return (JsonType<T>) of((Type) type);
    }

    /**
     * The JSON form of a type without wildcards and type variables.
     *
     * @throws JsonTypeException if a part of the type cannot be expressed in strict mode, or the schema is too large
     */
    public static JsonType<?> of(Type type) {
        var canonical = GenericType.canonical(type, Map.of(), type.getTypeName());
        return CACHE.get(GenericType.rawOf(canonical)).computeIfAbsent(canonical, JsonType::new);
    }

    /** The JSON form of a generic class with the given type arguments; as {@link #of(Type)}. */
    public static JsonType<?> of(Class<?> raw, Type argument) {
        return of(new GenericType(raw, List.of(argument)));
    }

    /**
     * The type of objects that fit a strict schema, such as one that a user wrote. Its values are trees, in the form
     * in which they were written.
     *
     * @param schema JSON text; it is sent with its keys in the same order
     * @throws JsonTypeException if it is not JSON or breaks a rule of strict mode; it names the place and the rule
     */
    public static JsonType<Json.Obj> ofSchema(String schema) {
        Json document;
        try {
            document = Json.parse(schema);
        } catch (JsonException e) {
            throw new JsonTypeException("the schema is not JSON: " + e.getMessage());
        }
        if (!(document instanceof Json.Obj root)) {
            throw new JsonTypeException("the schema must be an object, not " + document.kind());
        }
        return given(new GivenSchema(root), StrictMode.given(root));
    }

    /** The type of any JSON. Its schema is empty, so a model can be given such a value, but not asked for one. */
    public static JsonType<Json> any() {
        return given(GivenSchema.ANY, StrictSchema.ANY);
    }

    /**
     * The type of any JSON, of which a model is shown a strict schema all the same: whoever reads such a value judges its
     * parts one by one.
     *
     * @throws JsonTypeException as {@link #ofSchema} does
     */
    public static JsonType<Json> shownAs(String schema) {
        return new JsonType<>(
                GivenSchema.ANY, new TreeBinding(GivenSchema.ANY, StrictSchema.ANY), ofSchema(schema).schema);
    }

    private static <J extends Json> JsonType<J> given(GivenSchema type, StrictSchema root) {
        return new JsonType<>(type, new BindingCompiler.Compiled(new TreeBinding(type, root), ""));
    }

    /** The type of lists of such values. */
    @SuppressWarnings("unchecked") // the type argument is this type
    public JsonType<List<T>> list() {
        return (JsonType<List<T>>) of(List.class, javaType);
    }

    /** The class without type arguments; for a primitive type its wrapper. */
    @SuppressWarnings("unchecked") // made from T
    public Class<T> rawType() {
        return (Class<T>) GenericType.rawOf(javaType);
    }

    /** The type with its type arguments. It equals the JDK's own object, except for a given schema. */
    public Type javaType() {
        return javaType;
    }

    /** The strict schema as compact JSON text; the same text for the same type in every JVM. */
    public String schema() {
        return schema;
    }

    /**
     * Text that identifies the type in every JVM: for a class its schema, for a generic type its schema and its name
     * with all type arguments. The name is needed because lists and sets have the same schema.
     */
    public String identity() {
        return javaType instanceof GenericType ? schema + " of " + javaType.getTypeName() : schema;
    }

    /** A name for the schema, made of class names: 1 to 64 characters of {@code A-Z a-z 0-9 _ -}. */
    public String schemaName() {
        var name = binding instanceof TreeBinding ? GIVEN_NAME : GenericType.nameOf(javaType);
        return name.substring(0, Math.min(name.length(), MAX_NAME_CHARS));
    }

    /**
     * The value as JSON text that fits {@link #schema()}.
     *
     * @throws JsonException if a component is null, a number is not finite, or the value is nested too deep
     */
    public String write(T value) {
        return toJson(value).write();
    }

    /**
     * The canonical text of the value: equal for equal values, whatever the order of their maps and sets and the
     * digits of their numbers; see {@link Json#canonical}.
     *
     * @throws JsonException as {@link #write} does
     */
    public String canonical(T value) {
        return toJson(value).canonical();
    }

    /** The value as a tree that fits {@link #schema()}; throws as {@link #write} does. */
    public Json toJson(T value) {
        try {
            return isBare()
                    ? binding.writeChecked(value, JsonPath.ROOT)
                    : Json.obj().with(VALUE, binding.writeChecked(value, JsonPath.of(VALUE)));
        } catch (JsonException unfit) {
            throw unfit;
        } catch (RuntimeException | LinkageError | StackOverflowError thrown) { // by a list or map of the user's
            throw new JsonException("the code of the value failed: " + thrown, thrown);
        }
    }

    /**
     * Reads the reply of a model: the JSON document, or one object inside a code fence or between sentences.
     *
     * <p>Each key of the schema must be there once, no other key may be there, and values must have the right type.
     *
     * @throws JsonMismatchException with all defects, if the text is not JSON or does not fit the type
     */
    public T read(String reply) {
        ParsedJson parsed;
        try {
            parsed = ParsedJson.reply(reply);
        } catch (JsonException e) {
            throw Defects.single("not valid JSON: " + e.getMessage());
        }
        var defects = new Defects();
        parsed.duplicates().forEach(place -> defects.add(place + ": duplicate key"));
        return read(parsed.root(), defects);
    }

    /**
     * Reads a tree by the same rules.
     *
     * @throws JsonMismatchException with all defects, if the tree does not fit the type
     */
    public T read(Json json) {
        return read(json, new Defects());
    }

    private T read(Json json, Defects defects) {
        var value = isBare() ? binding.read(json, JsonPath.ROOT, defects) : readWrapped(json, defects);
        defects.throwIfAny();
        return cast(value);
    }

    private @Nullable Object readWrapped(Json json, Defects defects) {
        var object = defects.require(Json.Obj.class, "an object", json, JsonPath.ROOT);
        if (object == null) {
            return null;
        }
        defects.unknownKeys(object, Set.of(VALUE), JsonPath.ROOT);
        return binding.readField(object, VALUE, JsonPath.ROOT, defects);
    }

    @SuppressWarnings("unchecked") // the binding of T reads T
    private T cast(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("a binding gave neither a value nor a defect for " + javaType);
        }
        return (T) value;
    }

    /** The components of a record in order; empty for any other type. */
    public List<JsonComponent> components() {
        var known = components;
        if (known == null) {
            known = binding instanceof RecordBinding owner
                    ? owner.components().values().stream()
                            .map(c -> new JsonComponent(c.name(), of(c.binding().javaType()), c.description()))
                            .toList()
                    : List.of();
            components = known;
        }
        return known;
    }

    /** The type of the items of a list, set, collection or array. */
    public Optional<JsonType<?>> element() {
        return binding instanceof ListBinding list
                ? Optional.of(of(list.element().javaType()))
                : Optional.empty();
    }

    /**
     * Whether this type can read the bare JSON of every value of the other type without loss.
     *
     * <p>It can if the types are equal, if this is an Optional of the other type or a wider type of number, and if
     * both are lists whose items meet these rules.
     */
    public boolean accepts(JsonType<?> produced) {
        return Widening.accepts(javaType, produced.javaType);
    }

    /**
     * The bare JSON of one component of a record.
     *
     * @param name the key of the component in JSON
     * @return empty if the component is an empty Optional
     * @throws IllegalArgumentException if there is no such component
     */
    public Optional<Json> component(T value, String name) {
        var component =
                binding instanceof RecordBinding owner ? owner.components().get(name) : null;
        if (component == null) {
            throw new IllegalArgumentException("%s has no component '%s'".formatted(javaType.getTypeName(), name));
        }
        var json = component.write(value, JsonPath.ROOT);
        return json == Json.Null.NULL ? Optional.empty() : Optional.of(json);
    }

    Binding binding() {
        return binding;
    }

    /** Whether a value may hold pictures or files; {@link Marked} is how it is shown then. */
    public boolean holdsAttachments() {
        return !attachmentAt.isEmpty();
    }

    /**
     * This type, of which a model or a person is to write a value.
     *
     * @param where what the type is of, for the message, such as {@code the output of subtask type 'look'}
     * @throws JsonTypeException if it holds pictures or files
     */
    public JsonType<T> requireWritable(String where) {
        if (holdsAttachments()) {
            throw new JsonTypeException(
                    "%s: %s is a picture or file, and only code makes those".formatted(where, attachmentAt));
        }
        return this;
    }

    /** The JSON of a value with something else in the places of its attachments, in the order of the components. */
    Json replace(Json json, UnaryOperator<Json> attachment) {
        if (!holdsAttachments()) {
            return json;
        }
        if (isBare()) {
            return binding.replace(json, attachment);
        }
        return json instanceof Json.Obj object
                ? object.with(VALUE, binding.replace(object.at(VALUE).orElseThrow(), attachment))
                : json;
    }

    /** Whether its values are at the root without a wrapper. */
    boolean isBare() {
        return binding instanceof RecordBinding || binding instanceof TreeBinding;
    }

    /** Whether it is a record in Java and an object of its components in JSON: a picture or file is not. */
    public boolean isRecord() {
        return rawType().isRecord() && !(binding instanceof AttachmentBinding);
    }

    private Json.Obj rootSchema() {
        if (binding instanceof TreeBinding tree) {
            return tree.javaType().document();
        }
        var definitions = SchemaDefinitions.forRoot(binding);
        try {
            return definitions.document(
                    binding instanceof RecordBinding
                            ? binding.schema(definitions)
                            : SchemaDefinitions.object(Json.obj().with(VALUE, definitions.refer(binding))));
        } catch (JsonException e) {
            throw new JsonTypeException(
                    "%s: the schema is nested too deep: %s".formatted(javaType.getTypeName(), e.getMessage()));
        } catch (JsonTypeException e) {
            throw new JsonTypeException("%s: %s".formatted(javaType.getTypeName(), e.getMessage()));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonType<?> that && javaType.equals(that.javaType);
    }

    @Override
    public int hashCode() {
        return javaType.hashCode();
    }

    @Override
    public String toString() {
        return "JsonType<" + javaType.getTypeName() + ">";
    }
}
