package dev.roosthold.relay;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Someone with an account, signed in once.
///
/// @param key seed of the sign-in key pair
@SuppressWarnings("ArrayRecordComponent") // never compared
record Person(RelayRig rig, byte[] key, String token, String account) {

    Api api() {
        return rig.api().as(token);
    }

    /// A page or app of this person.
    Client page() {
        return rig.connect(Map.of("token", token, "clientType", "user-scoped"));
    }

    /// The daemon of a machine, with the person's own token.
    Client daemon(String machine) {
        return rig.connect(daemonAuth(machine));
    }

    Map<String, Object> daemonAuth(String machine) {
        return Map.of("token", token, "clientType", "machine-scoped", "machineId", machine);
    }

    Client session(String session) {
        return rig.connect(
                Map.of("token", token, "clientType", "session-scoped", "sessionId", session));
    }

    /// Makes a session, or finds the one with this tag, and returns its id.
    String makesSession(String tag) {
        Answer answer = api().post("/v1/sessions", Map.of("tag", tag, "metadata", "bWV0YQ=="));
        if (answer.status() != 200) {
            throw new AssertionError("no session: " + answer);
        }
        return answer.body().path("session").path("id").asString();
    }

    /// Makes a machine the way the happy command line does.
    Answer makesMachine(String id) {
        return api().post("/v1/machines", Map.of("id", id, "metadata", "bWV0YQ=="));
    }

    /// Adds a machine in the web view and returns its secret.
    String addsMachine(String id, String name) {
        String secret = rig.secret();
        Answer answer =
                api().post(
                                "/v1/web/machines",
                                Map.of("machineId", id, "secret", secret, "name", name));
        if (answer.status() != 200) {
            throw new AssertionError("not added: " + answer);
        }
        return secret;
    }

    /// Puts a session into the store as that machine's credential makes it, or an account's when
    /// null; returns its id.
    String makesSessionRow(String id, @Nullable String machine) {
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        "INSERT INTO session (id, account_id, message_seq,"
                                                + " updated_at, active, active_at, created_at,"
                                                + " metadata_version, agent_state_version, tag,"
                                                + " creator_machine, metadata)"
                                                + " VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0, ?, ?, '')",
                                        id,
                                        account,
                                        id,
                                        machine));
        return id;
    }
}
