package dev.roosthold.importer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;

/// Cuts the text of a dump into tokens of SQL, and into lines where a COPY block wants them.
/// Strict: what it does not understand is a failure with its line. One thread.
///
/// What is skipped is never gathered, and what is gathered is bounded by [#MAX_ROW].
final class DumpReader {
    /// Largest row, in bytes of the dump. The happy server takes no request beyond 100 MB.
    static final int MAX_ROW = 128 << 20;

    private static final int MAX_WORD = 1_000;
    private static final int KEPT_BUFFER = 4 << 20;
    private static final String COMPLETE = "PostgreSQL database dump complete";

    enum TokenType {
        /// A key word or a name without quotes, in lower case.
        WORD,
        /// A name in double quotes.
        NAME,
        /// A text in single quotes.
        TEXT,
        NUMBER,
        /// One other character.
        MARK,
        /// A command of psql, from its backslash to the end of the line.
        META,
        END
    }

    /// @param text empty when it was skipped
    record Token(TokenType type, String text) {
        boolean is(TokenType other, String otherText) {
            return type == other && text.equals(otherText);
        }

        boolean isWord(String word) {
            return is(TokenType.WORD, word);
        }

        boolean isMark(char mark) {
            return is(TokenType.MARK, String.valueOf(mark));
        }
    }

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private long line = 1;
    private boolean complete;

    /// Bytes that were gathered since the row began.
    private long gathered;

    private byte[] row = new byte[1 << 12];

    DumpReader(InputStream in) {
        this.in = in;
    }

    long line() {
        return line;
    }

    /// Whether the remark was seen that stands at the end of a dump.
    boolean isComplete() {
        return complete;
    }

    /// A row begins: its size counts from here.
    void beginRow() {
        gathered = 0;
    }

    /// @param keep whether texts are wanted
    Token next(boolean keep) throws IOException {
        int c = skipBlanks();
        if (c < 0) {
            return new Token(TokenType.END, "");
        }
        if (c == '\'') {
            return text(keep, false);
        }
        if (c == '"') {
            return name();
        }
        if (c == '\\') {
            return meta();
        }
        if (c == '$') {
            return dollar();
        }
        if (isDigit(c)) {
            return number(c);
        }
        if (isWordStart(c)) {
            return word(c, keep);
        }
        return new Token(TokenType.MARK, String.valueOf((char) c));
    }

    /// Goes to the end of the statement whose first tokens were read.
    void skipStatement() throws IOException {
        for (Token token = next(false); !token.isMark(';'); token = next(false)) {
            if (token.type() == TokenType.END) {
                throw malformed("the dump ends in the middle of a statement");
            }
        }
    }

    /// Goes to the end of the line on which a COPY statement ends.
    void endOfLine() throws IOException {
        int c = read();
        while (c == ' ' || c == '\r') {
            c = read();
        }
        if (c != '\n') {
            throw malformed("a COPY statement does not end its line");
        }
    }

    /// The next line of a COPY block in [#lineBytes()].
    ///
    /// @return its length without the line end; -1 at the end of the block
    int copyLine() throws IOException {
        beginRow();
        if (row.length > KEPT_BUFFER) {
            row = new byte[KEPT_BUFFER];
        }
        int length = 0;
        while (true) {
            if (position == limit && !fill()) {
                throw malformed("the dump ends in the middle of a COPY block");
            }
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            int part = end - position;
            if ((long) length + part > MAX_ROW) {
                throw tooLarge();
            }
            if (length + part > row.length) {
                row = Arrays.copyOf(row, (int) Math.min(MAX_ROW, 2L * (length + part)));
            }
            System.arraycopy(buffer, position, row, length, part);
            length += part;
            position = end;
            if (end < limit) {
                position++;
                line++;
                // Carriage returns inside of values are escaped; one here was added by an editor.
                if (length > 0 && row[length - 1] == '\r') {
                    length--;
                }
                return length == 2 && row[0] == '\\' && row[1] == '.' ? -1 : length;
            }
        }
    }

    byte[] lineBytes() {
        return row;
    }

    /// Goes behind a COPY block without gathering it.
    void skipCopy() throws IOException {
        int matched = 0;
        boolean possible = true;
        while (true) {
            int c = read();
            if (c < 0) {
                throw malformed("the dump ends in the middle of a COPY block");
            }
            if (c == '\n') {
                if (possible && matched == 2) {
                    return;
                }
                matched = 0;
                possible = true;
            } else if (c != '\r') {
                possible &= matched == 0 ? c == '\\' : matched == 1 && c == '.';
                matched = Math.min(3, matched + 1);
            }
        }
    }

    ImportFailure malformed(String what) {
        return new ImportFailure(
                "line " + line + " of the dump: " + what,
                "Nothing was imported. The dump has to be as pg_dump writes it: plain, whole and"
                        + " unchanged.");
    }

    private ImportFailure tooLarge() {
        return malformed("a row is larger than " + (MAX_ROW >> 20) + " MB");
    }

    private Token text(boolean keep, boolean escapes) throws IOException {
        var out = new Gathered(keep);
        while (true) {
            int c = read();
            if (c < 0) {
                throw malformed("the dump ends in the middle of a text");
            }
            if (c == '\'') {
                if (peek() != '\'') {
                    return new Token(TokenType.TEXT, out.text());
                }
                read();
            } else if (c == '\\' && escapes) {
                c = escaped(read());
            }
            out.add(c);
        }
    }

    private int escaped(int c) {
        return switch (c) {
            case '\\', '\'' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> throw malformed("an escape in a text that pg_dump does not write");
        };
    }

    private Token name() throws IOException {
        var out = new Gathered(true);
        while (true) {
            int c = read();
            if (c < 0) {
                throw malformed("the dump ends in the middle of a name");
            }
            if (c == '"') {
                if (peek() != '"') {
                    return new Token(TokenType.NAME, out.text());
                }
                read();
            }
            out.add(c);
        }
    }

    private Token meta() throws IOException {
        var out = new Gathered(true);
        while (peek() >= 0 && peek() != '\n') {
            out.add(read());
        }
        return new Token(TokenType.META, out.text().strip());
    }

    /// `$tag$ ... $tag$`, always skipped: only functions are written so.
    private Token dollar() throws IOException {
        var tag = new StringBuilder("$");
        while (isWordPart(peek()) && tag.length() < MAX_WORD) {
            tag.append((char) read());
        }
        if (peek() != '$') {
            return new Token(TokenType.MARK, "$");
        }
        read();
        String end = tag.append('$').toString();
        int matched = 0;
        while (matched < end.length()) {
            int c = read();
            if (c < 0) {
                throw malformed("the dump ends in the middle of a function");
            }
            if (c == end.charAt(matched)) {
                matched++;
            } else {
                matched = c == '$' ? 1 : 0;
            }
        }
        return new Token(TokenType.TEXT, "");
    }

    private Token number(int first) throws IOException {
        var out = new StringBuilder().append((char) first);
        while (true) {
            int c = peek();
            char last = out.charAt(out.length() - 1);
            boolean sign = (c == '+' || c == '-') && (last == 'e' || last == 'E');
            if (!isDigit(c) && c != '.' && c != 'e' && c != 'E' && !sign) {
                return new Token(TokenType.NUMBER, out.toString());
            }
            if (out.length() == MAX_WORD) {
                throw malformed("a number of more than " + MAX_WORD + " digits");
            }
            out.append((char) read());
        }
    }

    private Token word(int first, boolean keep) throws IOException {
        var out = new StringBuilder().append((char) first);
        while (isWordPart(peek())) {
            if (out.length() == MAX_WORD) {
                throw malformed("a word of more than " + MAX_WORD + " letters");
            }
            out.append((char) read());
        }
        String word = out.toString().toLowerCase(Locale.ROOT);
        if (peek() == '\'' && word.equals("e")) {
            read();
            return text(keep, true);
        }
        return new Token(TokenType.WORD, word);
    }

    /// The first character behind blanks and remarks, taken.
    private int skipBlanks() throws IOException {
        while (true) {
            int c = read();
            if (c == '-' && peek() == '-') {
                remark();
            } else if (c == '/' && peek() == '*') {
                read();
                longRemark();
            } else if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
                return c;
            }
        }
    }

    private void remark() throws IOException {
        read();
        var out = new StringBuilder();
        for (int c = peek(); c >= 0 && c != '\n'; c = peek()) {
            read();
            if (out.length() < MAX_WORD) {
                out.append((char) c);
            }
        }
        complete |= out.toString().strip().equals(COMPLETE);
    }

    private void longRemark() throws IOException {
        int depth = 1;
        while (depth > 0) {
            int c = read();
            if (c < 0) {
                throw malformed("the dump ends in the middle of a remark");
            }
            if (c == '*' && peek() == '/') {
                read();
                depth--;
            } else if (c == '/' && peek() == '*') {
                read();
                depth++;
            }
        }
    }

    private int read() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        int c = buffer[position++] & 0xff;
        if (c == '\n') {
            line++;
        }
        return c;
    }

    private int peek() throws IOException {
        return position == limit && !fill() ? -1 : buffer[position] & 0xff;
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        return limit > 0;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isWordPart(int c) {
        return isWordStart(c) || isDigit(c);
    }

    /// Bytes of a text or name.
    private final class Gathered {
        private final boolean keep;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Gathered(boolean keep) {
            this.keep = keep;
        }

        void add(int c) {
            if (keep) {
                if (++gathered > MAX_ROW) {
                    throw tooLarge();
                }
                bytes.write(c);
            }
        }

        String text() {
            byte[] all = bytes.toByteArray();
            try {
                return CopyText.utf8(all, 0, all.length);
            } catch (CopyText.Malformed e) {
                throw malformed(String.valueOf(e.getMessage()));
            }
        }
    }
}
