package dev.roosthold.cli;

import dev.roosthold.daemon.DaemonException;
import dev.roosthold.daemon.DaemonPresence;
import dev.roosthold.daemon.local.LocalClient;
import dev.roosthold.daemon.local.LocalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Loads as little as it can: most of its time is the start of the runtime.
@Command(
        name = "status",
        description = "Says whether the machine daemon runs, and how it fares.",
        footer = {
            "",
            "Exit status: 0 it runs, online or not; 3 it does not run; 4 it is there and does not"
                    + " answer."
        })
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_RUNNING = 3;
    private static final int STUCK = 4;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        try {
            return answer(home.path(), json.wanted());
        } catch (DaemonException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "");
        }
    }

    /// Prints the status and returns the exit status.
    ///
    /// @throws DaemonException when the directory cannot be read; nothing is printed then
    static int answer(Path home, boolean json) {
        return switch (DaemonPresence.of(home)) {
            case DaemonPresence.None _ -> {
                System.out.println(
                        json
                                ? "{\"running\":false,\"online\":false}"
                                : "The machine daemon is not running; start it with `roost"
                                        + " daemon start`.");
                yield NOT_RUNNING;
            }
            case DaemonPresence.Busy _ ->
                    stuck("starting or ending, or an enrolment goes on", json);
            case DaemonPresence.Running(var control) -> running(control, json);
        };
    }

    private static int running(LocalClient control, boolean json) {
        try {
            String text = control.statusAs(json ? "application/json" : "text/plain");
            System.out.println(text.strip());
            return 0;
        } catch (IOException | LocalException _) {
            return stuck(
                    "process "
                            + control.pid()
                            + " runs and does not answer; `roost daemon restart` starts anew",
                    json);
        }
    }

    private static int stuck(String what, boolean json) {
        System.out.println(
                json
                        ? "{\"running\":true,\"online\":false,\"stuck\":true}"
                        : "The machine daemon cannot be reached: " + what + ".");
        return STUCK;
    }
}
