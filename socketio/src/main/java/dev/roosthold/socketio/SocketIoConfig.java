package dev.roosthold.socketio;

import dev.roosthold.socketio.engine.EngineConfig;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/// Settings of a server. Immutable; start from [#defaults()] and change single values with the
/// `with` methods.
///
/// @param path where the endpoint lives, with or without a trailing slash, for example `/socket.io`
/// @param pingInterval time between two pings of the server
/// @param pingTimeout how long after a ping was due its answer may take
/// @param upgradeTimeout how long a started upgrade to websocket may take
/// @param connectTimeout how long a connection may stay without a namespace
/// @param maxPayload largest packet or poll body from a client, in bytes; a larger one ends the
/// connection
/// @param outboundBudget bytes that may wait for one client behind the frame being written; more
/// closes it
/// @param maxAttachments binary attachments of one packet
/// @param maxNesting depth of JSON values in a packet
/// @param maxPendingEvents events of one socket waiting for its handlers before reading from it
/// pauses
/// @param keptHeaders names of request headers kept in [Handshake#headers()]
/// @param allowedOrigin the `Access-Control-Allow-Origin` of HTTP answers; empty for none
/// @param compression whether permessage-deflate is offered
/// @param handlerExecutor runs event handlers and listeners; `Runnable::run` keeps them on the
/// event loop, which is
///     right only if they never block
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
                compression);
    }

    /// The protocol's usual values: path `/socket.io`, pings every 25 s with 20 s patience, 1 MB
    /// packets, 8 MB budget,
    /// handlers on virtual threads.
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
                Executors.newVirtualThreadPerTaskExecutor(),
                JsonMapper.shared(),
                Recovery.off(),
                ErrorListener.logging());
    }

    public SocketIoConfig withPath(String value) {
        return new SocketIoConfig(
                value,
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
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withPingInterval(Duration value) {
        return new SocketIoConfig(
                path,
                value,
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
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withPingTimeout(Duration value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                value,
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
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withUpgradeTimeout(Duration value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                pingTimeout,
                value,
                connectTimeout,
                maxPayload,
                outboundBudget,
                maxAttachments,
                maxNesting,
                maxPendingEvents,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withConnectTimeout(Duration value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                value,
                maxPayload,
                outboundBudget,
                maxAttachments,
                maxNesting,
                maxPendingEvents,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withMaxPayload(int value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                connectTimeout,
                value,
                outboundBudget,
                maxAttachments,
                maxNesting,
                maxPendingEvents,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withOutboundBudget(long value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                connectTimeout,
                maxPayload,
                value,
                maxAttachments,
                maxNesting,
                maxPendingEvents,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withMaxAttachments(int value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                connectTimeout,
                maxPayload,
                outboundBudget,
                value,
                maxNesting,
                maxPendingEvents,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withMaxNesting(int value) {
        return new SocketIoConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                connectTimeout,
                maxPayload,
                outboundBudget,
                maxAttachments,
                value,
                maxPendingEvents,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withMaxPendingEvents(int value) {
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
                value,
                keptHeaders,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withKeptHeaders(Set<String> value) {
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
                value,
                allowedOrigin,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withAllowedOrigin(String value) {
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
                value,
                compression,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withCompression(boolean value) {
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
                value,
                handlerExecutor,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withHandlerExecutor(Executor value) {
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
                value,
                mapper,
                recovery,
                errorListener);
    }

    public SocketIoConfig withMapper(JsonMapper value) {
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
                handlerExecutor,
                value,
                recovery,
                errorListener);
    }

    public SocketIoConfig withRecovery(Recovery value) {
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
                handlerExecutor,
                mapper,
                value,
                errorListener);
    }

    public SocketIoConfig withErrorListener(ErrorListener value) {
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
                handlerExecutor,
                mapper,
                recovery,
                value);
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
                compression);
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
            boolean compression) {
        return new EngineConfig(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundBudget,
                keptHeaders,
                allowedOrigin,
                compression);
    }
}
