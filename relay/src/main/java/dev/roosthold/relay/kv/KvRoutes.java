package dev.roosthold.relay.kv;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.kv.KvList;
import dev.roosthold.protocol.kv.KvPair;
import dev.roosthold.protocol.kv.KvWrite;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.limits.Base64Text;
import dev.roosthold.relay.limits.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// `/v1/kv`.
public final class KvRoutes {
    /// Keys of one request.
    private static final int MAX_KEYS = 100;

    /// Characters of a key.
    private static final int MAX_KEY = 1_024;

    /// Bytes of a value. A list may carry a thousand of them.
    private static final int MAX_VALUE = 64 << 10;

    /// A hundred of the largest pairs, whose values take four characters for three bytes.
    private static final int MAX_REQUEST = 10 << 20;

    private static final int MAX_LIMIT = 1_000;
    private static final int USUAL_LIMIT = 100;

    private final KeyValues pairs;

    public KvRoutes(KeyValues pairs) {
        this.pairs = pairs;
    }

    public void register(Routes routes) {
        routes.accountBearer("GET", "/v1/kv", this::list);
        routes.accountBearer("GET", "/v1/kv/:key", this::get);
        routes.accountBearer("POST", "/v1/kv/bulk", this::bulk);
        routes.withBodyLimit(MAX_REQUEST).accountBearer("POST", "/v1/kv", this::write);
    }

    private Response list(Request request) {
        var fields = Fields.query(request);
        String prefix = fields.optionalText("prefix").orElse("");
        int limit = fields.limit("limit", MAX_LIMIT, USUAL_LIMIT);
        fields.check();
        return Response.ok(new KvList.Items(pairs.list(account(request), prefix, limit)));
    }

    private Response get(Request request) {
        Optional<KvPair> pair = pairs.find(account(request), request.parameter("key"));
        return pair.isPresent() ? Response.ok(pair.get()) : Response.error(404, "Key not found");
    }

    private Response bulk(Request request) {
        var fields = Fields.body(request);
        List<String> keys = keys(fields);
        fields.check();
        return Response.ok(new KvList.Values(pairs.find(account(request), keys)));
    }

    private Response write(Request request) {
        var fields = Fields.body(request);
        List<Mutation> mutations =
                fields.objects("mutations", 1, MAX_KEYS).stream().map(KvRoutes::mutation).toList();
        fields.check();
        KvWrite outcome = pairs.write(account(request), mutations);
        return switch (outcome) {
            case KvWrite.Saved _ -> Response.ok(outcome);
            case KvWrite.Refused _ -> new Response.Json(409, outcome);
        };
    }

    private static Mutation mutation(Fields fields) {
        String key = fields.text("key", 1, MAX_KEY);
        if (!Texts.isPrintable(key)) {
            fields.problem("key", "must have only printable characters");
        }
        String sent = fields.textOrNull("value").orElse(null);
        long version = fields.integer("version", KvTable.ABSENT, Integer.MAX_VALUE);
        return new Mutation(key, value(fields, sent), sent, version);
    }

    private static byte @Nullable [] value(Fields fields, @Nullable String sent) {
        if (sent == null || sent.isEmpty()) {
            return null;
        }
        Optional<byte[]> value = Base64Text.decode(sent, MAX_VALUE);
        if (value.isEmpty()) {
            fields.problem("value", "must be base64 of at most " + MAX_VALUE + " bytes");
        }
        return value.orElse(null);
    }

    private static List<String> keys(Fields fields) {
        JsonNode array = fields.node("keys");
        if (!array.isArray()) {
            fields.problem("keys", "Invalid input: expected array");
            return List.of();
        }
        if (array.isEmpty() || array.size() > MAX_KEYS) {
            fields.problem("keys", "must have 1 to " + MAX_KEYS + " items");
            return List.of();
        }
        var keys = new ArrayList<String>(array.size());
        for (JsonNode key : array) {
            if (key.isString() && key.stringValue().length() <= MAX_KEY) {
                keys.add(key.stringValue());
            } else {
                fields.problem(
                        "keys/" + keys.size(),
                        "must be a string of at most " + MAX_KEY + " characters");
                return List.of();
            }
        }
        return keys;
    }

    private static AccountId account(Request request) {
        return request.requireCaller().account();
    }
}
