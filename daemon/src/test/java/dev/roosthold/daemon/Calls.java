package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.EncryptedJson;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.rpc.RemotePolicy;
import dev.roosthold.daemon.rpc.RpcDispatcher;
import dev.roosthold.daemon.rpc.RpcMethod;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Calls methods through a dispatcher, encrypted, without a relay.
public final class Calls implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public final EncryptedJson encryption =
            new EncryptedJson(new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM));
    public final AtomicReference<RemotePolicy> policy = new AtomicReference<>(RemotePolicy.FULL);
    public final RpcDispatcher dispatcher;

    public Calls(Map<String, RpcMethod> methods) {
        dispatcher = new RpcDispatcher("m", encryption, methods, policy::get);
    }

    /// The decrypted answer.
    ///
    /// @param params JSON
    public JsonNode call(String method, String params) {
        return result(begin(method, params));
    }

    public JsonNode call(String method, Map<String, ?> params) {
        return call(method, JSON.writeValueAsString(params));
    }

    public Pending begin(String method, String params) {
        return sealed("m:" + method, encryption.sealValue(JSON.readTree(params)));
    }

    public Pending sealed(String fullName, String params) {
        Pending pending = new Pending(new CompletableFuture<>(), new CopyOnWriteArrayList<>());
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("method", fullName);
        request.put("params", params);
        dispatcher.event(
                "rpc-request",
                request,
                answer -> {
                    pending.answers.add(answer);
                    pending.first.complete(answer);
                });
        return pending;
    }

    public JsonNode result(Pending pending) {
        try {
            JsonNode answer = pending.first.get(20, TimeUnit.SECONDS);
            assertThat(answer.isString()).as("encrypted").isTrue();
            return encryption.openValue(answer.asString()).orElseThrow();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// A call and every answer that it got.
    public record Pending(CompletableFuture<JsonNode> first, List<JsonNode> answers) {}

    @Override
    public void close() {
        dispatcher.close();
    }
}
