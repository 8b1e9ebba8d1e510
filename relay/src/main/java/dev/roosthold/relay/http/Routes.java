package dev.roosthold.relay.http;

import java.util.Map;

/// Where features register their routes. Paths are literal segments and `:name` segments
/// (`/v1/machines/:id`); a literal wins over a parameter. Registration happens before the server
/// starts.
public interface Routes {

    /// A route that anyone may call.
    void open(String method, String path, Handler handler);

    /// A route for callers with any valid bearer. Without one 401 is answered before anything else
    /// is looked at.
    void bearer(String method, String path, Handler handler);

    /// A route for account-wide bearers; a machine-scoped one gets 403 `{"error":"Forbidden"}`.
    void accountBearer(String method, String path, Handler handler);

    /// A route for requests that their own address admits, and for callers with any valid bearer.
    /// [Request#caller()] is empty where the address was enough.
    void linkOrBearer(String method, String path, Link link, Handler handler);

    /// The same routes, where what is registered through the result takes bodies up to that many
    /// bytes instead of the server's usual limit.
    Routes withBodyLimit(int bytes);

    /// The same routes, where what is registered through the result takes bodies of up to that many
    /// bytes as they are, whatever type they name: see [Request#bytes()].
    Routes withRawBody(int maxBytes);

    /// The same routes, where what is registered through the result is answered however many
    /// requests its account has made: for what clients repeat for ever when it is refused.
    Routes neverRefused();

    /// Judges whether the address of a request is permission enough, such as a signed link.
    @FunctionalInterface
    interface Link {
        /// Called on a virtual thread before the body is taken; must not throw.
        ///
        /// @param parameters of the path, percent-decoded
        /// @param query first value by name, percent-decoded
        boolean admits(Map<String, String> parameters, Map<String, String> query);
    }

    /// Answers one request. Called on a virtual thread, may block. [BadRequest] becomes 400; any
    /// other exception 500 without its text.
    @FunctionalInterface
    interface Handler {
        Response handle(Request request) throws Exception;
    }
}
