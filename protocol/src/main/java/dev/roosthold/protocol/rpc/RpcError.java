package dev.roosthold.protocol.rpc;

/// Event `rpc-error`: a registration or its end was refused.
///
/// @param type `register` or `unregister`
/// @param error why, in words
public record RpcError(String type, String error) {}
