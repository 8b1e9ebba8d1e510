package dev.roosthold.relay.http;

import dev.roosthold.relay.caller.Caller;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// One HTTP request, read completely. Its body was bounded before it was read.
///
/// @param method upper case
/// @param path the path without query, decoded per segment for the parameters only
/// @param pathParameters by the names of the route's `:name` segments, percent-decoded
/// @param query first value by name, percent-decoded
/// @param headers first value by lower-case name
/// @param body the JSON body; an empty object when the request had none, and on routes with raw
///     bodies
/// @param bytes the body on routes with raw bodies, empty on all others; the array belongs to the
///     handler until it returns
/// @param remote address of the client; behind a trusted proxy what that tells
/// @param site address of the relay's root as this client knows it, without a slash at its end;
///     empty when the client named no usable host
/// @param caller present exactly on routes that need a bearer
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Request(
        String method,
        String path,
        Map<String, String> pathParameters,
        Map<String, String> query,
        Map<String, String> headers,
        JsonNode body,
        byte[] bytes,
        InetSocketAddress remote,
        Optional<String> site,
        Optional<Caller> caller) {

    /// The caller on a route that needs a bearer.
    ///
    /// @throws IllegalStateException on a public route: a mistake of the route's author
    public Caller requireCaller() {
        return caller.orElseThrow(
                () -> new IllegalStateException("route without bearer: " + method + " " + path));
    }

    /// A path parameter that the route declares.
    public String parameter(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalStateException("route declares no parameter " + name);
        }
        return value;
    }
}
