package dev.roosthold.relay.doctor;

import dev.roosthold.relay.store.Migration;

/// Says how the schema of a database stands to this program.
final class SchemaWords {
    private SchemaWords() {}

    /// @param schema the latest step of a database that this program may use
    static String of(int schema) {
        int known = Migration.ofProgram().size();
        String step = "schema step " + schema;
        if (schema == known) {
            return step + ", the latest";
        }
        return schema < known
                ? step + "; the next start takes it to " + known
                : step + " of a newer program, with which this one (" + known + ") can go on";
    }
}
