package dev.roosthold.socketio;

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
///     connection
/// @param outboundBudget bytes that may wait for one client behind the frame being written; more
///     closes it
/// @param maxAttachments binary attachments of one packet
/// @param maxNesting depth of JSON values in a packet
/// @param maxPendingEvents events of one socket waiting for its handlers before reading from it
///     pauses
/// @param keptHeaders names of request headers kept in [Handshake#headers()]
/// @param allowedOrigin the `Access-Control-Allow-Origin` of HTTP answers; empty for none
/// @param compression whether permessage-deflate is offered
/// @param handlerExecutor runs event handlers and listeners; `Runnable::run` keeps them on the
///     event loop, which is right only if they never block
/// @param mapper writes event arguments
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
        JsonMapper mapper) {

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
                Executors.newVirtualThreadPerTaskExecutor(),
                JsonMapper.shared());
    }
}
