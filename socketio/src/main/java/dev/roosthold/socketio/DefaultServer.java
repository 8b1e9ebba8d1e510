package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineServer;
import io.netty.channel.ChannelHandler;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The implementation of [SocketIoServer].
final class DefaultServer implements SocketIoServer {
    private final SocketIoConfig config;
    private final EngineServer engine;
    private final PacketEncoder encoder;
    private final JsonMapper reader;
    private final Map<String, DefaultNamespace> namespaces = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    DefaultServer(SocketIoConfig config) {
        this.config = config;
        this.encoder = new PacketEncoder(config.mapper());
        this.reader = reader(config);
        this.engine =
                new EngineServer(
                        config.engine(),
                        (session, request) -> new Connection(this, session, request),
                        this::failed);
    }

    /// Numbers keep the library's limit of 1,000 digits: converting a longer one costs quadratic
    /// time.
    private static JsonMapper reader(SocketIoConfig config) {
        StreamReadConstraints limits =
                StreamReadConstraints.builder()
                        .maxNestingDepth(config.maxNesting())
                        .maxStringLength(config.maxPayload())
                        .maxNameLength(config.maxPayload())
                        .build();
        return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(limits).build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    SocketIoConfig config() {
        return config;
    }

    PacketEncoder encoder() {
        return encoder;
    }

    PacketDecoder newDecoder() {
        return new PacketDecoder(reader, config.maxAttachments());
    }

    /// 120 random bits.
    String newId() {
        byte[] bytes = new byte[15];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    void failed(String place, Throwable cause) {
        config.errorListener().failed(place, cause);
    }

    @Nullable DefaultNamespace find(String name) {
        return namespaces.get(name);
    }

    @Override
    public Namespace namespace(String name) {
        if (!name.startsWith("/") || name.indexOf(',') >= 0 || name.indexOf('?') >= 0) {
            throw new IllegalArgumentException("not the name of a namespace: " + name);
        }
        return namespaces.computeIfAbsent(name, n -> new DefaultNamespace(this, n));
    }

    @Override
    public ChannelHandler httpHandler() {
        return engine.httpHandler();
    }

    @Override
    public CompletionStage<Void> drain() {
        return engine.drain();
    }
}
