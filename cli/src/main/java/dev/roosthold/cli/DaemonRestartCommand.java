package dev.roosthold.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "restart", description = "Stops the daemon if it runs, and starts it.")
final class DaemonRestartCommand implements Callable<Integer> {
    @Mixin private HomeOption home;
    @Mixin private RootOption root;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        DaemonHome.identity(home.path(), root.path());
        BackgroundDaemon daemon = new BackgroundDaemon(home.path());
        BackgroundDaemon.Stopped stopped = daemon.stop();
        if (!json.wanted()) {
            DaemonStopCommand.tell(stopped);
        }
        DaemonStartCommand.tell(daemon.start(root.path()), json.wanted());
        return 0;
    }
}
