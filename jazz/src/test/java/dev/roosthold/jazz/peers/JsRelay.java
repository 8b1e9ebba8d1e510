package dev.roosthold.jazz.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/// A relay made of the published packages, with its data in a file.
public final class JsRelay extends NodeProcess {
    private final int port;

    private JsRelay(Path npm, Path data, int port) {
        super(npm, List.of("relay.mjs", Integer.toString(port), data.toString()));
        try {
            String line = out.readLine();
            if (line == null || !line.startsWith("port ")) {
                throw new IllegalStateException("the relay said " + line);
            }
            this.port = Integer.parseInt(line.substring(5));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts one; it serves when this returns.
    ///
    /// @param port 0 for any
    public static JsRelay start(Path npm, Path data, int port) {
        return new JsRelay(npm, data, port);
    }

    public int port() {
        return port;
    }

    public URI address() {
        return URI.create("ws://127.0.0.1:" + port);
    }
}
