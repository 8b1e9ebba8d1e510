package dev.roosthold.conformance.isolation;

import dev.roosthold.conformance.wire.RawSocketIo;
import dev.roosthold.conformance.wire.WireException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Everything that an account does, so that everything is sent that a server sends. Used by one
/// thread.
record Day(Resident resident) {

    /// Runs through it.
    ///
    /// @return what a listener of the account received
    List<String> pass() {
        String session = resident.id("session");
        String machine = resident.id("machine");
        try (RawSocketIo app =
                        resident.connect("\"clientType\":\"user-scoped\",\"appState\":\"active\"");
                RawSocketIo agent = resident.connectSession(session);
                RawSocketIo daemon = resident.connectMachine(machine)) {
            sessionLives(app, agent, session);
            machineLives(app, daemon, machine);
            accountLives(session);
            String last = resident.mark("last");
            resident.rest()
                    .need(
                            "POST",
                            "/v3/sessions/" + session + "/messages",
                            Map.of("messages", List.of(Map.of("localId", last, "content", last))));
            if (app.awaitPacket(packet -> packet.contains(last)).isEmpty()) {
                throw new WireException("the account hears nothing of itself");
            }
            List<String> heard = List.copyOf(app.packets());
            Resident.leave(daemon);
            Resident.leave(agent);
            return heard;
        }
    }

    private void sessionLives(RawSocketIo app, RawSocketIo agent, String session) {
        Rest rest = resident.rest();
        long now = System.currentTimeMillis();
        agent.ask(
                "[\"update-metadata\",{\"sid\":\"%s\",\"metadata\":\"%s\",\"expectedVersion\":0}]"
                        .formatted(session, resident.mark("metadata")));
        agent.ask(
                "[\"update-state\",{\"sid\":\"%s\",\"agentState\":\"%s\",\"expectedVersion\":0}]"
                        .formatted(session, resident.mark("agent")));
        app.ask(
                "[\"message\",{\"sid\":\"%s\",\"message\":\"%s\"}]"
                        .formatted(session, resident.mark("said")));
        agent.send("42[\"session-alive\",{\"sid\":\"%s\",\"time\":%d}]".formatted(session, now));
        agent.send(
                "42[\"session-stream\",{\"sid\":\"%s\",\"streamId\":\"s\",\"n\":0,\"data\":\"%s\"}]"
                        .formatted(session, resident.mark("stream")));
        agent.ask(
                "[\"usage-report\",{\"key\":\"%s\",\"sessionId\":\"%s\",\"tokens\":{\"total\":1},\"cost\":{\"total\":1}}]"
                        .formatted(resident.mark("usage"), session));
        rest.send(
                new Rest.Request(
                        "POST",
                        "/v1/sessions/" + session + "/push-event",
                        "{\"kind\":\"done\",\"title\":\"%s\",\"body\":\"%s\"}"
                                .formatted(resident.mark("title"), resident.mark("body"))));
        agent.send("42[\"session-end\",{\"sid\":\"%s\",\"time\":%d}]".formatted(session, now));
        agent.isServed();
        String made =
                rest.need(
                                "POST",
                                "/v1/sessions",
                                Map.of("tag", resident.mark("tag"), "metadata", "bQ=="))
                        .path("session")
                        .path("id")
                        .asString();
        rest.send(new Rest.Request("POST", "/v1/sessions/" + made + "/archive", ""));
        rest.send(new Rest.Request("DELETE", "/v1/sessions/" + made, ""));
    }

    private void machineLives(RawSocketIo app, RawSocketIo daemon, String machine) {
        Rest rest = resident.rest();
        long now = System.currentTimeMillis();
        daemon.ask(
                "[\"machine-update-metadata\",{\"machineId\":\"%s\",\"metadata\":\"%s\",\"expectedVersion\":1}]"
                        .formatted(machine, resident.mark("metadata")));
        daemon.ask(
                "[\"machine-update-state\",{\"machineId\":\"%s\",\"daemonState\":\"%s\",\"expectedVersion\":1}]"
                        .formatted(machine, resident.mark("state")));
        daemon.send(
                "42[\"machine-alive\",{\"machineId\":\"%s\",\"time\":%d}]".formatted(machine, now));
        daemon.send(
                "42[\"machine-stream\",{\"machineId\":\"%s\",\"streamId\":\"s\",\"n\":0,\"data\":\"%s\"}]"
                        .formatted(machine, resident.mark("stream")));
        daemon.send("42[\"rpc-register\",{\"method\":\"%s:day\"}]".formatted(machine));
        daemon.isServed();
        call(app, daemon, machine + ":day", resident.mark("params"), resident.mark("result"));
        String made = UUID.randomUUID().toString();
        rest.need("POST", "/v1/machines", Map.of("id", made, "metadata", resident.mark("machine")));
        rest.send(new Rest.Request("DELETE", "/v1/machines/" + made, ""));
        if (resident.has("otherMachine")) {
            rest.need(
                    "PATCH",
                    "/v1/web/machines/" + resident.id("otherMachine"),
                    Map.of("name", resident.mark("label")));
        }
    }

    /// Calls a method that the other socket serves.
    static void call(
            RawSocketIo caller, RawSocketIo server, String method, String params, String result) {
        caller.send(
                "427[\"rpc-call\",{\"method\":\"%s\",\"params\":\"%s\"}]"
                        .formatted(RouteTry.quoted(method), params));
        String request =
                server.awaitPacket(p -> p.contains("\"rpc-request\"") && p.contains(params))
                        .orElseThrow(() -> new WireException("a call did not arrive"));
        String id = request.substring(2, request.indexOf('['));
        server.send("43" + id + "[\"" + result + "\"]");
        if (caller.awaitPacket(p -> p.startsWith("437[") && p.contains(result)).isEmpty()) {
            throw new WireException("a call was not answered");
        }
    }

    private void accountLives(String session) {
        Rest rest = resident.rest();
        String artifact = UUID.randomUUID().toString();
        rest.need(
                "POST",
                "/v1/artifacts",
                Map.of(
                        "id",
                        artifact,
                        "header",
                        "aA==",
                        "body",
                        "Yg==",
                        "dataEncryptionKey",
                        "aw=="));
        rest.need(
                "POST",
                "/v1/artifacts/" + artifact,
                Map.of("header", "aDI=", "expectedHeaderVersion", 1));
        rest.send(new Rest.Request("DELETE", "/v1/artifacts/" + artifact, ""));
        rest.need(
                "POST",
                "/v1/kv",
                Map.of(
                        "mutations",
                        List.of(
                                Map.of(
                                        "key",
                                        resident.mark("key"),
                                        "value",
                                        "djE=",
                                        "version",
                                        -1))));
        rest.need(
                "POST",
                "/v1/account/settings",
                Map.of("settings", resident.mark("settings"), "expectedVersion", 1));
        rest.need(
                "PUT",
                "/v1/access-keys/" + session + "/" + resident.id("machine"),
                Map.of("data", resident.mark("accesskey"), "expectedVersion", 1));
    }
}
