package dev.roosthold.jazz.encoding;

import org.jspecify.annotations.Nullable;

/// Reads JSON piece by piece without building a tree. Strict: no comments, no trailing commas.
///
/// Every method throws [FormatException] when the next thing is not what was asked for. Nesting is
/// limited to [#MAX_DEPTH]. For one thread.
public final class JsonReader {
    /// Arrays and objects inside each other.
    public static final int MAX_DEPTH = 256;

    /// Largest integer that JavaScript holds exactly.
    public static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    private final String text;
    private final boolean[] started = new boolean[MAX_DEPTH + 1];
    private final char[] containers = new char[MAX_DEPTH + 1];
    private int depth;
    private int at;

    public JsonReader(String text) {
        this.text = text;
    }

    /// The first character of the next value, without reading it.
    public char peek() {
        skipSpace();
        if (at >= text.length()) {
            throw bad("more");
        }
        return text.charAt(at);
    }

    public void beginObject() {
        open('{');
    }

    public void beginArray() {
        open('[');
    }

    /// The name of the next member, or null at the end of the object, which is then closed.
    public @Nullable String nextName() {
        if (!next('}')) {
            return null;
        }
        String name = nextString();
        expect(':');
        return name;
    }

    /// Whether another element follows; false closes the array.
    public boolean nextElement() {
        return next(']');
    }

    public String nextString() {
        expect('"');
        int from = at;
        int length = text.length();
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                at = i + 1;
                return text.substring(from, i);
            }
            if (c == '\\') {
                return escaped(from, i);
            }
            if (c < 0x20) {
                break;
            }
        }
        throw bad("a string");
    }

    public boolean nextBoolean() {
        if (peek() == 't') {
            word("true");
            return true;
        }
        word("false");
        return false;
    }

    public void nextNull() {
        peek();
        word("null");
    }

    public double nextDouble() {
        peek();
        int from = at;
        skipNumber();
        if (at - from > 1000) {
            throw bad("a number of reasonable length");
        }
        return Double.parseDouble(text.substring(from, at));
    }

    /// An integer that a double holds exactly.
    public long nextLong() {
        peek();
        int from = at;
        skipNumber();
        long value = 0;
        int i = text.charAt(from) == '-' ? from + 1 : from;
        if (at - i > 16) {
            at = from;
            return exact(nextDouble());
        }
        for (int j = i; j < at; j++) {
            int digit = text.charAt(j) - '0';
            if (digit < 0 || digit > 9) {
                at = from;
                return exact(nextDouble());
            }
            value = value * 10 + digit;
        }
        if (value > MAX_SAFE_INTEGER) {
            throw new FormatException("JSON: expected an integer");
        }
        return i > from ? -value : value;
    }

    /// Skips the next value, checking its form.
    public void skipValue() {
        int base = depth;
        do {
            switch (peek()) {
                case '{' -> beginObject();
                case '[' -> beginArray();
                case '"' -> nextString();
                case 't', 'f' -> nextBoolean();
                case 'n' -> nextNull();
                default -> skipNumber();
            }
            while (depth > base && !nextInside()) {
                // closed one level
            }
        } while (depth > base);
    }

    /// Checks that nothing follows.
    public void end() {
        skipSpace();
        if (depth != 0 || at != text.length()) {
            throw bad("the end");
        }
    }

    /// Moves to the next value of the innermost container; false when that container was closed.
    private boolean nextInside() {
        return containers[depth] == '{' ? nextName() != null : nextElement();
    }

    private void open(char bracket) {
        expect(bracket);
        if (depth == MAX_DEPTH) {
            throw new FormatException("JSON is nested too deeply");
        }
        depth++;
        started[depth] = false;
        containers[depth] = bracket;
    }

    private boolean next(char close) {
        char c = peek();
        if (c == close) {
            at++;
            depth--;
            return false;
        }
        if (started[depth]) {
            if (c != ',') {
                throw bad("a comma");
            }
            at++;
        }
        started[depth] = true;
        return true;
    }

    private String escaped(int from, int firstEscape) {
        var out = new StringBuilder(Math.max(16, firstEscape - from + 16));
        out.append(text, from, firstEscape);
        int i = firstEscape;
        int length = text.length();
        while (i < length) {
            char c = text.charAt(i++);
            if (c == '"') {
                at = i;
                return out.toString();
            }
            if (c < 0x20) {
                break;
            }
            if (c != '\\') {
                out.append(c);
                continue;
            }
            if (i == length) {
                break;
            }
            char escape = text.charAt(i++);
            switch (escape) {
                case '"', '\\', '/' -> out.append(escape);
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    if (i + 4 > length) {
                        throw bad("four hex digits");
                    }
                    int unit = 0;
                    for (int j = 0; j < 4; j++) {
                        char hex = text.charAt(i++);
                        int digit = hex < 128 ? Character.digit(hex, 16) : -1;
                        if (digit < 0) {
                            throw bad("four hex digits");
                        }
                        unit = unit * 16 + digit;
                    }
                    out.append((char) unit);
                }
                default -> throw bad("an escape");
            }
        }
        throw bad("a string");
    }

    private void skipNumber() {
        int i = at;
        if (i < text.length() && text.charAt(i) == '-') {
            i++;
        }
        int first = i;
        i = digits(i);
        if (i - first > 1 && text.charAt(first) == '0') {
            throw bad("a number");
        }
        if (i < text.length() && text.charAt(i) == '.') {
            i = digits(i + 1);
        }
        if (i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
            i++;
            if (i < text.length() && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
                i++;
            }
            i = digits(i);
        }
        at = i;
    }

    private int digits(int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        if (i == from) {
            throw bad("a value");
        }
        return i;
    }

    private static long exact(double value) {
        if (value != Math.rint(value) || Math.abs(value) > MAX_SAFE_INTEGER) {
            throw new FormatException("JSON: expected an integer");
        }
        return (long) value;
    }

    private void word(String word) {
        if (!text.startsWith(word, at)) {
            throw bad(word);
        }
        at += word.length();
    }

    private void expect(char c) {
        if (peek() != c) {
            throw bad("'" + c + "'");
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
        }
    }

    private FormatException bad(String expected) {
        return new FormatException("JSON: expected " + expected + " at character " + at);
    }
}
