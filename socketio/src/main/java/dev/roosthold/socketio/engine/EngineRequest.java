package dev.roosthold.socketio.engine;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;

/// The HTTP request that opened a session.
///
/// @param query its query parameters
/// @param headers those of its headers that the server was told to keep
/// @param remoteAddress the client, see [Surroundings#clientAddress]
public record EngineRequest(
        Map<String, List<String>> query, HttpHeaders headers, SocketAddress remoteAddress) {}
