package dev.roosthold.client.sessions;

/// A message to be stored.
///
/// @param localId chosen by the sender, 1 to 1,024 characters; a message with one that the session
///     already has is not stored again
/// @param sealed the encrypted content
public record Draft(String localId, String sealed) {
    private static final int MAX_LOCAL_ID = 1_024;

    public Draft {
        if (localId.isEmpty() || localId.length() > MAX_LOCAL_ID) {
            throw new IllegalArgumentException("a local id has 1 to 1024 characters");
        }
    }
}
