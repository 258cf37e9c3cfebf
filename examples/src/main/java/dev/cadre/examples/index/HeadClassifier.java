// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.index.Definition.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells from the first words of a line what it defines, if anything. */
final class HeadClassifier {
    private static final Set<String> MODIFIERS = words("""
            export default public private protected internal static final abstract sealed open data inline
            override async pub extern unsafe virtual declare suspend operator infix tailrec external actual
            expect inner value annotation native synchronized transient volatile partial explicit constexpr
            non-sealed lateinit mutating crate readonly case typedef get set companion implicit local""");

    private static final Set<String> TYPES = words("""
            class interface enum record struct trait object impl protocol union namespace module defmodule
            extension mixin mod type typealias""");

    private static final Set<String> FUNCTIONS = words("""
            fun func fn def defp defmacro function macro_rules sub proc""");

    private static final Set<String> VARIABLES = words("""
            const let var val static""");

    /** Never the name of anything. */
    private static final Set<String> KEYWORDS = words("""
            if for while switch catch return throw else do try finally new super this function elif except
            unless foreach typeof instanceof sizeof""");

    /** In front of another word they start a statement, not a definition. */
    private static final Set<String> STATEMENTS = words("""
            case await yield in of not and or assert delete goto when with using lock import package from
            defer go select match loop is as raise lambda require include print echo""");

    private final CodeText code;
    private final Language language;

    HeadClassifier(CodeText code, Language language) {
        this.code = code;
        this.language = language;
    }

    /** What is defined. */
    record Named(String name, Kind kind) {}

    private static Set<String> words(String text) {
        return Set.of(text.split("\\s+"));
    }

    private static boolean isIn(Optional<Definition> around, Kind kind) {
        return around.filter(each -> each.kind() == kind).isPresent();
    }

    /** Judges a head that stands in this definition, if in any. */
    Optional<Named> classify(Head head, Optional<Definition> around) {
        List<String> words = head.words();
        int first = 0;
        while (first < words.size() && MODIFIERS.contains(words.get(first)) && !isLastName(first, head)) {
            first++;
        }
        if (first == words.size()) {
            return Optional.empty();
        }
        String keyword = words.get(first);
        if (TYPES.contains(keyword)) {
            Optional<Named> type = type(words, first, head.end());
            if (type.isPresent()) {
                return type;
            }
        }
        if (FUNCTIONS.contains(keyword)) {
            return function(words, first);
        }
        if (VARIABLES.contains(keyword)
                && words.size() > first + 1
                && language != Language.C
                && language != Language.JAVA) {
            return variable(
                    words.get(words.size() > first + 2 && words.get(first + 1).equals("mut") ? first + 2 : first + 1),
                    head,
                    around);
        }
        return switch (head.end()) {
            case '(' -> method(words, first, head, around);
            case '=' -> assigned(words, first, head, around);
            case ':' -> property(words, head);
            default -> Optional.empty();
        };
    }

    private static boolean isLastName(int index, Head head) {
        return index == head.words().size() - 1 && head.end() == '(';
    }

    private Optional<Named> type(List<String> words, int first, char end) {
        int next = first + 1;
        while (next < words.size() && (TYPES.contains(words.get(next)) || FUNCTIONS.contains(words.get(next)))) {
            next++;
        }
        if (next >= words.size() || "{(<:=\n".indexOf(end) < 0 || KEYWORDS.contains(words.get(next))) {
            return Optional.empty();
        }
        int target = words.indexOf("for");
        boolean implemented = words.get(first).equals("impl") && target > next && target + 1 < words.size();
        boolean aliasOnly = end == '=' && !words.get(first).startsWith("type");
        return aliasOnly ? Optional.empty() : named(words.get(implemented ? target + 1 : next), Kind.TYPE);
    }

    private static Optional<Named> function(List<String> words, int first) {
        int next = first + 1;
        if (next < words.size() && words.get(next).equals("interface")) {
            return next + 1 < words.size() ? named(words.get(next + 1), Kind.TYPE) : Optional.empty();
        }
        return next < words.size() ? named(words.get(next), Kind.FUNCTION) : Optional.empty();
    }

    private Optional<Named> variable(String name, Head head, Optional<Definition> around) {
        if (head.end() == '=' && code.startsFunction(head.endOffset() + 1)) {
            return named(name, Kind.FUNCTION);
        }
        boolean inFunction = isIn(around, Kind.FUNCTION);
        return inFunction || "=:\n".indexOf(head.end()) < 0 ? Optional.empty() : named(name, Kind.CONSTANT);
    }

    private Optional<Named> assigned(List<String> words, int first, Head head, Optional<Definition> around) {
        String last = words.getLast();
        if (language == Language.SCRIPT && words.size() == 1 && code.startsFunction(head.endOffset() + 1)) {
            return named(last, Kind.FUNCTION);
        }
        boolean shouts = isUpperCase(last);
        boolean typed = words.size() - first >= 2 && first > 0 && language != Language.SCRIPT;
        boolean pythonConstant = language == Language.PYTHON && words.size() == 1 && around.isEmpty();
        return shouts && (typed || pythonConstant) ? named(last, Kind.CONSTANT) : Optional.empty();
    }

    private Optional<Named> property(List<String> words, Head head) {
        boolean function =
                language == Language.SCRIPT && words.size() == 1 && code.startsFunction(head.endOffset() + 1);
        return function ? named(words.getFirst(), Kind.FUNCTION) : Optional.empty();
    }

    private Optional<Named> method(List<String> words, int first, Head head, Optional<Definition> around) {
        boolean statement = words.stream().anyMatch(KEYWORDS::contains)
                || words.subList(0, words.size() - 1).stream().anyMatch(STATEMENTS::contains);
        if (language.blocks() != Language.Blocks.BRACES || statement) {
            return Optional.empty();
        }
        String name = words.getLast();
        boolean inType = isIn(around, Kind.TYPE);
        boolean typed = words.size() - first >= 2 || (words.size() >= 2 && inType);
        boolean constructor =
                inType && around.filter(type -> type.name().equals(name)).isPresent();
        boolean scriptMethod = language == Language.SCRIPT && name.indexOf('.') < 0;
        if (!typed && !constructor && !scriptMethod) {
            return Optional.empty();
        }
        char after = signAfterParameters(head.endOffset());
        boolean qualifiedOutside = typed && !inType && name.indexOf('.') > 0 && language != Language.C;
        boolean accepted =
                after == '{' ? !qualifiedOutside : after == ';' && inType && typed && language != Language.SCRIPT;
        return accepted ? named(name, Kind.FUNCTION) : Optional.empty();
    }

    private static Optional<Named> named(String dotted, Kind kind) {
        int cut = Math.max(dotted.lastIndexOf('.'), dotted.lastIndexOf(':')) + 1;
        String name = dotted.substring(cut);
        boolean usable = !name.isEmpty() && !Character.isDigit(name.charAt(0)) && !KEYWORDS.contains(name);
        return usable ? Optional.of(new Named(name, kind)) : Optional.empty();
    }

    private static boolean isUpperCase(String name) {
        return name.length() > 1 && name.chars().noneMatch(Character::isLowerCase);
    }

    private char signAfterParameters(int open) {
        int close = code.closeParenthesis(open);
        for (int at = close + 1; close > 0 && at < code.length() && at < close + 400; at++) {
            char c = code.at(at);
            if (c == '{' || c == ';') {
                return c;
            }
            if (!Head.isWord(c) && " \t\r\n,.<>:?&*[]|@-".indexOf(c) < 0) {
                return c;
            }
        }
        return '\n';
    }
}
