package dev.roosthold.protocol.sessions;

import org.jspecify.annotations.Nullable;

/// A message of a session.
///
/// @param seq number in the session, from 1 without holes
/// @param localId chosen by its sender, unique in the session; null when the sender gave none
/// @param createdAt Unix milliseconds
/// @param updatedAt Unix milliseconds
public record Message(
        String id,
        long seq,
        Content content,
        @Nullable String localId,
        long createdAt,
        long updatedAt) {

    /// What is in a message.
    ///
    /// @param t always `encrypted`
    /// @param c the encrypted text, kept byte for byte
    public record Content(String t, String c) {
        public static Content encrypted(String text) {
            return new Content("encrypted", text);
        }
    }
}
