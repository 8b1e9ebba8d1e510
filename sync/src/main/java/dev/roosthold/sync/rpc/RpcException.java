package dev.roosthold.sync.rpc;

/// Ends a request with an error.
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient RpcError error;

    public RpcException(RpcError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public RpcError error() {
        return error;
    }
}
