package dev.roosthold.conformance.hostile;

import static dev.roosthold.conformance.hostile.FieldShape.bool;
import static dev.roosthold.conformance.hostile.FieldShape.list;
import static dev.roosthold.conformance.hostile.FieldShape.number;
import static dev.roosthold.conformance.hostile.FieldShape.object;
import static dev.roosthold.conformance.hostile.FieldShape.text;
import static dev.roosthold.conformance.hostile.FieldShape.texts;

import dev.roosthold.conformance.hostile.RouteShape.Access;
import java.util.List;
import java.util.Map;

/// Every route of the contract. Names in braces: `session`, `machine`, `artifact` are rows of the
/// caller; `absent` is an id of nothing, where a success would take a row away.
final class ContractRoutes {
    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    private static final String SIGNATURE = "A".repeat(86) + "==";
    private static final String CIPHERTEXT = "ZW5jOng=";
    private static final String MACHINE_ID = "A".repeat(21);
    private static final String SECRET = "s".repeat(43);
    private static final String UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2";

    private ContractRoutes() {}

    static List<RouteShape> all() {
        return List.of(
                open("POST", "/v1/auth")
                        .body("publicKey", text(KEY))
                        .body("challenge", text(KEY))
                        .body("signature", text(SIGNATURE))
                        .mayBeLimited(),
                open("POST", "/v1/auth/request")
                        .body("publicKey", text(KEY))
                        .body("supportsV2", bool().optionalOrNull())
                        .mayBeLimited(),
                open("GET", "/v1/auth/request/status").query("publicKey", text("AAAA")),
                account("POST", "/v1/auth/response")
                        .body("publicKey", text(KEY))
                        .body("response", text(CIPHERTEXT)),
                open("POST", "/v1/auth/account/request")
                        .body("publicKey", text(KEY))
                        .mayBeLimited(),
                account("POST", "/v1/auth/account/response")
                        .body("publicKey", text(KEY))
                        .body("response", text(CIPHERTEXT)),
                caller("GET", "/v1/sessions"),
                caller("POST", "/v1/sessions")
                        .body("tag", text("hostile"))
                        .body("metadata", text(CIPHERTEXT))
                        .body("agentState", text(CIPHERTEXT).optionalOrNull())
                        .body("dataEncryptionKey", text(KEY).optionalOrNull()),
                caller("GET", "/v2/sessions/active").query("limit", number(10).optional()),
                caller("GET", "/v2/sessions")
                        .query("cursor", text("cursor_v1_a").optional())
                        .query("limit", number(10).optional())
                        .query("changedSince", number(1).optional()),
                caller("POST", "/v1/sessions/{absent}/archive"),
                caller("DELETE", "/v1/sessions/{absent}"),
                caller("GET", "/v1/sessions/{session}/messages"),
                caller("GET", "/v3/sessions/{session}/messages")
                        .query("after_seq", number(0).optional())
                        .query("limit", number(10).optional()),
                caller("GET", "/v3/sessions/{session}/messages")
                        .query("before_seq", number(10).optional()),
                caller("POST", "/v3/sessions/{session}/messages")
                        .body(
                                "messages",
                                list(
                                        Map.of(
                                                "content", text(CIPHERTEXT),
                                                "localId", text("hostile-1")))),
                caller("POST", "/v1/machines")
                        .body("id", text(UUID))
                        .body("metadata", text(CIPHERTEXT))
                        .body("daemonState", text(CIPHERTEXT).optional())
                        .body("dataEncryptionKey", text(KEY).optionalOrNull()),
                caller("GET", "/v1/machines"),
                caller("GET", "/v1/machines/{machine}"),
                account("DELETE", "/v1/machines/{absent}"),
                account("GET", "/v1/artifacts"),
                account("GET", "/v1/artifacts/{artifact}"),
                account("POST", "/v1/artifacts")
                        .body("id", text(UUID))
                        .body("header", text("aDE="))
                        .body("body", text("YjE="))
                        .body("dataEncryptionKey", text(KEY)),
                account("POST", "/v1/artifacts/{artifact}")
                        .body("header", text("aDE=").optional())
                        .body("expectedHeaderVersion", number(1).optional())
                        .body("body", text("YjE=").optional())
                        .body("expectedBodyVersion", number(1).optional()),
                account("DELETE", "/v1/artifacts/{absent}"),
                caller("GET", "/v1/access-keys/{session}/{machine}"),
                caller("POST", "/v1/access-keys/{session}/{machine}")
                        .body("data", text(CIPHERTEXT)),
                caller("PUT", "/v1/access-keys/{session}/{machine}")
                        .body("data", text(CIPHERTEXT))
                        .body("expectedVersion", number(1)),
                account("GET", "/v1/kv/{key}"),
                account("GET", "/v1/kv")
                        .query("prefix", text("a").optional())
                        .query("limit", number(10).optional()),
                account("POST", "/v1/kv/bulk").body("keys", texts("a")),
                account("POST", "/v1/kv")
                        .body(
                                "mutations",
                                list(
                                        Map.of(
                                                "key", text("a"),
                                                "value", text("djE=").orNull(),
                                                "version", number(-1)))),
                account("GET", "/v1/account/profile"),
                account("GET", "/v1/account/settings"),
                account("POST", "/v1/account/settings")
                        .body("settings", text(CIPHERTEXT).orNull())
                        .body("expectedVersion", number(1_000_000)),
                account("POST", "/v1/usage/query")
                        .body("sessionId", text("{session}").optionalOrNull())
                        .body("startTime", number(1000).optionalOrNull())
                        .body("endTime", number(2000).optionalOrNull())
                        .body("groupBy", text("day").optionalOrNull()),
                account("POST", "/v1/push-tokens")
                        .body("token", text("ExponentPushToken[hostile]")),
                account("GET", "/v1/push-tokens"),
                account("DELETE", "/v1/push-tokens/{absent}"),
                caller("POST", "/v1/sessions/{session}/push-event")
                        .body("kind", text("done"))
                        .body("title", text("T"))
                        .body("body", text("B"))
                        .body("data", object(Map.of("k", text("v").ignoredIfWrong())).optional()),
                account("POST", "/v1/connect/{vendor}/register").body("token", text("t")),
                account("GET", "/v1/connect/{vendor}/token"),
                account("DELETE", "/v1/connect/{vendor}"),
                account("GET", "/v1/connect/tokens"),
                account("GET", "/v1/connect/github/params").mayBeUnconfigured(),
                open("GET", "/v1/connect/github/callback")
                        .query("code", text("x"))
                        .query("state", text("y")),
                open("POST", "/v1/connect/github/webhook").mayBeUnconfigured(),
                account("DELETE", "/v1/connect/github"),
                account("GET", "/v1/user/{absent}"),
                account("GET", "/v1/user/search").query("query", text("a")),
                account("GET", "/v1/friends"),
                account("POST", "/v1/friends/add").body("uid", text("nobody")),
                account("POST", "/v1/friends/remove").body("uid", text("nobody")),
                account("GET", "/v1/feed")
                        .query("before", text("0-1").optional())
                        .query("limit", number(10).optional()),
                caller("POST", "/v1/sessions/{session}/attachments/request-upload")
                        .body("filename", text("a.png"))
                        .body("size", number(20))
                        .mayBeLimited(),
                caller("POST", "/v1/sessions/{session}/attachments/request-download")
                        .body("ref", text("sessions/{session}/attachments/a.enc")),
                caller("GET", "/v1/sessions/{session}/attachments/{absent}"),
                caller("PUT", "/v1/sessions/{session}/attachments/{absent}"),
                account("POST", "/v1/voice/conversations")
                        .body("agentId", text("a"))
                        .mayBeUnconfigured(),
                account("GET", "/v1/voice/usage").mayBeUnconfigured(),
                open("GET", "/health"),
                open("POST", "/v1/version")
                        .body("platform", text("web"))
                        .body("version", text("1.0.0"))
                        .body("app_id", text("x")),
                caller("GET", "/v1/changes")
                        .query("after", number(0))
                        .query("limit", number(10).optional()),
                account("GET", "/v1/devices"),
                account("PATCH", "/v1/devices/{absent}").body("name", text("n")),
                account("DELETE", "/v1/devices/{absent}"),
                open("GET", "/v1/web/relay"),
                account("GET", "/v1/web/audit")
                        .query("before", number(10).optional())
                        .query("limit", number(10).optional()),
                account("GET", "/v1/web/push/key"),
                account("POST", "/v1/web/push/subscriptions")
                        .body("endpoint", text("https://push.example/a"))
                        .body("keys", object(Map.of("p256dh", text("AAAA"), "auth", text("AAAA")))),
                account("DELETE", "/v1/web/push/subscriptions")
                        .body("endpoint", text("https://push.example/a")),
                account("GET", "/v1/web/machines"),
                account("POST", "/v1/web/machines")
                        .body("machineId", text(MACHINE_ID))
                        .body("secret", text(SECRET))
                        .body("name", text("hostile")),
                account("PATCH", "/v1/web/machines/{machine}").body("name", text("n")),
                account("DELETE", "/v1/web/machines/{absent}"),
                account("POST", "/v1/web/machines/{absent}/secret").body("secret", text(SECRET)),
                machine("PUT", "/v1/machines/{enrolled}/keys")
                        .body("metadata", text("ZA=="))
                        .body("daemonState", text("ZA=="))
                        .body("dataEncryptionKey", text("ZA==")),
                machine("GET", "/v1/machines/{enrolled}/enrolment"),
                machine("PUT", "/v1/machines/{enrolled}/enrolment").body("publicKey", text(KEY)),
                account("GET", "/v1/web/machines/{machine}/enrolment"),
                account("POST", "/v1/web/machines/{machine}/enrolment/approve")
                        .body("publicKey", text(KEY))
                        .body("response", text("A".repeat(140))),
                account("POST", "/v1/web/machines/{absent}/enrolment/reject")
                        .body("secret", text(SECRET)),
                caller("GET", "/v1/machines/{machine}/assistants"),
                caller("PUT", "/v1/machines/{machine}/assistants/" + MACHINE_ID)
                        .body("details", text("ZA=="))
                        .body("status", text("offline").optional())
                        .mayBeLimited(),
                account("GET", "/v1/web/machines/{machine}/assistants"),
                account("POST", "/v1/web/machines/{machine}/assistants/{absent}/approve"),
                account("POST", "/v1/web/machines/{machine}/assistants/{absent}/reject"),
                account("POST", "/v1/web/machines/{machine}/assistants/{absent}/revoke"),
                account("DELETE", "/v1/web/machines/{machine}/assistants/{absent}"),
                caller("GET", "/v1/machines/{machine}/jobs"),
                caller("PUT", "/v1/machines/{machine}/jobs/{absent}")
                        .body("data", text("ZA=="))
                        .body("expectedVersion", number(0))
                        .mayBeLimited(),
                caller("DELETE", "/v1/machines/{machine}/jobs/{absent}"),
                open("POST", "/v1/machines/authenticate")
                        .body("machineId", text(MACHINE_ID))
                        .body("secret", text(SECRET))
                        .mayBeLimited());
    }

    private static RouteShape open(String method, String path) {
        return RouteShape.of(Access.OPEN, method, path);
    }

    private static RouteShape caller(String method, String path) {
        return RouteShape.of(Access.CALLER, method, path);
    }

    private static RouteShape machine(String method, String path) {
        return RouteShape.of(Access.MACHINE, method, path);
    }

    private static RouteShape account(String method, String path) {
        return RouteShape.of(Access.ACCOUNT, method, path);
    }
}
