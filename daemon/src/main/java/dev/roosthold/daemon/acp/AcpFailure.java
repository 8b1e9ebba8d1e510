package dev.roosthold.daemon.acp;

/// An agent, or the client towards it, answers a request with an error.
public final class AcpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// The agent wants the person to sign in first.
    public static final int AUTH_REQUIRED = -32000;

    /// The agent has ended; no code of the protocol.
    public static final int GONE = -1;

    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INVALID_PARAMS = -32602;
    public static final int INTERNAL = -32603;
    public static final int NOT_FOUND = -32002;

    private final int code;

    public AcpFailure(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public int code() {
        return code;
    }
}
