// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** How a file is written, as far as finding definitions needs it; told by the file name alone. */
enum Language {
    JAVA(Blocks.BRACES, "java groovy cs dart scala php m mm"),
    KOTLIN(Blocks.BRACES, "kt kts swift"),
    C(Blocks.BRACES, "c h cc cpp cxx hpp hh cu zig"),
    GO(Blocks.BRACES, "go"),
    RUST(Blocks.BRACES, "rs"),
    SCRIPT(Blocks.BRACES, "js jsx mjs cjs ts tsx mts cts vue svelte"),
    PYTHON(Blocks.INDENTED, "py pyi nim"),
    RUBY(Blocks.INDENTED, "rb ex exs cr lua jl"),
    OTHER_CODE(Blocks.NONE, "sh bash zsh sql clj hs erl ml fs pl r el proto graphql"),
    /** Prose, data, build files: ranked behind all code. */
    TEXT(Blocks.NONE, "");

    /** What ends a definition. */
    enum Blocks {
        BRACES,
        INDENTED,
        NONE
    }

    private static final Map<String, Language> BY_EXTENSION = new HashMap<>();

    static {
        for (Language language : values()) {
            for (String extension : language.extensions.split(" ", -1)) {
                BY_EXTENSION.put(extension, language);
            }
        }
    }

    private final Blocks blocks;
    private final String extensions;

    Language(Blocks blocks, String extensions) {
        this.blocks = blocks;
        this.extensions = extensions;
    }

    static Language of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        boolean build = name.endsWith(".gradle.kts") || name.endsWith(".min.js") || name.endsWith(".config.js");
        return build ? TEXT : BY_EXTENSION.getOrDefault(name.substring(name.lastIndexOf('.') + 1), TEXT);
    }

    Blocks blocks() {
        return blocks;
    }

    boolean isCode() {
        return this != TEXT;
    }

    boolean hashStartsComment() {
        return blocks == Blocks.INDENTED;
    }

    /** Whether an apostrophe encloses one character (or starts a lifetime) and never a string. */
    boolean apostropheIsCharacter() {
        return this == JAVA || this == KOTLIN || this == C || this == GO || this == RUST;
    }

    boolean backtickIsString() {
        return this == SCRIPT || this == GO;
    }

    boolean tripleQuotes() {
        return this == JAVA || this == KOTLIN || this == PYTHON;
    }
}
