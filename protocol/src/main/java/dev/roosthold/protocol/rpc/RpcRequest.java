package dev.roosthold.protocol.rpc;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Body of `rpc-call` and of `rpc-request`, the event that carries the call to its target.
///
/// @param method `<machine or session id>:<name>`; the whole text is the name
/// @param params opaque; absent when null, and a JSON null when it is a null node
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RpcRequest(String method, @Nullable JsonNode params) {}
