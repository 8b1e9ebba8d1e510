package dev.roosthold.importer;

import java.util.Map;
import java.util.Set;

/// Whether a database is one of a happy server.
final class Schema {
    private Schema() {}

    /// @param found columns by table
    /// @throws ImportFailure when it is not, or is of a version whose rows we do not understand
    static void check(Map<HappyTable, Set<String>> found) {
        for (HappyTable table : new HappyTable[] {HappyTable.ACCOUNT, HappyTable.SESSION}) {
            if (!found.containsKey(table)) {
                throw new ImportFailure(
                        "this is not the database of a happy server: it has no table \""
                                + table.table()
                                + "\"",
                        "Nothing was imported. Another database, or another schema"
                                + " (?schema=... in the address)?");
            }
        }
        found.forEach(
                (table, columns) -> {
                    for (HappyTable.Column column : table.columns()) {
                        if (!column.optional() && !columns.contains(column.name())) {
                            throw new ImportFailure(
                                    "the table \""
                                            + table.table()
                                            + "\" has no column \""
                                            + column.name()
                                            + "\"",
                                    "Nothing was imported. This import knows the happy server of"
                                            + " August 2026; update that server and start it once,"
                                            + " so that it changes its tables, then try again.");
                        }
                    }
                });
    }
}
