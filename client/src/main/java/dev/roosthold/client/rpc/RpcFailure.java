package dev.roosthold.client.rpc;

/// What a method tells its caller went wrong. The message travels, encrypted.
public final class RpcFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RpcFailure(String message) {
        super(message, null, false, false);
    }
}
