package dev.roosthold.cli;

import dev.roosthold.history.History;
import dev.roosthold.history.ipc.Answer;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.ipc.SyncError;
import dev.roosthold.history.ipc.SyncReplies;
import dev.roosthold.history.keys.HistoryKeys;
import dev.roosthold.history.keys.MasterKey;
import dev.roosthold.history.keys.RecoveryPhrase;
import dev.roosthold.history.spool.Spool;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.sync.config.SyncConfig;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        description =
                "Begins a history that is the same on all your computers: makes the recovery phrase,"
                        + " shows it once, and connects to the relay.",
        footer = {
            "",
            "Exit status: 0 it is set up, connected or not; 1 it was set up before, 5 the phrase was"
                    + " not confirmed."
        })
final class SyncInitCommand extends SyncAction {
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

    @Option(names = "--yes", description = "Does not ask for two words of the phrase.")
    private boolean yes;

    @Override
    int run() throws IOException, InterruptedException {
        SyncConfig config = config();
        try (History history = sync.history();
                SyncClient client = sync.connect()) {
            if (!client.health().state().equals("UNINITIALIZED")) {
                throw new CommandFailure(
                        "syncing is set up on this computer",
                        "Another computer is added with `roost sync join` on it. `roost sync reset`"
                                + " takes this one out.");
            }
            String name = deviceName(deviceName);
            if (!sync.json()) {
                System.out.println("Relay:  " + config.shownRelay());
                System.out.println(
                        "Device: "
                                + name
                                + "  (`--device-name` chooses another; it is shown on"
                                + " your other computers)");
                System.out.println();
            }
            try (RecoveryPhrase phrase = RecoveryPhrase.generate(new SecureRandom())) {
                if (!sync.json()) {
                    PhraseInput.show(phrase);
                    if (!yes) {
                        PhraseInput.confirm(phrase, new SecureRandom());
                    }
                }
                try (MasterKey master = phrase.masterKey()) {
                    SetUp done = setUp(history, client, master, name);
                    if (sync.json()) {
                        PhraseInput.showJson(phrase, done);
                        return SyncStatus.DONE;
                    }
                    return tell(done);
                }
            }
        }
    }

    private SyncConfig config() throws IOException, InterruptedException {
        SyncConfig config = sync.config();
        if (relay != null) {
            SyncConfigFile.set(config.file(), "relay", relay, sync.environment());
            restartForRelay();
            return sync.config();
        }
        if (config.relayConfigured()) {
            return config;
        }
        if (!Ask.isTerminal() && !yes) {
            throw new CommandFailure(
                    "no relay is chosen",
                    "Name yours with --relay, as in --relay wss://relay.example; without one, the"
                            + " public "
                            + config.shownRelay()
                            + " would be used: --yes takes it.",
                    SyncStatus.USAGE);
        }
        String answer =
                yes
                        ? ""
                        : Ask.line(
                                        "Relay (Enter for "
                                                + config.shownRelay()
                                                + ", a service of others): ")
                                .orElse("")
                                .strip();
        if (!answer.isEmpty()) {
            SyncConfigFile.set(config.file(), "relay", answer, sync.environment());
            restartForRelay();
        }
        return sync.config();
    }

    /// A daemon that runs knows the relay of before.
    private void restartForRelay() throws InterruptedException {
        SyncStopCommand.stop(sync);
    }

    static String deviceName(@Nullable String chosen) {
        String name = chosen == null ? Spool.hostName() : chosen.strip();
        if (name.isEmpty()
                || name.length() > 64
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new CommandFailure(
                    "--device-name: a name has 1 to 64 characters", "", SyncStatus.USAGE);
        }
        return name;
    }

    /// How a set-up came out.
    record SetUp(String deviceId, boolean connected, String hint) {}

    /// Keeps the keys, then tells the daemon: what it knows of must never be unreadable here.
    static SetUp setUp(History history, SyncClient client, MasterKey master, String name)
            throws InterruptedException {
        List<MasterKey> older = new ArrayList<>();
        Optional<HistoryKeys> before = history.keyFile().read();
        before.ifPresent(
                keys -> {
                    if (!keys.master().equals(master)) {
                        older.add(keys.master());
                    }
                    keys.older().stream().filter(one -> !one.equals(master)).forEach(older::add);
                });
        history.keyFile().write(master, older);
        byte[] authKey = master.jazzAuthKey();
        Answer<SyncReplies.Initialized> answer;
        try {
            answer = client.init(authKey, name, SyncAccess.platform());
        } finally {
            Arrays.fill(authKey, (byte) 0);
        }
        try {
            return settled(history, master, before, answer);
        } finally {
            before.ifPresent(HistoryKeys::close);
        }
    }

    private static SetUp settled(
            History history,
            MasterKey master,
            Optional<HistoryKeys> before,
            Answer<SyncReplies.Initialized> answer) {
        return switch (answer) {
            case Answer.Done<SyncReplies.Initialized>(var done) -> {
                done.accountId().ifPresent(id -> history.accountChanged(master.keyId(), id));
                yield new SetUp(done.deviceId(), true, "");
            }
            case Answer.Refused<SyncReplies.Initialized>(SyncError error) -> {
                if (error.code() != SyncError.UNREACHABLE
                        || !error.data().flag("identityStored").orElse(false)) {
                    // Nothing was set up: the keys of before are in force again.
                    history.keyFile().restore(before);
                    throw refused(error);
                }
                error.data()
                        .text("accountId")
                        .ifPresent(id -> history.accountChanged(master.keyId(), id));
                yield new SetUp(
                        error.data().text("deviceId").orElse(""), false, error.hint().orElse(""));
            }
        };
    }

    private int tell(SetUp done) {
        sync.print(
                JsonObject.empty(),
                done.connected()
                        ? "Connected. This computer sends its history from now on."
                        : "Set up. The relay cannot be reached now; syncing starts by itself when it"
                                + " can.",
                "Next: the line for your shell from `roost history hook --help`, and"
                        + " `roost sync join` on your other computers.");
        return SyncStatus.DONE;
    }
}
