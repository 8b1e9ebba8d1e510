package dev.roosthold.relay.http;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// Settings of the [HttpServer].
///
/// @param address where to listen; port 0 picks a free one
/// @param eventLoops threads that move bytes
/// @param maxBody largest body of a route that names no other limit, in bytes
/// @param maxBodiesTotal bytes of request bodies held at one time by all connections together; a
///     body beyond it is refused with 503
/// @param maxRequestLine longest request line, in bytes
/// @param maxHeaders largest header section, in bytes
/// @param headTimeout how long a request line with its headers may take from the first byte
/// @param bodyTimeout how long a body may take, plus one second for each 16 KiB that has arrived;
///     the same measure holds for a client that takes its answer slowly
/// @param idleTimeout how long a connection may stay open between two requests
/// @param stopTimeout how long requests in progress may take when the server stops
/// @param front certificate, proxies, path, origins and limits
/// @param publicUrl address under which others reach the server, if one is known
/// @param clock for limits that heal with time
public record HttpConfig(
        InetSocketAddress address,
        int eventLoops,
        int maxBody,
        long maxBodiesTotal,
        int maxRequestLine,
        int maxHeaders,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration stopTimeout,
        Front front,
        Optional<URI> publicUrl,
        InstantSource clock) {

    /// The largest body that a route may name. Clients repeat a refused post of messages for ever,
    /// so there must be room for one of this size however small the heap is.
    private static final long LARGEST_BODY = 112L << 20;

    /// Usual values: bodies of 1 MB, a quarter of the heap for all bodies together, but at least
    /// one of the largest.
    public static HttpConfig on(InetSocketAddress address) {
        return new HttpConfig(
                address,
                Runtime.getRuntime().availableProcessors(),
                1_000_000,
                Math.max(LARGEST_BODY, Runtime.getRuntime().maxMemory() / 4),
                16 << 10,
                16 << 10,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(75),
                Duration.ofMillis(2500),
                Front.USUAL,
                Optional.empty(),
                InstantSource.system());
    }

    /// Another front than the usual.
    public HttpConfig withFront(Front value, Optional<URI> url, InstantSource time) {
        return new HttpConfig(
                address,
                eventLoops,
                maxBody,
                maxBodiesTotal,
                maxRequestLine,
                maxHeaders,
                headTimeout,
                bodyTimeout,
                idleTimeout,
                stopTimeout,
                value,
                url,
                time);
    }

    /// Other patience than the usual.
    public HttpConfig withTimeouts(Duration head, Duration body, Duration idle) {
        return new HttpConfig(
                address,
                eventLoops,
                maxBody,
                maxBodiesTotal,
                maxRequestLine,
                maxHeaders,
                head,
                body,
                idle,
                stopTimeout,
                front,
                publicUrl,
                clock);
    }

    /// Another number of event loops than one for each processor.
    public HttpConfig withEventLoops(int count) {
        return new HttpConfig(
                address,
                count,
                maxBody,
                maxBodiesTotal,
                maxRequestLine,
                maxHeaders,
                headTimeout,
                bodyTimeout,
                idleTimeout,
                stopTimeout,
                front,
                publicUrl,
                clock);
    }

    /// Other bounds for bodies than the usual.
    public HttpConfig withBodies(int max, long total) {
        return new HttpConfig(
                address,
                eventLoops,
                max,
                total,
                maxRequestLine,
                maxHeaders,
                headTimeout,
                bodyTimeout,
                idleTimeout,
                stopTimeout,
                front,
                publicUrl,
                clock);
    }
}
