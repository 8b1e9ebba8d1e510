package dev.roosthold.importer;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where the rows come from: one state of the database, at one moment. One thread.
public interface HappySource extends AutoCloseable {

    /// What it is, for people: without names and secrets.
    String describe();

    /// Whether the database has the table at all.
    boolean has(HappyTable table);

    /// Shows every row in the order of the table, one after the other.
    ///
    /// @throws ImportFailure when the source cannot be read to its end
    void read(HappyTable table, Visitor visitor);

    /// Looks at one row.
    @FunctionalInterface
    interface Visitor {
        /// The next row.
        ///
        /// @param values in PostgreSQL's text form by column; null values and absent columns are
        ///     null
        void visit(Map<String, @Nullable String> values);
    }

    @Override
    void close();
}
