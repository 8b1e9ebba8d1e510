package dev.roosthold.socketio.engine;

import java.time.Duration;
import java.util.Set;

/// Settings of an [EngineServer].
///
/// @param path where the endpoint lives; a trailing slash makes no difference
/// @param pingInterval time between two pings of the server
/// @param pingTimeout how long after a ping was due its answer may take; anything else that comes from
///     the client is as good
/// @param upgradeTimeout how long a started upgrade to websocket may take
/// @param maxPayload largest websocket message or request body from a client, in bytes
/// @param outboundBudget bytes that may wait for one client behind the frame being written
/// @param keptHeaders names of request headers that [EngineRequest#headers()] keeps
/// @param allowedOrigin the `Access-Control-Allow-Origin` of HTTP answers; empty for none
/// @param compression whether permessage-deflate is offered
/// @param surroundings the HTTP server around the endpoint
public record EngineConfig(
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

    public EngineConfig {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path must start with /: " + path);
        }
        if (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        requirePositive("pingInterval", pingInterval);
        requirePositive("pingTimeout", pingTimeout);
        requirePositive("upgradeTimeout", upgradeTimeout);
        if (maxPayload < 1 || outboundBudget < 0) {
            throw new IllegalArgumentException(
                    "maxPayload " + maxPayload + ", outboundBudget " + outboundBudget);
        }
        keptHeaders = Set.copyOf(keptHeaders);
    }

    /// For an HTTP server that knows nothing more than its connections.
    public EngineConfig(
            String path,
            Duration pingInterval,
            Duration pingTimeout,
            Duration upgradeTimeout,
            int maxPayload,
            long outboundBudget,
            Set<String> keptHeaders,
            String allowedOrigin,
            boolean compression) {
        this(
                path,
                pingInterval,
                pingTimeout,
                upgradeTimeout,
                maxPayload,
                outboundBudget,
                keptHeaders,
                allowedOrigin,
                compression,
                Surroundings.NONE);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
