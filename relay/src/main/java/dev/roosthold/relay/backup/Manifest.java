package dev.roosthold.relay.backup;

import java.util.List;
import java.util.regex.Pattern;

/// What a backup says about itself.
///
/// @param format of the backup; a program refuses one that it does not know
/// @param program always [#PROGRAM]
/// @param relayVersion of the program that made it
/// @param schema number of the latest schema step of its database
/// @param mark ISO 8601, UTC: everything that was acknowledged before this moment is inside
/// @param finishedAt when the last file was copied
/// @param files in the order of their names
record Manifest(
        int format,
        String program,
        String relayVersion,
        int schema,
        String mark,
        String finishedAt,
        List<Part> files) {
    static final int FORMAT = 1;
    static final String PROGRAM = "roosthold";
    static final String NAME = "manifest.json";
    static final String SUM_NAME = "manifest.sha256";
    static final String DATABASE = "relay.db";
    static final String JAZZ = "jazz.db";
    static final String ATTACHMENTS = "attachments/";
    static final String WEB_PUSH = "web-push.json";

    private static final Pattern SECRET = Pattern.compile("[a-z][a-z0-9-]{0,60}\\.key");

    /// One file.
    ///
    /// @param size in bytes
    /// @param sha256 in hex
    record Part(String name, long size, String sha256) {}

    /// Whether the file of a data directory is a secret of the relay.
    static boolean isSecret(String name) {
        return name.equals(WEB_PUSH) || SECRET.matcher(name).matches();
    }
}
