package dev.roosthold.daemon.agents;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.Reply;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.RecordKey;
import dev.roosthold.protocol.SessionId;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Brings the files of agents from the outbox to the relay. The message about a file needs the name
/// that the relay gives it, so it waits without one and gets it here; a file that the relay does
/// not take becomes a remark for the person at the same place. Thread-safe.
///
/// @param store takes the encrypted files
/// @param keys of the sessions of this machine
record SentFiles(Store store, Function<SessionId, Optional<RecordKey>> keys)
        implements Outbox.FilePoster {

    /// Where files go.
    @FunctionalInterface
    interface Store {
        /// @return what messages call the file by
        Reply<String> upload(SessionId session, byte[] sealed) throws InterruptedException;
    }

    /// For the person.
    static String notShown(String file, String why) {
        return "The file " + file + " of the agent is not shown: " + why + ".";
    }

    @Override
    public Reply<String> post(SessionId session, Draft draft, byte[] sealed)
            throws InterruptedException {
        Optional<EncryptedJson> encryption = keys.apply(session).map(RecordKey::encryption);
        Optional<ObjectNode> waiting = encryption.flatMap(one -> one.open(draft.sealed()));
        if (waiting.isEmpty() || !(waiting.get().at("/content/ev") instanceof ObjectNode file)) {
            // Its record is damaged; it is kept as long as the session is.
            return new Reply.Unavailable<>("the key of the session is not there");
        }
        switch (store.upload(session, sealed)) {
            case Reply.Success(String ref) -> file.put("ref", ref);
            case Reply.Denied(int _, String why) -> {
                JsonNode name = file.path("name");
                file.removeAll();
                file.put("t", "service").put("text", notShown(name.asString(""), why));
            }
            case Reply.CredentialsRefused(String message) -> {
                return new Reply.CredentialsRefused<>(message);
            }
            case Reply.Unavailable(String reason) -> {
                return new Reply.Unavailable<>(reason);
            }
        }
        return new Reply.Success<>(encryption.get().seal(waiting.get()));
    }
}
