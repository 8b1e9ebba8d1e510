package dev.roosthold.protocol.connect;

import java.util.List;

/// Answer of `GET /v1/connect/tokens`.
public record VendorTokenList(List<VendorToken> tokens) {}
