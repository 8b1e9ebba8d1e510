package dev.roosthold.client.network;

import java.io.IOException;

/// The proxy did not open the tunnel. The message is for people and names no credentials.
public final class ProxyException extends IOException {
    private static final long serialVersionUID = 1L;

    ProxyException(String message) {
        super(message);
    }
}
