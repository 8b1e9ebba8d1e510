package dev.roosthold.importer;

import dev.roosthold.importer.DumpReader.Token;
import dev.roosthold.importer.DumpReader.TokenType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a plain dump of pg_dump: rows in COPY blocks or in INSERT statements, with the tables'
/// definitions for those that name no columns. Everything else in it is skipped. One thread.
final class DumpParser {
    /// Gets the rows of the tables that are wanted.
    interface Sink {
        /// Rows of a table follow.
        ///
        /// @param columns names, once before the rows of a table
        void table(HappyTable table, List<String> columns);

        /// The next row.
        ///
        /// @param values one for each column of the table's latest [#table]
        void row(HappyTable table, @Nullable String[] values);
    }

    /// @param table empty when it is none of ours
    private record Target(String schema, Optional<HappyTable> table, String name) {}

    private final DumpReader in;
    private final Sink sink;
    private final Map<String, List<String>> definitions = new HashMap<>();
    private final Map<HappyTable, Set<String>> found = new HashMap<>();
    private @Nullable String schema;
    private int connects;

    /// The token that [#target] has read too far.
    private Token next = new Token(TokenType.END, "");

    private DumpParser(DumpReader in, Sink sink) {
        this.in = in;
        this.sink = sink;
    }

    /// @return the columns of the tables that are there
    /// @throws ImportFailure when the dump is not what it should be
    static Map<HappyTable, Set<String>> parse(DumpReader in, Sink sink) throws IOException {
        var parser = new DumpParser(in, sink);
        parser.statements();
        if (!in.isComplete()) {
            throw new ImportFailure(
                    "the dump is cut off: the last remark of pg_dump is missing",
                    "Nothing was imported. Make the dump again, as plain SQL.");
        }
        return parser.found;
    }

    private void statements() throws IOException {
        while (true) {
            in.beginRow();
            Token token = in.next(false);
            switch (token.type()) {
                case END -> {
                    return;
                }
                case META -> meta(token.text());
                case WORD -> statement(token.text());
                case MARK -> {
                    if (!token.isMark(';')) {
                        in.skipStatement();
                    }
                }
                case NAME, TEXT, NUMBER -> in.skipStatement();
            }
        }
    }

    private void meta(String command) {
        String word = command.split("\\s", 2)[0];
        switch (word) {
            case "restrict", "unrestrict" -> {}
            case "connect", "c" -> {
                if (++connects > 1) {
                    throw new ImportFailure(
                            "the dump holds several databases",
                            "Nothing was imported. Dump the happy server's alone, with pg_dump.");
                }
            }
            default -> throw in.malformed("an unknown command \\" + word);
        }
    }

    private void statement(String word) throws IOException {
        switch (word) {
            case "copy" -> copy();
            case "insert" -> insert();
            case "create" -> create();
            case "set" -> set();
            default -> in.skipStatement();
        }
    }

    private void set() throws IOException {
        Token name = in.next(true);
        if (name.isWord("client_encoding") || name.isWord("standard_conforming_strings")) {
            Token equals = in.next(true);
            String value = in.next(true).text().toLowerCase(Locale.ROOT).replace("-", "");
            boolean good =
                    name.isWord("client_encoding") ? value.equals("utf8") : value.equals("on");
            if (!good || !(equals.isMark('=') || equals.isWord("to"))) {
                throw in.malformed(
                        name.text() + " is " + value + "; pg_dump --encoding=UTF8 makes it right");
            }
        }
        if (!name.isMark(';')) {
            in.skipStatement();
        }
    }

    private void create() throws IOException {
        Token token = in.next(true);
        while (token.isWord("unlogged")) {
            token = in.next(true);
        }
        if (!token.isWord("table")) {
            if (!token.isMark(';')) {
                in.skipStatement();
            }
            return;
        }
        token = in.next(true);
        if (token.isWord("if")) {
            expect(in.next(true), "not");
            expect(in.next(true), "exists");
            token = in.next(true);
        }
        Target target = target(token);
        // What follows the name: columns and constraints, each up to a comma outside of brackets.
        if (target.table().isEmpty() || !next.isMark('(')) {
            if (!next.isMark(';')) {
                in.skipStatement();
            }
            return;
        }
        List<String> columns = definition();
        definitions.put(target.schema() + "." + target.name(), columns);
        note(target.table().get(), target.schema(), columns);
        in.skipStatement();
    }

    private List<String> definition() throws IOException {
        var columns = new ArrayList<String>();
        int depth = 1;
        boolean first = true;
        while (depth > 0) {
            Token token = in.next(true);
            if (token.type() == TokenType.END) {
                throw in.malformed("the dump ends in the middle of a table");
            }
            if (first && isName(token) && !isConstraint(token)) {
                columns.add(token.text());
            }
            first = depth == 1 && token.isMark(',');
            if (token.isMark('(')) {
                depth++;
            } else if (token.isMark(')')) {
                depth--;
            }
        }
        return columns;
    }

    private static boolean isConstraint(Token token) {
        return token.type() == TokenType.WORD
                && switch (token.text()) {
                    case "constraint", "primary", "unique", "check", "foreign", "exclude", "like" ->
                            true;
                    default -> false;
                };
    }

    /// `schema.table` or `table`; leaves what follows in [#next].
    private Target target(Token first) throws IOException {
        if (!isName(first)) {
            throw in.malformed("a table without a name");
        }
        String schemaName = "";
        String name = first.text();
        next = in.next(true);
        if (next.isMark('.')) {
            schemaName = name;
            Token second = in.next(true);
            if (!isName(second)) {
                throw in.malformed("a table without a name");
            }
            name = second.text();
            next = in.next(true);
        }
        return new Target(schemaName, HappyTable.of(name), name);
    }

    private void copy() throws IOException {
        Target target = target(in.next(true));
        List<String> columns = columns(target);
        if (!next.isWord("from")) {
            throw in.malformed("a COPY statement that reads nothing");
        }
        expect(in.next(true), "stdin");
        if (!in.next(true).isMark(';')) {
            throw in.malformed("a COPY block in another form than text");
        }
        in.endOfLine();
        if (target.table().isEmpty()) {
            in.skipCopy();
            return;
        }
        HappyTable table = target.table().get();
        note(table, target.schema(), columns);
        sink.table(table, columns);
        for (int length = in.copyLine(); length >= 0; length = in.copyLine()) {
            try {
                sink.row(table, CopyText.fields(in.lineBytes(), length, columns.size()));
            } catch (CopyText.Malformed e) {
                throw in.malformed(String.valueOf(e.getMessage()));
            }
        }
    }

    private void insert() throws IOException {
        expect(in.next(true), "into");
        Target target = target(in.next(true));
        if (target.table().isEmpty()) {
            if (!next.isMark(';')) {
                in.skipStatement();
            }
            return;
        }
        List<String> columns = columns(target);
        if (next.isWord("overriding")) {
            in.next(true);
            expect(in.next(true), "value");
            next = in.next(true);
        }
        expect(next, "values");
        HappyTable table = target.table().get();
        note(table, target.schema(), columns);
        sink.table(table, columns);
        while (true) {
            in.beginRow();
            if (!in.next(true).isMark('(')) {
                throw in.malformed("a row without brackets");
            }
            sink.row(table, values(columns.size()));
            Token token = in.next(true);
            if (token.isMark(';')) {
                return;
            }
            if (token.isWord("on")) {
                in.skipStatement();
                return;
            }
            if (!token.isMark(',')) {
                throw in.malformed("something else than a row");
            }
        }
    }

    private @Nullable String[] values(int count) throws IOException {
        @Nullable String[] values = new @Nullable String[count];
        for (int i = 0; i < count; i++) {
            values[i] = value(in.next(true));
            if (!in.next(true).isMark(i == count - 1 ? ')' : ',')) {
                throw in.malformed("a row that has not " + count + " values");
            }
        }
        return values;
    }

    private @Nullable String value(Token token) throws IOException {
        return switch (token.type()) {
            case TEXT, NUMBER -> token.text();
            case WORD ->
                    switch (token.text()) {
                        case "null", "default" -> null;
                        case "true" -> "t";
                        case "false" -> "f";
                        default -> throw in.malformed("a value that pg_dump does not write");
                    };
            case MARK -> {
                Token number = in.next(true);
                if (!token.isMark('-') || number.type() != TokenType.NUMBER) {
                    throw in.malformed("a value that pg_dump does not write");
                }
                yield "-" + number.text();
            }
            case NAME, META, END -> throw in.malformed("a value that pg_dump does not write");
        };
    }

    /// The columns that a statement names, or those of the table's definition.
    private List<String> columns(Target target) throws IOException {
        if (!next.isMark('(')) {
            List<String> defined = definitions.get(target.schema() + "." + target.name());
            if (defined == null) {
                if (target.table().isEmpty()) {
                    return List.of();
                }
                throw in.malformed(
                        "rows without the names of their columns; dump the definitions too, or with"
                                + " --column-inserts");
            }
            return defined;
        }
        var columns = new ArrayList<String>();
        while (true) {
            Token name = in.next(true);
            if (!isName(name)) {
                throw in.malformed("a column without a name");
            }
            columns.add(name.text());
            Token token = in.next(true);
            if (token.isMark(')')) {
                next = in.next(true);
                return columns;
            }
            if (!token.isMark(',')) {
                throw in.malformed("a list of columns that does not end");
            }
        }
    }

    private void note(HappyTable table, String schemaName, List<String> columns) {
        if (schema == null) {
            schema = schemaName;
        }
        if (!schema.equals(schemaName)) {
            throw new ImportFailure(
                    "the dump holds the tables of a happy server twice, in two schemas",
                    "Nothing was imported. Dump one of them, with pg_dump --schema=NAME.");
        }
        found.computeIfAbsent(table, _ -> new HashSet<>()).addAll(columns);
    }

    private void expect(Token token, String word) {
        if (!token.isWord(word)) {
            throw in.malformed("a statement in a form that pg_dump does not write");
        }
    }

    private static boolean isName(Token token) {
        return token.type() == TokenType.NAME || token.type() == TokenType.WORD;
    }
}
