package dev.roosthold.socketio;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// What a client presented when it connected.
///
/// @param auth the payload of its CONNECT packet; an empty object when it sent none
/// @param query the query parameters of the first HTTP request of the connection
/// @param headers the headers of that request that the server was told to keep (see
///     `SocketIoConfig.keptHeaders`); all others are dropped to keep idle connections small
/// @param remoteAddress the client: the peer of the TCP connection, or what the HTTP server around
///     this one knows better
public record Handshake(
        ObjectNode auth,
        Map<String, List<String>> query,
        HttpHeaders headers,
        SocketAddress remoteAddress) {}
