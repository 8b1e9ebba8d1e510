package dev.roosthold.conformance.isolation;

import static dev.roosthold.conformance.isolation.EventTry.asked;
import static dev.roosthold.conformance.isolation.EventTry.silent;
import static dev.roosthold.conformance.isolation.RouteTry.delete;
import static dev.roosthold.conformance.isolation.RouteTry.get;
import static dev.roosthold.conformance.isolation.RouteTry.of;
import static dev.roosthold.conformance.isolation.RouteTry.post;

import java.util.List;
import java.util.Set;

/// Every route and every event, with each place where an id can stand. A server whose routes or
/// events are not all here has not been tried.
final class Tries {
    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String SIGNATURE = "A".repeat(86) + "==";
    private static final String ENVELOPE = "A".repeat(140);
    private static final String SECRET = "s".repeat(43);
    private static final String POINT =
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

    private Tries() {}

    /// Routes on which an id of another account has no meaning that could be tried here.
    static final Set<String> WITHOUT_IDS =
            Set.of(
                    "GET /",
                    "GET /health",
                    "GET /ready",
                    // Sockets: their events and handshakes are tried.
                    "GET /v1/updates",
                    "GET /v1/updates/*",
                    "GET /v1/web/relay",
                    "GET /v1/openapi.json",
                    "GET /v1/asyncapi.json",
                    "GET /v1/connect/github/callback",
                    "POST /v1/connect/github/webhook",
                    "POST /v1/version",
                    // Of their own key pair, or of an external service.
                    "POST /v1/auth",
                    "POST /v1/voice/conversations",
                    "GET /v1/voice/usage",
                    "GET /v1/connect/github/params");

    static List<RouteTry> routes() {
        return List.of(
                of("POST", "/v1/auth/request", "{\"publicKey\":\"{{pairing}}\"}").names(),
                get("/v1/auth/request/status?publicKey={{pairing}}"),
                post(
                        "/v1/auth/response",
                        "{\"publicKey\":\"{{pairing}}\",\"response\":\"ZW5jOng=\"}"),
                post("/v1/auth/account/request", "{\"publicKey\":\"{{accountPairing}}\"}").names(),
                post(
                        "/v1/auth/account/response",
                        "{\"publicKey\":\"{{accountPairing}}\",\"response\":\"ZW5jOng=\"}"),
                get("/v1/sessions"),
                post("/v1/sessions", "{\"tag\":\"{{tag}}\",\"metadata\":\"ZW5jOng=\"}").names(),
                get("/v2/sessions/active"),
                get("/v2/sessions?cursor=cursor_v1_{{session}}&limit=200").cursor(),
                get("/v1/sessions/{{session}}"),
                post("/v1/sessions/{{session}}/archive", ""),
                get("/v1/sessions/{{session}}/messages"),
                get("/v3/sessions/{{session}}/messages?after_seq=0"),
                get("/v3/sessions/{{session}}/messages?before_seq=100"),
                post(
                        "/v3/sessions/{{session}}/messages",
                        "{\"messages\":[{\"content\":\"ZW5jOng=\",\"localId\":\"l\"}]}"),
                post(
                                "/v3/sessions/{{session}}/messages",
                                "{\"messages\":[{\"content\":\"ZW5jOng=\",\"localId\":\"{{localId}}\"}]}")
                        .names(),
                post(
                        "/v1/sessions/{{session}}/push-event",
                        "{\"kind\":\"done\",\"title\":\"T\",\"body\":\"B\"}"),
                post(
                        "/v1/sessions/{{session}}/attachments/request-upload",
                        "{\"filename\":\"a.png\",\"size\":20}"),
                post(
                        "/v1/sessions/{{session}}/attachments/request-download",
                        "{\"ref\":\"sessions/{{session}}/attachments/{{file}}\"}"),
                get("/v1/sessions/{{session}}/attachments/{{file}}"),
                of("PUT", "/v1/sessions/{{session}}/attachments/{{file}}", ""),
                post("/v1/machines", "{\"id\":\"{{machine}}\",\"metadata\":\"ZW5jOng=\"}").names(),
                get("/v1/machines"),
                get("/v1/machines/{{machine}}"),
                get("/v1/web/machines"),
                post(
                                "/v1/web/machines",
                                "{\"machineId\":\"{{webMachine}}\",\"secret\":\""
                                        + SECRET
                                        + "\",\"name\":\"m\"}")
                        .names(),
                of("PATCH", "/v1/web/machines/{{machine}}", "{\"name\":\"taken\"}"),
                post("/v1/web/machines/{{machine}}/secret", "{\"secret\":\"" + SECRET + "\"}"),
                post(
                                "/v1/machines/authenticate",
                                "{\"machineId\":\"{{machine}}\",\"secret\":\"" + SECRET + "\"}")
                        .counted(),
                get("/v1/artifacts"),
                get("/v1/artifacts/{{artifact}}"),
                post(
                                "/v1/artifacts",
                                "{\"id\":\"{{artifact}}\",\"header\":\"aA==\",\"body\":\"Yg==\",\"dataEncryptionKey\":\"aw==\"}")
                        .names(),
                post(
                        "/v1/artifacts/{{artifact}}",
                        "{\"header\":\"aA==\",\"expectedHeaderVersion\":1}"),
                post("/v1/artifacts/{{artifact}}", "{\"body\":\"Yg==\",\"expectedBodyVersion\":9}"),
                get("/v1/access-keys/{{session}}/{{machine}}"),
                post("/v1/access-keys/{{session}}/{{machine}}", "{\"data\":\"ZA==\"}"),
                of(
                        "PUT",
                        "/v1/access-keys/{{session}}/{{machine}}",
                        "{\"data\":\"ZA==\",\"expectedVersion\":1}"),
                get("/v1/kv/{{key}}"),
                get("/v1/kv?prefix={{key}}"),
                post("/v1/kv/bulk", "{\"keys\":[\"{{key}}\"]}"),
                post(
                                "/v1/kv",
                                "{\"mutations\":[{\"key\":\"{{key}}\",\"value\":\"djE=\",\"version\":-1}]}")
                        .names(),
                get("/v1/account/profile"),
                get("/v1/account/settings"),
                post("/v1/account/settings", "{\"settings\":\"x\",\"expectedVersion\":1000}"),
                post("/v1/usage/query", "{\"sessionId\":\"{{session}}\"}"),
                post("/v1/usage/query", "{}"),
                get("/v1/push-tokens"),
                post("/v1/push-tokens", "{\"token\":\"{{pushToken}}\"}").names(),
                delete("/v1/push-tokens/{{pushToken}}").names(),
                get("/v1/web/push/key"),
                post(
                                "/v1/web/push/subscriptions",
                                "{\"endpoint\":\"{{endpoint}}\",\"keys\":{\"p256dh\":\""
                                        + POINT
                                        + "\",\"auth\":\"AAAAAAAAAAAAAAAAAAAAAA\"}}")
                        .names(),
                of("DELETE", "/v1/web/push/subscriptions", "{\"endpoint\":\"{{endpoint}}\"}")
                        .names(),
                get("/v1/web/audit"),
                get("/v1/connect/tokens"),
                get("/v1/connect/{{vendor}}/token"),
                post("/v1/connect/{{vendor}}/register", "{\"token\":\"t\"}").names(),
                delete("/v1/connect/{{vendor}}").names(),
                delete("/v1/connect/github").names(),
                get("/v1/user/search?query={{account}}"),
                get("/v1/user/search?query="),
                get("/v1/user/{{account}}"),
                get("/v1/friends"),
                post("/v1/friends/add", "{\"uid\":\"{{account}}\"}"),
                post("/v1/friends/remove", "{\"uid\":\"{{account}}\"}"),
                get("/v1/feed"),
                get("/v1/feed?before={{feedItem}}").cursor(),
                get("/v1/changes?after=0&limit=1000"),
                get("/v1/devices"),
                of("PATCH", "/v1/devices/{{device}}", "{\"name\":\"taken\"}"),
                of(
                        "PUT",
                        "/v1/machines/{{machine}}/keys",
                        "{\"metadata\":\"eA==\",\"daemonState\":\"eA==\",\"dataEncryptionKey\":\""
                                + KEY
                                + "\"}"),
                of("PUT", "/v1/machines/{{machine}}/enrolment", "{\"publicKey\":\"" + KEY + "\"}"),
                get("/v1/machines/{{machine}}/enrolment"),
                get("/v1/web/machines/{{machine}}/enrolment"),
                post(
                        "/v1/web/machines/{{machine}}/enrolment/approve",
                        "{\"publicKey\":\"" + KEY + "\",\"response\":\"" + ENVELOPE + "\"}"),
                post(
                        "/v1/web/machines/{{machine}}/enrolment/reject",
                        "{\"secret\":\"" + SECRET + "\"}"),
                get("/v1/machines/{{machine}}/assistants"),
                get("/v1/web/machines/{{machine}}/assistants"),
                // An unknown one may not be online, so that none is made.
                of(
                        "PUT",
                        "/v1/machines/{{machine}}/assistants/{{assistant}}",
                        "{\"details\":\"ZA==\",\"status\":\"online\"}"),
                post("/v1/web/machines/{{machine}}/assistants/{{assistant}}/approve", ""),
                post("/v1/web/machines/{{machine}}/assistants/{{assistant}}/revoke", ""),
                post("/v1/web/machines/{{machine}}/assistants/{{assistant}}/reject", ""),
                get("/v1/machines/{{machine}}/jobs"),
                of(
                        "PUT",
                        "/v1/machines/{{machine}}/jobs/{{job}}",
                        "{\"data\":\"ZA==\",\"expectedVersion\":1}"),
                // What takes rows away comes last: it would take them from the tries before.
                delete("/v1/sessions/{{session}}"),
                delete("/v1/machines/{{machine}}/jobs/{{job}}"),
                delete("/v1/web/machines/{{machine}}/assistants/{{assistant}}"),
                delete("/v1/machines/{{machine}}"),
                delete("/v1/web/machines/{{machine}}"),
                delete("/v1/artifacts/{{artifact}}"),
                delete("/v1/devices/{{device}}"));
    }

    static List<EventTry> events() {
        return List.of(
                silent("ping", "{}"),
                silent("app-state", "{\"state\":\"background\"}"),
                asked(
                        "update-metadata",
                        "{\"sid\":\"{{session}}\",\"metadata\":\"bQ==\",\"expectedVersion\":0}"),
                asked(
                        "update-metadata",
                        "{\"sid\":\"{{session}}\",\"metadata\":\"bQ==\",\"expectedVersion\":77}"),
                asked(
                        "update-state",
                        "{\"sid\":\"{{session}}\",\"agentState\":\"bQ==\",\"expectedVersion\":0}"),
                silent(
                        "session-alive",
                        "{\"sid\":\"{{session}}\",\"time\":{{now}},\"thinking\":true}"),
                silent("session-end", "{\"sid\":\"{{session}}\",\"time\":{{now}}}"),
                asked("message", "{\"sid\":\"{{session}}\",\"message\":\"bQ==\"}"),
                asked(
                                "message",
                                "{\"sid\":\"{{session}}\",\"message\":\"bQ==\",\"localId\":\"{{localId}}\"}")
                        .naming(),
                silent("machine-alive", "{\"machineId\":\"{{machine}}\",\"time\":{{now}}}"),
                asked(
                        "machine-update-metadata",
                        "{\"machineId\":\"{{machine}}\",\"metadata\":\"bQ==\",\"expectedVersion\":1}"),
                asked(
                        "machine-update-state",
                        "{\"machineId\":\"{{machine}}\",\"daemonState\":\"bQ==\",\"expectedVersion\":1}"),
                asked(
                        "access-key-get",
                        "{\"sessionId\":\"{{session}}\",\"machineId\":\"{{machine}}\"}"),
                asked("artifact-read", "{\"artifactId\":\"{{artifact}}\"}"),
                asked(
                                "artifact-create",
                                "{\"id\":\"{{artifact}}\",\"header\":\"aA==\",\"body\":\"Yg==\",\"dataEncryptionKey\":\"aw==\"}")
                        .naming(),
                asked(
                        "artifact-update",
                        "{\"artifactId\":\"{{artifact}}\",\"header\":{\"data\":\"aA==\",\"expectedVersion\":1}}"),
                asked(
                        "artifact-update",
                        "{\"artifactId\":\"{{artifact}}\",\"body\":{\"data\":\"aA==\",\"expectedVersion\":9}}"),
                asked(
                        "usage-report",
                        "{\"key\":\"k\",\"sessionId\":\"{{session}}\",\"tokens\":{\"total\":1},\"cost\":{\"total\":1}}"),
                asked(
                                "usage-report",
                                "{\"key\":\"{{usageKey}}\",\"tokens\":{\"total\":1},\"cost\":{\"total\":1}}")
                        .naming(),
                asked("rpc-call", "{\"method\":\"{{machine}}:spawn\",\"params\":\"cA==\"}"),
                asked("rpc-call", "{\"method\":\"{{session}}:spawn\",\"params\":\"cA==\"}"),
                silent("rpc-register", "{\"method\":\"{{machine}}:spawn\"}").naming(),
                silent("rpc-unregister", "{\"method\":\"{{machine}}:spawn\"}").naming(),
                silent(
                        "session-stream",
                        "{\"sid\":\"{{session}}\",\"streamId\":\"s\",\"n\":0,\"data\":\"bQ==\"}"),
                silent(
                        "machine-stream",
                        "{\"machineId\":\"{{machine}}\",\"streamId\":\"s\",\"n\":0,\"data\":\"bQ==\"}"),
                asked("artifact-delete", "{\"artifactId\":\"{{artifact}}\"}"));
    }
}
