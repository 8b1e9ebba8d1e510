package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.PullReport;
import dev.roosthold.history.ipc.Answer;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncError;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.keys.MasterKey;
import dev.roosthold.history.keys.RecoveryPhrase;
import dev.roosthold.protocol.JsonObject;
import java.io.IOException;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "join",
        aliases = "restore",
        description = {
            "Adds this computer to your history: asks for the recovery phrase and takes over what is"
                    + " there.",
            "The phrase is typed without being shown, or read from standard input; it is never an"
                    + " argument."
        },
        footer = {
            "",
            "Exit status: 0 done, 1 this computer is set up already, 5 the phrase is not valid, 6 set"
                    + " up but the relay cannot be reached, 7 done but for entries that cannot be read."
        })
final class SyncJoinCommand extends SyncAction {
    @Option(
            names = "--relay",
            paramLabel = "URL",
            description = "Relay, wss://...; written into the settings of the sync daemon.")
    private @Nullable String relay;

    @Option(
            names = "--device-name",
            paramLabel = "NAME",
            description = "How this computer is called on the others (default: its host name).")
    private @Nullable String deviceName;

    @Override
    int run() throws IOException, InterruptedException {
        String name = SyncInitCommand.deviceName(deviceName);
        if (relay != null) {
            SyncConfigFile.set(sync.config().file(), "relay", relay, sync.environment());
            SyncStopCommand.stop(sync);
        }
        try (History history = sync.history();
                SyncClient client = sync.connect()) {
            boolean rotated = history.isLeft();
            boolean fresh = client.health().state().equals("UNINITIALIZED");
            if (!fresh && !rotated) {
                throw new CommandFailure(
                        "syncing is set up on this computer",
                        "`roost sync reset` takes it out; then it can join.");
            }
            try (RecoveryPhrase phrase = PhraseInput.read();
                    MasterKey master = phrase.masterKey()) {
                if (!fresh) {
                    // Its account was left for that of the new phrase.
                    client.reset(false).orThrow();
                }
                SyncInitCommand.SetUp done = SyncInitCommand.setUp(history, client, master, name);
                if (!done.connected()) {
                    sync.print(
                            JsonObject.empty().with("initialised", true).with("connected", false),
                            "Set up. The relay cannot be reached now; syncing starts by itself when"
                                    + " it can.");
                    return SyncStatus.NO_RELAY;
                }
                return download(history, client);
            }
        }
    }

    private int download(History history, SyncClient client) throws InterruptedException {
        var progress = new CountLine(Ask.isTerminal() && !sync.json());
        var unreadable = new LinkedHashSet<String>();
        Arrival arrival;
        long pending = Long.MAX_VALUE;
        do {
            // A cycle answers when everything that is known of has come, or after half a minute.
            Answer<SyncReplies.Cycle> cycle = client.now();
            PullReport report =
                    history.pull(
                            client, count -> progress.show("Taking over " + count + " entries"));
            unreadable.addAll(report.unreadable());
            arrival = arrival(cycle, pending);
            if (cycle instanceof Answer.Done<SyncReplies.Cycle>(var done)) {
                pending = done.pendingDown();
            }
        } while (arrival == Arrival.COMES);
        progress.clear();
        long all = history.store().count();
        sync.print(
                JsonObject.empty()
                        .with("initialised", true)
                        .with("connected", arrival != Arrival.CUT)
                        .with("complete", arrival == Arrival.WHOLE)
                        .with("commands", all)
                        .with("unreadable", unreadable.size()),
                "Joined. There are " + all + " commands in the history of this computer.",
                switch (arrival) {
                    case CUT ->
                            "The relay can no longer be reached; the rest comes by itself when it"
                                    + " can.";
                    case COMES, WAITS ->
                            "Some entries are not at the relay yet; they come by themselves.";
                    case WHOLE ->
                            unreadable.isEmpty()
                                    ? "Next: the line for your shell from"
                                            + " `roost history hook --help`."
                                    : unreadable.size()
                                            + " entries cannot be read with this phrase; `roost sync"
                                            + " verify` names them.";
                });
        if (arrival == Arrival.CUT) {
            return SyncStatus.NO_RELAY;
        }
        return unreadable.isEmpty() ? SyncStatus.DONE : SyncStatus.PARTLY;
    }

    private static Arrival arrival(Answer<SyncReplies.Cycle> cycle, long pending) {
        return switch (cycle) {
            case Answer.Refused<SyncReplies.Cycle>(SyncError _) -> Arrival.CUT;
            case Answer.Done<SyncReplies.Cycle>(var done) when done.pendingDown() == 0 ->
                    Arrival.WHOLE;
            case Answer.Done<SyncReplies.Cycle>(var done)
                    when done.pulled() == 0 && done.pendingDown() >= pending ->
                    Arrival.WAITS;
            case Answer.Done<SyncReplies.Cycle>(var _) -> Arrival.COMES;
        };
    }

    /// What is to be said of the history of the other computers.
    private enum Arrival {
        /// All of it is here.
        WHOLE,
        /// More is on its way.
        COMES,
        /// The relay lacks what others refer to.
        WAITS,
        /// The relay went away.
        CUT
    }
}
