package dev.roosthold.conformance.crowd;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `roost up` as a process of its own on one data folder and one port, open to new accounts, which
/// can be killed without warning. Used by one thread.
public final class RelayChild implements KillTrouble.Restart, AutoCloseable {
    private final ChildServer server;
    private final int port;

    private RelayChild(ChildServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /// Starts it on a free port.
    ///
    /// @param roost the words that start the `roost` command
    /// @param data its folder
    /// @throws IOException when it does not come up; the message has what it printed last
    public static RelayChild start(List<String> roost, Path data)
            throws IOException, InterruptedException {
        return start(roost, data, List.of());
    }

    /// The same with more options of `roost up`, such as those of one of several relays.
    public static RelayChild start(List<String> roost, Path data, List<String> options)
            throws IOException, InterruptedException {
        int port = ChildServer.freePort();
        List<String> command = new ArrayList<>(roost);
        command.addAll(
                List.of(
                        "up",
                        "--data",
                        data.toString(),
                        "--port",
                        Integer.toString(port),
                        "--registration",
                        "open",
                        "--metrics-port",
                        "off"));
        command.addAll(options);
        return new RelayChild(ChildServer.start("the relay", command, "://127.0.0.1:"), port);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        server.killAndRestart();
    }

    @Override
    public void close() {
        server.close();
    }
}
