package dev.roosthold.conformance.crowd;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `roost up` as a process of its own on one data folder and one port, open to new accounts, which
/// can be killed without warning. Used by one thread.
public final class RelayChild implements KillTrouble.Restart, AutoCloseable {
    private final ChildServer server;
    private final Settings settings;
    private final int port;
    private int starts = 1;

    /// How it is started.
    ///
    /// @param versions of the program, each the words that start its `roost` command; they take
    ///     turns, one after each end
    /// @param data its folder
    /// @param options more of those of `roost up`
    /// @param environment more variables
    record Settings(
            List<List<String>> versions,
            Path data,
            List<String> options,
            Map<String, String> environment) {
        private List<String> command(int start, int port) {
            List<String> command = new ArrayList<>(versions.get(start % versions.size()));
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
            return command;
        }
    }

    /// What is done to a relay that is dead.
    @FunctionalInterface
    interface Meanwhile {
        void happens() throws IOException;
    }

    private RelayChild(ChildServer server, Settings settings, int port) {
        this.server = server;
        this.settings = settings;
        this.port = port;
    }

    /// Starts it on a free port.
    ///
    /// @param roost the words that start the `roost` command
    /// @param data its folder
    /// @throws IOException when it does not come up; the message has what it printed last
    public static RelayChild start(List<String> roost, Path data)
            throws IOException, InterruptedException {
        return start(new Settings(List.of(roost), data, List.of(), Map.of()));
    }

    static RelayChild start(Settings settings) throws IOException, InterruptedException {
        int port = ChildServer.freePort();
        ChildServer server =
                ChildServer.start(
                        "the relay",
                        settings.command(0, port),
                        settings.environment(),
                        "://127.0.0.1:");
        return new RelayChild(server, settings, port);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void killAndRestart() throws IOException, InterruptedException {
        killAndRestart(() -> {});
    }

    /// The same with something that is done in between.
    void killAndRestart(Meanwhile meanwhile) throws IOException, InterruptedException {
        server.kill();
        meanwhile.happens();
        server.startAgain(settings.command(starts++, port));
    }

    @Override
    public void close() {
        server.close();
    }
}
