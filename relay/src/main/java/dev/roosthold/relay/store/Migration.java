package dev.roosthold.relay.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// One step of the schema. Once released it never changes; a later step corrects it.
///
/// Rules for the SQL of SQLite: `STRICT` tables, only `TEXT`, `INTEGER` and `BLOB` columns, no
/// deferred constraint (it would fail the commit of a whole group instead of the one write that
/// broke it).
///
/// @param number counted from 1 without holes
/// @param name what it does, for people
/// @param sql statements separated by semicolons
public record Migration(int number, String name, String sql) {
    private static final Pattern FILE_NAME = Pattern.compile("(\\d{3})-([a-z0-9-]+)\\.sql");

    /// All steps of this program for SQLite: the files `/db/NNN-name.sql` that `/db/index` lists,
    /// one per line.
    public static List<Migration> ofProgram() {
        return ofProgram(Dialect.SQLITE);
    }

    /// The same steps for another database: translated, or, where that is not possible, written
    /// anew under the same name in its own directory.
    static List<Migration> ofProgram(Dialect dialect) {
        return resource("/db/index")
                .orElseThrow()
                .lines()
                .filter(line -> !line.isBlank())
                .map(name -> of(name, dialect))
                .toList();
    }

    private static Migration of(String fileName, Dialect dialect) {
        var match = FILE_NAME.matcher(fileName);
        if (!match.matches()) {
            throw new IllegalStateException("not a name of a migration: " + fileName);
        }
        String sql =
                dialect.ownSteps()
                        .flatMap(directory -> resource(directory + fileName))
                        .or(() -> resource("/db/" + fileName).map(dialect::schemaText))
                        .orElseThrow(
                                () -> new IllegalStateException("missing resource " + fileName));
        return new Migration(Integer.parseInt(match.group(1)), match.group(2), sql);
    }

    private static Optional<String> resource(String name) {
        try (InputStream in = Migration.class.getResourceAsStream(name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(
                            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                    .replace("\r\n", "\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// SHA-256 of the SQL in hex.
    String checksum() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(sql.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
