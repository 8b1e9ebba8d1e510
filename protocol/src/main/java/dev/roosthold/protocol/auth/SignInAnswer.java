package dev.roosthold.protocol.auth;

import dev.roosthold.protocol.BearerToken;

/// Answer of `POST /v1/auth`.
public record SignInAnswer(boolean success, BearerToken token) {}
