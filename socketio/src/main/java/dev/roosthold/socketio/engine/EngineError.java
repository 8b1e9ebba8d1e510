package dev.roosthold.socketio.engine;

/// The errors of the Engine.IO handshake; each is an HTTP 400 with a JSON body of code and message.
enum EngineError {
    UNKNOWN_TRANSPORT(0, "Transport unknown"),
    UNKNOWN_SID(1, "Session ID unknown"),
    BAD_HANDSHAKE_METHOD(2, "Bad handshake method"),
    BAD_REQUEST(3, "Bad request"),
    FORBIDDEN(4, "Forbidden"),
    UNSUPPORTED_PROTOCOL_VERSION(5, "Unsupported protocol version");

    private final String json;

    EngineError(int code, String message) {
        this.json = "{\"code\":" + code + ",\"message\":\"" + message + "\"}";
    }

    String json() {
        return json;
    }
}
