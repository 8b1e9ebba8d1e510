package dev.roosthold.relay.auth;

import dev.roosthold.protocol.BearerToken;
import dev.roosthold.protocol.DeviceId;

/// A fresh credential. The token exists nowhere else.
public record IssuedToken(DeviceId device, BearerToken token) {}
