package dev.roosthold.cli;

import dev.roosthold.daemon.Enrolment;
import dev.roosthold.daemon.MachineCredential;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "run",
        description = "Connects this computer to its relay and stays, in the foreground.")
final class DaemonRunCommand implements Callable<Integer> {
    @Mixin private HomeOption home;

    @Override
    public Integer call() {
        MachineCredential credential =
                new Enrolment(home.path())
                        .current()
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                "this computer is not a machine yet",
                                                "Press “Add machine” on the page of your relay and"
                                                        + " paste the command that it shows."));
        // A wrong variable of the environment is said now and not as a failure of the connection.
        Relays.options();
        return ForegroundDaemon.run(home.path(), credential);
    }
}
