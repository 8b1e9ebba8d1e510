package dev.roosthold.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "stop",
        description =
                "Stops the daemon: asks it, then ends it by a signal when it does not follow.",
        footer = {"", "Exit status: 0 it does not run any more, 1 it could not be ended."})
final class DaemonStopCommand implements Callable<Integer> {
    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() throws InterruptedException {
        BackgroundDaemon.Stopped stopped = new BackgroundDaemon(home.path()).stop();
        if (json.wanted()) {
            System.out.println("{\"running\":false,\"stopped\":\"" + name(stopped) + "\"}");
        } else {
            tell(stopped);
        }
        return 0;
    }

    private static String name(BackgroundDaemon.Stopped stopped) {
        return switch (stopped) {
            case NOTHING_RAN -> "was-not-running";
            case WHEN_ASKED -> "when-asked";
            case BY_SIGNAL -> "by-signal";
            case KILLED -> "killed";
        };
    }

    static void tell(BackgroundDaemon.Stopped stopped) {
        System.out.println(
                switch (stopped) {
                    case NOTHING_RAN -> "The machine daemon was not running.";
                    case WHEN_ASKED -> "The machine daemon has stopped.";
                    case BY_SIGNAL ->
                            "The machine daemon did not answer; it was ended by a signal.";
                    case KILLED -> "The machine daemon did not answer; it was killed.";
                });
    }
}
