package dev.roosthold.cli;

import dev.roosthold.daemon.local.DaemonStatus;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "start",
        description = "Starts the daemon in the background; returns when it is up.",
        footer = {"", "Exit status: 0 it runs, online or not; 1 it could not be started."})
final class DaemonStartCommand implements Callable<Integer> {
    private static final Duration FIRST_RESULT = Duration.ofSeconds(8);

    @Mixin private HomeOption home;
    @Mixin private RootOption root;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        // Here, where the person reads why not.
        DaemonHome.identity(home.path(), root.path());
        BackgroundDaemon.Started started = new BackgroundDaemon(home.path()).start(root.path());
        tell(started, json.wanted());
        return 0;
    }

    static void tell(BackgroundDaemon.Started started, boolean json) throws InterruptedException {
        if (json) {
            DaemonStatus _ = BackgroundDaemon.firstResult(started.control(), FIRST_RESULT);
            System.out.println(BackgroundDaemon.statusJson(started.control()));
            return;
        }
        System.out.println(
                "The machine daemon "
                        + (started.before() ? "runs already" : "runs")
                        + " (process "
                        + started.control().pid()
                        + ").");
        DaemonStatus status = BackgroundDaemon.firstResult(started.control(), FIRST_RESULT);
        System.out.println(
                status.online()
                        ? "This computer is online as machine "
                                + status.machine()
                                + " at "
                                + status.relay()
                                + "."
                        : "Not online yet: " + status.detail() + ". It keeps trying.");
        status.code()
                .ifPresent(
                        code ->
                                System.out.println(
                                        "Code: "
                                                + code
                                                + "  - approve this machine in the web page if it"
                                                + " shows the same."));
    }
}
