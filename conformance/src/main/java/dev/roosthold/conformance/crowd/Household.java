package dev.roosthold.conformance.crowd;

import dev.roosthold.crypto.MasterSecret;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// One account with everything that a crowd reads and writes. Immutable.
///
/// @param token its bearer
/// @param machine id of its machine
/// @param sessions ids of its sessions, each with a stream of messages
/// @param registers its versioned values
record Household(String token, String machine, List<String> sessions, List<Register> registers) {
    private static final int SESSIONS = 3;
    private static final int KEYS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Makes a new account and what it has.
    ///
    /// @throws dev.roosthold.conformance.wire.WireException when the server refuses
    static Household moveIn(HttpClient http, URI server) {
        Api api = Api.signUp(http, server, MasterSecret.random(new SecureRandom()), PATIENCE);
        String name = UUID.randomUUID().toString().substring(0, 8);
        List<Register> registers = new ArrayList<>();
        String machine = UUID.randomUUID().toString();
        api.need("POST", "/v1/machines", Map.of("id", machine, "metadata", "first"));
        registers.add(new Register.OfMachine(machine, "metadata"));
        registers.add(new Register.OfMachine(machine, "daemonState"));
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            String session =
                    api.need("POST", "/v1/sessions", Map.of("tag", "t" + i, "metadata", "first"))
                            .path("session")
                            .path("id")
                            .asString();
            sessions.add(session);
            registers.add(new Register.OfSession(session, "metadata"));
            registers.add(new Register.OfSession(session, "agentState"));
        }
        for (int i = 0; i < KEYS; i++) {
            Map<String, Object> mutation =
                    Map.of("key", "crowd." + i, "value", "Zmlyc3Q=", "version", -1);
            api.need("POST", "/v1/kv", Map.of("mutations", List.of(mutation)));
            registers.add(new Register.OfKey("crowd." + i, name));
        }
        String artifact = UUID.randomUUID().toString();
        api.need(
                "POST",
                "/v1/artifacts",
                Map.of(
                        "id",
                        artifact,
                        "header",
                        "Zmlyc3Q=",
                        "body",
                        "Zmlyc3Q=",
                        "dataEncryptionKey",
                        "aw=="));
        registers.add(new Register.OfArtifact(artifact, "header"));
        registers.add(new Register.OfArtifact(artifact, "body"));
        registers.add(new Register.OfAccount(name));
        return new Household(api.bearer(), machine, List.copyOf(sessions), List.copyOf(registers));
    }
}
