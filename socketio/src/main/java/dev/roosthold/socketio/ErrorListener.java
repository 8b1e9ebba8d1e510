package dev.roosthold.socketio;

/// Told of exceptions that handlers, listeners and guards threw. May be called on any thread; must
/// not block.
@FunctionalInterface
public interface ErrorListener {

    /// @param place what was being done, for example `event chat`; holds no data of clients except
    ///     event names that have a handler
    void failed(String place, Throwable cause);

    /// Writes to the [System.Logger] named like this library's package.
    static ErrorListener logging() {
        System.Logger logger = System.getLogger("dev.roosthold.socketio");
        return (place, cause) -> logger.log(System.Logger.Level.ERROR, place + " failed", cause);
    }
}
