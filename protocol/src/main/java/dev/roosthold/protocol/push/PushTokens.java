package dev.roosthold.protocol.push;

import java.util.List;

/// Answer of `GET /v1/push-tokens`, newest first.
public record PushTokens(List<PushToken> tokens) {}
