package dev.roosthold.relay.http;

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

    /// The same routes, where what is registered through the result takes bodies up to that many
    /// bytes instead of the server's usual limit.
    Routes withBodyLimit(int bytes);

    /// Answers one request. Called on a virtual thread, may block. [BadRequest] becomes 400; any
    /// other exception 500 without its text.
    @FunctionalInterface
    interface Handler {
        Response handle(Request request) throws Exception;
    }
}
