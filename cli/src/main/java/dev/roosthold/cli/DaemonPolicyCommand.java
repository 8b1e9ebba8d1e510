package dev.roosthold.cli;

import dev.roosthold.daemon.RemoteAccess;
import dev.roosthold.daemon.rpc.RemotePolicy;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "policy",
        description =
                "Shows or sets what your account's clients may do on this computer: full"
                        + " (everything), sessions (agent sessions, looking and reading), or locked"
                        + " (only stopping). A running daemon follows at once.")
final class DaemonPolicyCommand implements Callable<Integer> {
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("full", "sessions", "locked").iterator();
        }
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "POLICY",
            completionCandidates = Names.class,
            description = "full, sessions or locked.")
    private @Nullable String policy;

    @Mixin private HomeOption home;
    @Mixin private JsonOption json;

    @Override
    public Integer call() {
        DaemonAccess settings = DaemonAccess.of(home);
        RemoteAccess access = settings.read();
        if (policy != null) {
            RemotePolicy wanted =
                    RemotePolicy.of(policy)
                            .orElseThrow(
                                    () ->
                                            new CommandFailure(
                                                    "there is no policy of that name",
                                                    "Choose full, sessions or locked."));
            access = access.withPolicy(wanted);
            settings.write(access);
        }
        DaemonAccess.print(access, json.wanted());
        return 0;
    }
}
