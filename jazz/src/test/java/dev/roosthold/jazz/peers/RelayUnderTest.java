package dev.roosthold.jazz.peers;

import java.net.URI;
import java.nio.file.Path;

/// A relay that the interop tests go through, in a process that can be killed.
public interface RelayUnderTest extends AutoCloseable {
    URI address();

    /// SIGKILL, and a new process with the same data on the same port.
    void killAndRestart();

    /// SIGKILL.
    void kill();

    /// A new process with the same data on the same port.
    void restart();

    @Override
    void close();

    /// The relay made of the published packages.
    static RelayUnderTest js(Path npm, Path data) {
        return new RelayUnderTest() {
            private JsRelay relay = JsRelay.start(npm, data, 0);

            @Override
            public URI address() {
                return relay.address();
            }

            @Override
            public void kill() {
                relay.kill();
            }

            @Override
            public void restart() {
                relay = JsRelay.start(npm, data, relay.port());
            }

            @Override
            public void killAndRestart() {
                kill();
                restart();
            }

            @Override
            public void close() {
                relay.close();
            }
        };
    }
}
