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
import org.jspecify.annotations.Nullable;

/**
 * A type as a model sees it: a strict JSON schema, and values written and read by it.
 *
 * <p>Records become objects, sealed interfaces of records objects with a leading {@code kind}, enums strings, dates and
 * durations ISO strings, maps arrays of {@code {"key", "value"}} sorted by key, sets arrays in a fixed order, and an empty Optional {@code null}. A type that is
 * not a record is wrapped as {@code {"value": …}}, in the schema as in what is written and read, because the root of a
 * strict schema is an object. {@code @JsonProperty} renames a component or enum constant, {@code @JsonTypeName} a
 * record of a sealed interface; {@code @JsonPropertyDescription} and {@code @JsonClassDescription} tell the model more.
 *
 * <p>A type can also be {@linkplain #ofSchema given by its schema}; then its values are trees.
 *
 * <p>Immutable and safe for use by many threads. Java types are compiled once and kept as long as their class.
 */
public final class JsonType<T> {
    private static final String VALUE = "value";
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
    private final Json.Obj schemaTree;
    private final String schema;
    private volatile @Nullable List<JsonComponent> components;

    JsonType(Type javaType) {
        this(javaType, BindingCompiler.compile(javaType));
    }

    private JsonType(Type javaType, Binding binding) {
        this.javaType = javaType;
        this.binding = binding;
        this.schemaTree = rootSchema();
        this.schema = schemaTree.write();
    }

    /**
     * The JSON form of a class without type parameters.
     *
     * @throws JsonTypeException if some part of it cannot be expressed in strict mode or the schema is too large for it
     */
    @SuppressWarnings("unchecked") // a primitive class stands for its wrapper, whose Class has the same parameter
    public static <T> JsonType<T> of(Class<T> type) {
        return (JsonType<T>) of((Type) type);
    }

    /**
     * The JSON form of any type without wildcards and free variables.
     *
     * @throws JsonTypeException if some part of it cannot be expressed in strict mode or the schema is too large for it
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
     * Objects of a strict schema that is known only when the program runs, such as one that a user wrote; their values are
     * trees, in the form that they were written in.
     *
     * @param schema as JSON text, which is sent in the same order of keys
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

    /** Any JSON, as a tree. Its schema says nothing, so it can be given to a model, but not asked of one. */
    public static JsonType<Json> any() {
        return given(GivenSchema.ANY, StrictSchema.ANY);
    }

    private static <J extends Json> JsonType<J> given(GivenSchema type, StrictSchema root) {
        return new JsonType<>(type, new TreeBinding(type, root));
    }

    /** The form of a list of such values. */
    @SuppressWarnings("unchecked") // the type argument is this type
    public JsonType<List<T>> list() {
        return (JsonType<List<T>>) of(List.class, javaType);
    }

    /** The class, of a primitive type its wrapper. */
    @SuppressWarnings("unchecked") // made from T
    public Class<T> rawType() {
        return (Class<T>) GenericType.rawOf(javaType);
    }

    /** The type with its arguments, in a form that equals the JDK's own; of a given schema one of our own. */
    public Type javaType() {
        return javaType;
    }

    /** The strict schema as compact JSON text; the same text for the same type in every JVM. */
    public String schema() {
        return schema;
    }

    /**
     * Text that is the same for the same type in every JVM and tells it from others: of a class its schema, of a generic
     * type the name with all type arguments besides, because lists and sets have one schema.
     */
    public String identity() {
        return javaType instanceof GenericType ? schema + " of " + javaType.getTypeName() : schema;
    }

    /** The strict schema as a tree; to combine several types in one document use {@link SchemaDefinitions}. */
    public Json.Obj schemaTree() {
        return schemaTree;
    }

    /** A name for the schema, from the names of the classes: 1 to 64 of {@code A-Z a-z 0-9 _ -}. */
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
     * The one text that all values of the same content have, whatever the order of their maps and sets and the digits of
     * their numbers; see {@link Json#canonical}.
     *
     * @throws JsonException as {@link #write} does
     */
    public String canonical(T value) {
        return toJson(value).canonical();
    }

    /** As {@link #write}, as a tree. */
    public Json toJson(T value) {
        return isBare()
                ? binding.writeChecked(value, JsonPath.ROOT)
                : Json.obj().with(VALUE, binding.writeChecked(value, JsonPath.of(VALUE)));
    }

    /**
     * Reads the reply of a model: the JSON document, or one object inside a code fence or between sentences.
     *
     * <p>Strict: every key of the schema once and no other, and only values of the right type.
     *
     * @throws JsonMismatchException with everything that is wrong, if the text is not JSON or does not fit the type
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
     * Reads a tree, as strictly.
     *
     * @throws JsonMismatchException with everything that is wrong, if the tree does not fit the type
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

    /** Whether it is a list, set, collection or array. */
    public boolean isList() {
        return binding instanceof ListBinding;
    }

    /** The type of the items of a list, set, collection or array. */
    public Optional<JsonType<?>> element() {
        return binding instanceof ListBinding list
                ? Optional.of(of(list.element().javaType()))
                : Optional.empty();
    }

    /**
     * Whether the bare JSON of every value of the other type is read by this one without loss.
     *
     * <p>So it is for the same type, into an Optional of it, for a wider type of number, and for lists of such items.
     */
    public boolean accepts(JsonType<?> produced) {
        return Widening.accepts(javaType, produced.javaType);
    }

    /**
     * The bare JSON of one component of a record.
     *
     * @param name of the component in JSON
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

    /**
     * Makes a record of the bare JSON of its components, an empty Optional being {@link Json.Null#NULL}.
     *
     * @throws JsonMismatchException with everything that is wrong, if a component is missing, unknown or unfit
     * @throws IllegalStateException if this is not the type of a record
     */
    public T assemble(Map<String, Json> componentsByName) {
        if (!isRecord()) {
            throw new IllegalStateException(javaType.getTypeName() + " is not a record and has no components");
        }
        return read(new Json.Obj(componentsByName));
    }

    Binding binding() {
        return binding;
    }

    /** Whether its values stand at the root as they are. */
    private boolean isBare() {
        return isRecord() || binding instanceof TreeBinding;
    }

    private boolean isRecord() {
        return binding instanceof RecordBinding;
    }

    private Json.Obj rootSchema() {
        if (binding instanceof TreeBinding tree) {
            return tree.javaType().document();
        }
        var definitions = SchemaDefinitions.forRoot(binding);
        try {
            return definitions.document(
                    isRecord()
                            ? binding.schema(definitions)
                            : SchemaDefinitions.object(Json.obj().with(VALUE, definitions.refer(binding))));
        } catch (JsonException e) {
            throw new JsonTypeException("%s: the schema is nested too deep: %s".formatted(javaType.getTypeName(), e.getMessage()));
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
