package dev.roosthold.relay.push;

import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.push.WebPushKey;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.security.InvalidKeyException;
import java.util.Base64;

/// `/v1/web/push`: a page subscribes its browser with what `PushSubscription` gives it.
final class WebPushRoutes {
    /// Keys are 22 and 87 characters.
    private static final int MAX_KEY = 128;

    private static final int MAX_REQUEST = 16 << 10;

    private final Browsers browsers;
    private final WebPushKey key;
    private final Endpoint endpoints;

    WebPushRoutes(Browsers browsers, WebPushKey key, Endpoint endpoints) {
        this.browsers = browsers;
        this.key = key;
        this.endpoints = endpoints;
    }

    void register(Routes routes) {
        Routes small = routes.withBodyLimit(MAX_REQUEST);
        small.accountBearer("GET", "/v1/web/push/key", _ -> Response.ok(key));
        small.accountBearer("POST", "/v1/web/push/subscriptions", this::subscribe);
        small.accountBearer("DELETE", "/v1/web/push/subscriptions", this::unsubscribe);
    }

    private Response subscribe(Request request) {
        var fields = Fields.body(request);
        String endpoint = fields.text("endpoint", 1, Endpoint.MAX_LENGTH);
        if (!endpoint.isEmpty() && endpoints.parse(endpoint).isEmpty()) {
            fields.problem("endpoint", "Invalid URL: expected a public address with https");
        }
        Fields keys = fields.object("keys");
        byte[] point = bytes(keys, "p256dh");
        if (point.length > 0 && !isPoint(point)) {
            keys.problem("p256dh", "Invalid string: expected a point of P-256, uncompressed");
        }
        byte[] auth = bytes(keys, "auth");
        if (auth.length > 0 && auth.length != Subscription.AUTH_BYTES) {
            keys.problem("auth", "Invalid string: expected 16 bytes");
        }
        fields.check();
        var subscription = new Subscription(endpoint, point, auth, 0);
        boolean saved = browsers.save(request.requireCaller(), subscription);
        return saved ? Response.ok(Success.OK) : Response.error(401, "Invalid token");
    }

    private Response unsubscribe(Request request) {
        var fields = Fields.body(request);
        String endpoint = fields.text("endpoint");
        fields.check();
        browsers.delete(request.requireCaller().account(), endpoint);
        return Response.ok(Success.OK);
    }

    /// Base64url, with padding or without; empty after a problem was noted.
    private static byte[] bytes(Fields fields, String name) {
        String text = fields.text(name, 1, MAX_KEY);
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            if (bytes.length > 0 || text.isEmpty()) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        fields.problem(name, "Invalid base64url-encoded string");
        return new byte[0];
    }

    private static boolean isPoint(byte[] bytes) {
        try {
            P256.publicKey(bytes);
            return true;
        } catch (InvalidKeyException e) {
            return false;
        }
    }
}
