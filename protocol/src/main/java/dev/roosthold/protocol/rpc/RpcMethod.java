package dev.roosthold.protocol.rpc;

/// Body of `rpc-register`, `rpc-unregister` and of the events that confirm them.
public record RpcMethod(String method) {}
