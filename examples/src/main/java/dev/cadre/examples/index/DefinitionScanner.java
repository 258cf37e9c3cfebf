// SPDX-License-Identifier: Apache-2.0
package dev.cadre.examples.index;

import dev.cadre.examples.index.Definition.Kind;
import dev.cadre.examples.repository.SourceFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the definitions of a file by the shape of its lines, for any language that marks them with a keyword or with
 * a head in front of a block. It knows no grammar: it may miss a definition, and its ends are where the block closes.
 */
final class DefinitionScanner {
    private static final Set<String> MODIFIERS = Set.of(
            "export",
            "default",
            "public",
            "private",
            "protected",
            "internal",
            "static",
            "final",
            "abstract",
            "sealed",
            "open",
            "data",
            "inline",
            "override",
            "async",
            "pub",
            "extern",
            "unsafe",
            "virtual",
            "declare",
            "suspend",
            "operator",
            "infix",
            "tailrec",
            "external",
            "actual",
            "expect",
            "inner",
            "value",
            "annotation",
            "native",
            "synchronized",
            "transient",
            "volatile",
            "partial",
            "explicit",
            "constexpr",
            "non-sealed",
            "lateinit",
            "mutating",
            "crate",
            "readonly",
            "case",
            "typedef",
            "get",
            "set",
            "companion",
            "implicit",
            "local");
    private static final Set<String> TYPES = Set.of(
            "class",
            "interface",
            "enum",
            "record",
            "struct",
            "trait",
            "object",
            "impl",
            "protocol",
            "union",
            "namespace",
            "module",
            "defmodule",
            "extension",
            "mixin",
            "mod",
            "type",
            "typealias");
    private static final Set<String> FUNCTIONS =
            Set.of("fun", "func", "fn", "def", "defp", "defmacro", "function", "macro_rules", "sub", "proc");
    private static final Set<String> VARIABLES = Set.of("const", "let", "var", "val", "static");
    /** Never the name of anything. */
    private static final Set<String> KEYWORDS = Set.of(
            "if",
            "for",
            "while",
            "switch",
            "catch",
            "return",
            "throw",
            "else",
            "do",
            "try",
            "finally",
            "new",
            "super",
            "this",
            "function",
            "elif",
            "except",
            "unless",
            "foreach",
            "typeof",
            "instanceof",
            "sizeof");

    /** In front of another word they start a statement, not a definition. */
    private static final Set<String> STATEMENTS = Set.of(
            "case", "await", "yield", "in", "of", "not", "and", "or", "assert", "delete", "goto", "when", "with",
            "using", "lock", "import", "package", "from", "defer", "go", "select", "match", "loop", "is", "as", "raise",
            "lambda", "require", "include", "print", "echo");

    private static final Set<String> CONTINUATIONS =
            Set.of("throws", "extends", "implements", "where", "permits", "with", "noexcept", "const", "override");

    /** Unbalanced text must not make every head scan the whole file. */
    private static final int MAX_HEAD_CHARACTERS = 20_000;

    private final SourceFile file;
    private final Language language;
    private final char[] code;
    private final CodeMask.Braces braces;
    private final List<Definition> found = new ArrayList<>();
    private final Deque<Definition> enclosing = new ArrayDeque<>();

    private DefinitionScanner(SourceFile file, Language language, char[] code) {
        this.file = file;
        this.language = language;
        this.code = code;
        this.braces = CodeMask.braces(code);
    }

    /** Returns the definitions in the order of their first lines. */
    static List<Definition> scan(SourceFile file, Language language, char[] code) {
        if (language.blocks() == Language.Blocks.NONE) {
            return List.of();
        }
        var scanner = new DefinitionScanner(file, language, code);
        for (int line = 1; line <= file.lineCount(); line++) {
            scanner.visit(line);
        }
        return List.copyOf(scanner.found);
    }

    private record Named(String name, Kind kind) {}

    private void visit(int line) {
        int start = firstSign(line);
        if (start < 0
                || !(Head.isWord(code[start]) || code[start] == '@' || code[start] == '*' || code[start] == '~')) {
            return;
        }
        while (!enclosing.isEmpty() && enclosing.peek().endLine() < line) {
            enclosing.pop();
        }
        Head head = Head.read(code, start);
        classify(head).ifPresent(named -> add(named, line, start, head));
    }

    private void add(Named named, int line, int start, Head head) {
        int end = language.blocks() == Language.Blocks.INDENTED
                ? indentedEnd(line, start)
                : bracedEnd(head, line, named.kind);
        if (end < line) {
            return;
        }
        String container = enclosing.isEmpty() ? "" : enclosing.peek().name();
        var definition = new Definition(named.name, container, named.kind, line, end);
        found.add(definition);
        if (named.kind != Kind.CONSTANT) {
            enclosing.push(definition);
        }
    }

    private int firstSign(int line) {
        int end = line == file.lineCount() ? code.length : file.lineStart(line + 1);
        for (int at = file.lineStart(line); at < end; at++) {
            if (code[at] > ' ') {
                return at;
            }
        }
        return -1;
    }

    private Optional<Named> classify(Head head) {
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
                    head);
        }
        return switch (head.end()) {
            case '(' -> method(words, first, head);
            case '=' -> assigned(words, first, head);
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

    private Optional<Named> variable(String name, Head head) {
        if (head.end() == '=' && startsFunction(head.endOffset() + 1)) {
            return named(name, Kind.FUNCTION);
        }
        boolean inFunction = !enclosing.isEmpty() && enclosing.peek().kind() == Kind.FUNCTION;
        return inFunction || "=:\n".indexOf(head.end()) < 0 ? Optional.empty() : named(name, Kind.CONSTANT);
    }

    private Optional<Named> assigned(List<String> words, int first, Head head) {
        String last = words.getLast();
        if (language == Language.SCRIPT && words.size() == 1 && startsFunction(head.endOffset() + 1)) {
            return named(last, Kind.FUNCTION);
        }
        boolean shouts = isUpperCase(last);
        boolean typed = words.size() - first >= 2 && first > 0 && language != Language.SCRIPT;
        boolean pythonConstant = language == Language.PYTHON && words.size() == 1 && enclosing.isEmpty();
        return shouts && (typed || pythonConstant) ? named(last, Kind.CONSTANT) : Optional.empty();
    }

    private Optional<Named> property(List<String> words, Head head) {
        boolean function = language == Language.SCRIPT && words.size() == 1 && startsFunction(head.endOffset() + 1);
        return function ? named(words.getFirst(), Kind.FUNCTION) : Optional.empty();
    }

    private Optional<Named> method(List<String> words, int first, Head head) {
        boolean statement = words.stream().anyMatch(KEYWORDS::contains)
                || words.subList(0, words.size() - 1).stream().anyMatch(STATEMENTS::contains);
        if (language.blocks() != Language.Blocks.BRACES || statement) {
            return Optional.empty();
        }
        String name = words.getLast();
        boolean inType = !enclosing.isEmpty() && enclosing.peek().kind() == Kind.TYPE;
        boolean typed = words.size() - first >= 2 || (words.size() >= 2 && inType);
        boolean constructor = inType && enclosing.peek().name().equals(name);
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

    /** Whether an arrow function or the word function follows. */
    private boolean startsFunction(int from) {
        int at = skipBlanks(from);
        if (startsWith("async", at)) {
            at = skipBlanks(at + 5);
        }
        if (startsWith("function", at)) {
            return true;
        }
        int end = at < code.length && code[at] == '(' ? closeParenthesis(at) + 1 : wordEnd(at);
        for (int i = end; i > at && i < code.length && i < end + 200; i++) {
            if (code[i] == '=' || code[i] == ';' || code[i] == '{') {
                return startsWith("=>", i);
            }
            if (code[i] == '\n' && code[at] != '(') {
                return false;
            }
        }
        return false;
    }

    private char signAfterParameters(int open) {
        int close = closeParenthesis(open);
        for (int at = close + 1; close > 0 && at < code.length && at < close + 400; at++) {
            char c = code[at];
            if (c == '{' || c == ';') {
                return c;
            }
            if (!Head.isWord(c) && " \t\r\n,.<>:?&*[]|@-".indexOf(c) < 0) {
                return c;
            }
        }
        return '\n';
    }

    private int closeParenthesis(int open) {
        int depth = 0;
        for (int at = open; at < code.length && at < open + 4000; at++) {
            if (code[at] == '(') {
                depth++;
            } else if (code[at] == ')' && --depth == 0) {
                return at;
            }
        }
        return -2;
    }

    private int bracedEnd(Head head, int line, Kind kind) {
        int depth = 0;
        int limit = Math.min(code.length, head.endOffset() + MAX_HEAD_CHARACTERS);
        for (int at = head.endOffset(); at < limit; at++) {
            switch (code[at]) {
                case '(', '[' -> depth++;
                case ')', ']' -> depth--;
                case '{' -> {
                    if (depth <= 0) {
                        return lineOf(braces.closeOf(at));
                    }
                    at = braces.closeOf(at);
                }
                case ';' -> {
                    if (depth <= 0) {
                        return lineOf(at);
                    }
                }
                case '}' -> {
                    return Math.max(line, lineOf(at) - 1);
                }
                case '\n' -> {
                    if (depth <= 0 && (kind == Kind.CONSTANT || !continues(at + 1))) {
                        return lineOf(at);
                    }
                }
                default -> {}
            }
        }
        return line;
    }

    private boolean continues(int from) {
        int at = from;
        while (at < code.length && code[at] <= ' ') {
            at++;
        }
        if (at == code.length) {
            return false;
        }
        return Head.isWord(code[at])
                ? CONTINUATIONS.contains(new String(code, at, wordEnd(at) - at))
                : "{(:=-.?|&,<)".indexOf(code[at]) >= 0;
    }

    private int indentedEnd(int line, int start) {
        int indent = start - file.lineStart(line);
        int end = line;
        int open = 0;
        for (int next = line; next <= file.lineCount(); next++) {
            int sign = firstSign(next);
            if (sign < 0) {
                continue;
            }
            int column = sign - file.lineStart(next);
            if (next > line && open <= 0 && column <= indent) {
                boolean closes = language == Language.RUBY && startsWith("end", sign) && column == indent;
                return closes ? next : end;
            }
            end = next;
            open += openParentheses(next);
        }
        return end;
    }

    private int openParentheses(int line) {
        int open = 0;
        int end = line == file.lineCount() ? code.length : file.lineStart(line + 1);
        for (int at = file.lineStart(line); at < end; at++) {
            open += switch (code[at]) {
                case '(', '[', '{' -> 1;
                case ')', ']', '}' -> -1;
                default -> 0;
            };
        }
        return open;
    }

    private int lineOf(int offset) {
        return file.lineAt(Math.min(offset, Math.max(0, code.length - 1)));
    }

    private int skipBlanks(int from) {
        int at = from;
        while (at < code.length && (code[at] == ' ' || code[at] == '\t' || code[at] == '\n')) {
            at++;
        }
        return at;
    }

    private int wordEnd(int from) {
        int at = from;
        while (at < code.length && Head.isWord(code[at])) {
            at++;
        }
        return at;
    }

    private boolean startsWith(String word, int at) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= code.length || code[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return at + word.length() >= code.length
                || !Head.isWord(code[at + word.length()])
                || !Head.isWord(word.charAt(0));
    }
}
