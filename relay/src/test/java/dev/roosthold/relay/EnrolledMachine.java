package dev.roosthold.relay;

import java.util.Map;

/// A machine with a credential of its own.
record EnrolledMachine(RelayRig rig, String id, String bearer) {

    static EnrolledMachine of(Person person) {
        RelayRig rig = person.rig();
        String id = rig.machineId();
        String secret = person.addsMachine(id, "a machine");
        Answer answer =
                rig.api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", id, "secret", secret));
        if (answer.status() != 200) {
            throw new AssertionError("not authenticated: " + answer);
        }
        return new EnrolledMachine(rig, id, answer.text("token"));
    }

    Api api() {
        return rig.api().as(bearer);
    }

    Client daemon() {
        return rig.connect(
                Map.of("token", bearer, "clientType", "machine-scoped", "machineId", id));
    }

    Client session(String session) {
        return rig.connect(
                Map.of("token", bearer, "clientType", "session-scoped", "sessionId", session));
    }

    String makesSession(String tag) {
        return api().post("/v1/sessions", Map.of("tag", tag, "metadata", "bWV0YQ=="))
                .body()
                .path("session")
                .path("id")
                .asString();
    }
}
