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
/// In a rolling upgrade the program before a step works on after it, and a release that is taken
/// back starts again with it. So the first line of every step from 020 on says whether it can:
///
/// - `-- older programs: go on` for what they need not know: a new table, a new column that may be
///   null or has a default, an index that refuses no write of theirs. Rows that they write
///   meanwhile lack the new; the program of the step has to take them as they are, now and later.
///   What belongs to an account is deleted with it by the database (`ON DELETE CASCADE`), as older
///   programs do not know the table.
/// - `-- older programs: stop` for all else: what is dropped or renamed, a rule that an old write
///   could break, a value that means something else. Then all relays have to stop for the upgrade,
///   which the release notes have to say, and only a backup leads back. Two releases are better:
///   the first one stops using the old, the next one drops it.
///
/// On PostgreSQL a step runs while other relays serve: writes wait until it ends, reads wait for
/// the tables that it changes, and it waits for neither for long. So it must be short, and leave a
/// slow change of many rows to upkeep.
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

    private static final String OLDER_GO_ON = "-- older programs: go on";
    private static final String OLDER_STOP = "-- older programs: stop";

    /// Those before it were released together.
    private static final int FIRST_THAT_SAYS = 20;

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
        return of(Integer.parseInt(match.group(1)), match.group(2), sql);
    }

    /// A step of the program.
    ///
    /// @throws IllegalStateException when it does not say what older programs can do after it
    static Migration of(int number, String name, String sql) {
        var step = new Migration(number, name, sql);
        if (step.number >= FIRST_THAT_SAYS
                && !step.olderGoOn()
                && !step.firstLine().equals(OLDER_STOP)) {
            throw new IllegalStateException(
                    "step "
                            + number
                            + " of the schema has to begin with the line \""
                            + OLDER_GO_ON
                            + "\" or \""
                            + OLDER_STOP
                            + "\"");
        }
        return step;
    }

    /// Whether a program that does not know this step can work with the database after it.
    boolean olderGoOn() {
        return firstLine().equals(OLDER_GO_ON);
    }

    private String firstLine() {
        return sql.lines().findFirst().orElse("");
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
