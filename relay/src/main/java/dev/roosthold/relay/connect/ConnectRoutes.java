package dev.roosthold.relay.connect;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Success;
import dev.roosthold.protocol.connect.TokenAnswer;
import dev.roosthold.protocol.connect.VendorTokenList;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import java.nio.charset.StandardCharsets;

/// `/v1/connect/:vendor`: an account keeps the tokens of other services.
public final class ConnectRoutes {
    static final int MAX_TOKEN = 65_536;

    /// The longest token, each character written as an escape of six.
    private static final int MAX_BODY = 6 * MAX_TOKEN + 1024;

    private final VendorTokens tokens;

    public ConnectRoutes(VendorTokens tokens) {
        this.tokens = tokens;
    }

    public void register(Routes routes) {
        routes.withBodyLimit(MAX_BODY)
                .accountBearer("POST", "/v1/connect/:vendor/register", this::save);
        routes.accountBearer("GET", "/v1/connect/:vendor/token", this::token);
        routes.accountBearer("DELETE", "/v1/connect/:vendor", this::delete);
        routes.accountBearer("GET", "/v1/connect/tokens", this::all);
    }

    private Response save(Request request) {
        Vendor vendor = Vendor.of(request);
        var fields = Fields.body(request);
        String token = fields.text("token", 0, MAX_TOKEN);
        if (!hasUtf8Form(token)) {
            fields.problem("token", "Invalid string: half of a surrogate pair");
        }
        fields.check();
        tokens.save(account(request), vendor, token);
        return Response.ok(Success.OK);
    }

    private Response token(Request request) {
        Vendor vendor = Vendor.of(request);
        return Response.ok(new TokenAnswer(tokens.token(account(request), vendor).orElse(null)));
    }

    private Response delete(Request request) {
        tokens.delete(account(request), Vendor.of(request));
        return Response.ok(Success.OK);
    }

    private Response all(Request request) {
        return Response.ok(new VendorTokenList(tokens.all(account(request))));
    }

    private static AccountId account(Request request) {
        return request.requireCaller().account();
    }

    /// Otherwise it would come back as another text.
    private static boolean hasUtf8Form(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
