package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineConfig;
import dev.roosthold.socketio.engine.Surroundings;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/// Settings of a server. Immutable; start from [#defaults()] and change single values with the
/// `with` methods.
///
/// @param path where the endpoint lives, with or without a trailing slash, for example `/socket.io`
/// @param pingInterval time between two pings of the server
/// @param pingTimeout how long after a ping was due its answer may take; anything else that comes from
///     the client is as good
/// @param upgradeTimeout how long a started upgrade to websocket may take
/// @param connectTimeout how long a connection may stay without a namespace
/// @param maxPayload largest packet or poll body from a client, in bytes; a larger one ends the
///     connection
/// @param outboundBudget bytes that may wait for one client beside the largest message it was sent;
///     more closes it
/// @param maxAttachments binary attachments of one packet
/// @param maxNesting depth of JSON values in a packet
/// @param maxPendingEvents events of one socket waiting for its handlers before reading from it
///     pauses
/// @param keptHeaders names of request headers kept in [Handshake#headers()]
/// @param allowedOrigin the `Access-Control-Allow-Origin` of HTTP answers; empty for none
/// @param compression whether permessage-deflate is offered
/// @param surroundings the HTTP server that the endpoint lives in
/// @param handlerExecutor runs event handlers and listeners; `Runnable::run` keeps them on the
///     event loop, which is right only if they never block
/// @param mapper writes event arguments
/// @param recovery continues interrupted connections; [Recovery#off()] for none
/// @param errorListener told of exceptions of handlers and listeners
public record SocketIoConfig(
        String path,
        Duration pingInterval,
        Duration pingTimeout,
        Duration upgradeTimeout,
        Duration connectTimeout,
        int maxPayload,
        long outboundBudget,
        int maxAttachments,
        int maxNesting,
        int maxPendingEvents,
        Set<String> keptHeaders,
        String allowedOrigin,
        boolean compression,
        Surroundings surroundings,
        Executor handlerExecutor,
        JsonMapper mapper,
        Recovery recovery,
        ErrorListener errorListener) {

    public SocketIoConfig {
        keptHeaders = Set.copyOf(keptHeaders);
        if (maxAttachments < 0 || maxNesting < 1 || maxPendingEvents < 1) {
            throw new IllegalArgumentException(
                    "maxAttachments %d, maxNesting %d, maxPendingEvents %d"
                            .formatted(maxAttachments, maxNesting, maxPendingEvents));
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "connectTimeout must be positive: " + connectTimeout);
        }
        // Checks the values that concern the transport.
        engine(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundBudget,
                keptHeaders,
                allowedOrigin,
                compression,
                surroundings);
    }

    /// The protocol's usual values: path `/socket.io`, pings every 25 s with 20 s patience, 1 MB
    /// packets, 8 MB budget, handlers on virtual threads.
    public static SocketIoConfig defaults() {
        return new SocketIoConfig(
                "/socket.io",
                Duration.ofSeconds(25),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(45),
                1_000_000,
                8L << 20,
                16,
                64,
                1024,
                Set.of(),
                "",
                false,
                Surroundings.NONE,
                Executors.newVirtualThreadPerTaskExecutor(),
                JsonMapper.shared(),
                Recovery.off(),
                ErrorListener.logging());
    }

    public SocketIoConfig withPath(String value) {
        return with(draft -> draft.path = value);
    }

    public SocketIoConfig withPingInterval(Duration value) {
        return with(draft -> draft.pingInterval = value);
    }

    public SocketIoConfig withPingTimeout(Duration value) {
        return with(draft -> draft.pingTimeout = value);
    }

    public SocketIoConfig withUpgradeTimeout(Duration value) {
        return with(draft -> draft.upgradeTimeout = value);
    }

    public SocketIoConfig withConnectTimeout(Duration value) {
        return with(draft -> draft.connectTimeout = value);
    }

    public SocketIoConfig withMaxPayload(int value) {
        return with(draft -> draft.maxPayload = value);
    }

    public SocketIoConfig withOutboundBudget(long value) {
        return with(draft -> draft.outboundBudget = value);
    }

    public SocketIoConfig withMaxAttachments(int value) {
        return with(draft -> draft.maxAttachments = value);
    }

    public SocketIoConfig withMaxNesting(int value) {
        return with(draft -> draft.maxNesting = value);
    }

    public SocketIoConfig withMaxPendingEvents(int value) {
        return with(draft -> draft.maxPendingEvents = value);
    }

    public SocketIoConfig withKeptHeaders(Set<String> value) {
        return with(draft -> draft.keptHeaders = value);
    }

    public SocketIoConfig withAllowedOrigin(String value) {
        return with(draft -> draft.allowedOrigin = value);
    }

    public SocketIoConfig withCompression(boolean value) {
        return with(draft -> draft.compression = value);
    }

    public SocketIoConfig withSurroundings(Surroundings value) {
        return with(draft -> draft.surroundings = value);
    }

    public SocketIoConfig withHandlerExecutor(Executor value) {
        return with(draft -> draft.handlerExecutor = value);
    }

    public SocketIoConfig withMapper(JsonMapper value) {
        return with(draft -> draft.mapper = value);
    }

    public SocketIoConfig withRecovery(Recovery value) {
        return with(draft -> draft.recovery = value);
    }

    public SocketIoConfig withErrorListener(ErrorListener value) {
        return with(draft -> draft.errorListener = value);
    }

    private SocketIoConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    EngineConfig engine() {
        return engine(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundBudget,
                keptHeaders,
                allowedOrigin,
                compression,
                surroundings);
    }

    private static EngineConfig engine(
            String path,
            Duration pingInterval,
            Duration pingTimeout,
            Duration upgradeTimeout,
            int maxPayload,
            long outboundBudget,
            Set<String> keptHeaders,
            String allowedOrigin,
            boolean compression,
            Surroundings surroundings) {
        return new EngineConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundBudget,
                keptHeaders,
                allowedOrigin,
                compression,
                surroundings);
    }

    /// The components as variables, so that each `with` method names only its own.
    private static final class Draft {
        private String path;
        private Duration pingInterval;
        private Duration pingTimeout;
        private Duration upgradeTimeout;
        private Duration connectTimeout;
        private int maxPayload;
        private long outboundBudget;
        private int maxAttachments;
        private int maxNesting;
        private int maxPendingEvents;
        private Set<String> keptHeaders;
        private String allowedOrigin;
        private boolean compression;
        private Surroundings surroundings;
        private Executor handlerExecutor;
        private JsonMapper mapper;
        private Recovery recovery;
        private ErrorListener errorListener;

        Draft(SocketIoConfig from) {
            path = from.path;
            pingInterval = from.pingInterval;
            pingTimeout = from.pingTimeout;
            upgradeTimeout = from.upgradeTimeout;
            connectTimeout = from.connectTimeout;
            maxPayload = from.maxPayload;
            outboundBudget = from.outboundBudget;
            maxAttachments = from.maxAttachments;
            maxNesting = from.maxNesting;
            maxPendingEvents = from.maxPendingEvents;
            keptHeaders = from.keptHeaders;
            allowedOrigin = from.allowedOrigin;
            compression = from.compression;
            surroundings = from.surroundings;
            handlerExecutor = from.handlerExecutor;
            mapper = from.mapper;
            recovery = from.recovery;
            errorListener = from.errorListener;
        }

        SocketIoConfig config() {
            return new SocketIoConfig(
                    path,
                    pingInterval,
                    pingTimeout,
                    upgradeTimeout,
                    connectTimeout,
                    maxPayload,
                    outboundBudget,
                    maxAttachments,
                    maxNesting,
                    maxPendingEvents,
                    keptHeaders,
                    allowedOrigin,
                    compression,
                    surroundings,
                    handlerExecutor,
                    mapper,
                    recovery,
                    errorListener);
        }
    }
}
