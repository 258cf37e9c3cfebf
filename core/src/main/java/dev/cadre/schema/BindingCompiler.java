// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import dev.cadre.model.Attachment;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the binding of a canonical type, or refuses the type with the exact reason. */
final class BindingCompiler {
    // strict mode nests far less; only a type that refers to ever new types gets this deep
    private static final int MAX_DEPTH = 100;

    private final Map<Type, NamedBinding> named = new LinkedHashMap<>();

    private final String root;
    private int depth;
    /** Where the first attachment stands; empty if there is none. */
    private String attachmentAt = "";

    private BindingCompiler(String root) {
        this.root = root;
    }

    /**
     * A binding.
     *
     * @param attachmentAt where in the type the first attachment stands, such as {@code Look.pages[]}; empty if none does
     */
    record Compiled(Binding binding, String attachmentAt) {}

    static Compiled compile(Type canonical) {
        var compiler = new BindingCompiler(GenericType.nameOf(canonical));
        var binding = compiler.bind(canonical, compiler.root);
        compiler.requireFiniteValues();
        return new Compiled(binding, compiler.attachmentAt);
    }

    /** An attachment as the union of records that it is in Java. */
    static Binding partsOfAttachments() {
        var compiler = new BindingCompiler(Attachment.class.getSimpleName());
        compiler.plainUnion(Attachment.Source.class);
        return compiler.plainUnion(Attachment.class);
    }

    /** Of records that are known from here on, and so no attachments or parts of them. */
    private UnionBinding plainUnion(Class<?> sealed) {
        for (Class<?> kind : sealed.getPermittedSubclasses()) {
            record(kind, kind, kind.getSimpleName());
        }
        return union(sealed, sealed, sealed.getSimpleName());
    }

    private Binding bind(Type type, String path) {
        var known = named.get(type);
        if (known != null) {
            return known;
        }
        var raw = GenericType.rawOf(type);
        if (Attachment.class.isAssignableFrom(raw)) {
            attachmentAt = attachmentAt.isEmpty() ? path : attachmentAt;
            return new AttachmentBinding(raw);
        }
        if (Attachment.Source.class.isAssignableFrom(raw)) { // a model would be asked to read or write base64
            throw new JsonTypeException(
                    "%s: %s is what an attachment is made of; use Attachment.Image or Attachment.File"
                            .formatted(path, raw.getSimpleName()));
        }
        var scalar = Scalars.of(raw);
        if (scalar.isPresent()) {
            return scalar.get();
        }
        var content = OptionalBinding.contentOf(type);
        if (content.isPresent()) {
            return optional(type, content.get(), path);
        }
        if (raw.isRecord() || raw.isEnum() || (raw.isInterface() && raw.isSealed())) {
            return named(type, raw, path);
        }
        if (raw == List.class || raw == Set.class || raw == Collection.class) {
            return new ListBinding(type, bind(GenericType.argumentsOf(type).getFirst(), path + "[]"));
        }
        if (raw.isArray()) {
            return new ListBinding(type, bind(canonical(raw.getComponentType(), Map.of(), path), path + "[]"));
        }
        if (raw == Map.class) {
            return map(type, path);
        }
        throw cannotExpress(type, path);
    }

    private NamedBinding named(Type type, Class<?> raw, String path) {
        if (depth == MAX_DEPTH) {
            throw new JsonTypeException(
                    "%s refers to ever new types, at last to %.100s…".formatted(root, type.getTypeName()));
        }
        depth++;
        try {
            return raw.isRecord()
                    ? record(type, raw, path)
                    : raw.isEnum() ? constants(raw, path) : union(type, raw, path);
        } finally {
            depth--;
        }
    }

    private EnumBinding constants(Class<?> raw, String path) {
        var binding = new EnumBinding(raw, path);
        named.put(raw, binding);
        return binding;
    }

    private OptionalBinding optional(Type type, Type content, String path) {
        var binding = bind(content, path);
        if (binding instanceof OptionalBinding) {
            throw new JsonTypeException(
                    "%s: an Optional in an Optional cannot be told from an absent one".formatted(path));
        }
        return new OptionalBinding(type, binding);
    }

    private MapBinding map(Type type, String path) {
        var arguments = GenericType.argumentsOf(type);
        var key = bind(arguments.getFirst(), path + ".key");
        if (!(key instanceof EnumBinding || (key instanceof ScalarBinding scalar && scalar.isString()))) {
            throw new JsonTypeException("%s: %s cannot be the key of a map; use String, an enum, UUID or a date"
                    .formatted(path, arguments.getFirst().getTypeName()));
        }
        return new MapBinding(type, key, bind(arguments.getLast(), path + ".value"));
    }

    private RecordBinding record(Type type, Class<?> raw, String path) {
        var binding = new RecordBinding(type, constructorOf(raw, path));
        named.put(type, binding);
        var variables = GenericType.variablesOf(type);
        var components = new LinkedHashMap<String, RecordBinding.Component>();
        for (var component : raw.getRecordComponents()) {
            var here = path + "." + component.getName();
            var name = Annotations.nameOf(component);
            var bound = new RecordBinding.Component(
                    name,
                    Annotations.descriptionOf(component),
                    bind(canonical(component.getGenericType(), variables, here), here),
                    accessible(component.getAccessor(), raw, here));
            if (components.put(name, bound) != null) {
                throw new JsonTypeException("%s: two components are named '%s' in JSON".formatted(here, name));
            }
        }
        binding.complete(components);
        return binding;
    }

    private UnionBinding union(Type type, Class<?> raw, String path) {
        var binding = new UnionBinding(type);
        named.put(type, binding);
        var variants = new LinkedHashMap<String, RecordBinding>();
        addVariants(type, raw, path, variants);
        binding.complete(variants);
        return binding;
    }

    private void addVariants(Type type, Class<?> raw, String path, Map<String, RecordBinding> variants) {
        for (var permitted : raw.getPermittedSubclasses()) {
            var here = path + "(" + permitted.getSimpleName() + ")";
            var variant = subtype(permitted, type, here);
            if (permitted.isInterface() && permitted.isSealed()) {
                addVariants(variant, permitted, here, variants);
            } else if (permitted.isRecord()) {
                addVariant((RecordBinding) bind(variant, here), permitted, here, variants);
            } else {
                throw new JsonTypeException("%s: %s is not a record; a sealed interface may permit only records"
                        .formatted(here, permitted.getTypeName()));
            }
        }
    }

    private static void addVariant(
            RecordBinding variant, Class<?> raw, String path, Map<String, RecordBinding> variants) {
        if (Arrays.stream(raw.getRecordComponents()).map(Annotations::nameOf).anyMatch(UnionBinding.KIND::equals)) {
            throw new JsonTypeException(
                    "%s: a component named '%s' hides the property that tells the records apart; rename it"
                            .formatted(path, UnionBinding.KIND));
        }
        var other = variants.putIfAbsent(Annotations.tagOf(raw), variant);
        if (other != null && other != variant) {
            throw new JsonTypeException("%s: two records are named '%s'; give one another @JsonTypeName"
                    .formatted(path, Annotations.tagOf(raw)));
        }
    }

    /** The permitted subtype, with type arguments that follow from those of the sealed interface. */
    private static Type subtype(Class<?> permitted, Type parent, String path) {
        if (permitted.getTypeParameters().length == 0) {
            return permitted;
        }
        var known = new HashMap<TypeVariable<?>, Type>();
        for (var declared : permitted.getGenericInterfaces()) {
            if (declared instanceof ParameterizedType p && p.getRawType() == GenericType.rawOf(parent)) {
                for (int i = 0; i < p.getActualTypeArguments().length; i++) {
                    if (p.getActualTypeArguments()[i] instanceof TypeVariable<?> variable) {
                        known.put(variable, GenericType.argumentsOf(parent).get(i));
                    }
                }
            }
        }
        return new GenericType(
                permitted,
                Arrays.stream(permitted.getTypeParameters())
                        .map(variable -> canonical(variable, known, path))
                        .toList());
    }

    private static Type canonical(Type type, Map<TypeVariable<?>, Type> variables, String path) {
        return GenericType.canonical(type, variables, path);
    }

    /**
     * Refuses a record that must contain another of its own type: it has no values, so no model could answer with one.
     */
    private void requireFiniteValues() {
        var finite = new HashSet<Binding>();
        while (named.values().stream()
                .filter(binding -> isFinite(binding, finite))
                .anyMatch(finite::add)) {
            // each round adds at least one
        }
        named.values().stream()
                .filter(binding -> !finite.contains(binding))
                .findFirst()
                .ifPresent(endless -> {
                    throw new JsonTypeException(
                            "%s: each value would have to contain another; put one component into Optional or List"
                                    .formatted(endless.javaType().getTypeName()));
                });
    }

    private static boolean isFinite(NamedBinding binding, Set<Binding> finite) {
        return switch (binding) {
            case RecordBinding owner ->
                owner.children().stream().allMatch(child -> !(child instanceof NamedBinding) || finite.contains(child));
            case UnionBinding union -> union.variants().stream().anyMatch(variant -> isFinite(variant, finite));
            case EnumBinding constants -> true;
        };
    }

    private static Constructor<?> constructorOf(Class<?> raw, String path) {
        var types = Arrays.stream(raw.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return accessible(raw.getDeclaredConstructor(types), raw, path);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record without its canonical constructor: " + raw, e);
        }
    }

    private static <A extends AccessibleObject> A accessible(A member, Class<?> raw, String path) {
        try {
            member.setAccessible(true);
            return member;
        } catch (InaccessibleObjectException e) {
            throw new JsonTypeException(
                    "%s: open the package %s to the module dev.cadre".formatted(path, raw.getPackageName()));
        }
    }

    private static JsonTypeException cannotExpress(Type type, String path) {
        return new JsonTypeException(
                "%s: %s cannot be expressed in a strict schema; use a record, enum, sealed interface, String, number, boolean, date, List, Map or Optional"
                        .formatted(path, type.getTypeName()));
    }
}
