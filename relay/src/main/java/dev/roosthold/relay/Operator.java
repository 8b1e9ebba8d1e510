package dev.roosthold.relay;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.accesskeys.AccessKeys;
import dev.roosthold.relay.account.Accounts;
import dev.roosthold.relay.artifacts.Artifacts;
import dev.roosthold.relay.assistants.Assistants;
import dev.roosthold.relay.attachments.AttachmentArchive;
import dev.roosthold.relay.attachments.Attachments;
import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.auth.Devices;
import dev.roosthold.relay.backup.Backup;
import dev.roosthold.relay.backup.Restore;
import dev.roosthold.relay.connect.VendorTokens;
import dev.roosthold.relay.doctor.Doctor;
import dev.roosthold.relay.doctor.Finding;
import dev.roosthold.relay.doctor.RunningRelay;
import dev.roosthold.relay.doctor.Situation;
import dev.roosthold.relay.enrolment.EnrolmentRoutes;
import dev.roosthold.relay.http.TlsFiles;
import dev.roosthold.relay.jazz.Jazz;
import dev.roosthold.relay.jobs.Jobs;
import dev.roosthold.relay.kv.KeyValues;
import dev.roosthold.relay.machines.Machines;
import dev.roosthold.relay.messages.Messages;
import dev.roosthold.relay.operator.AccountDeletion;
import dev.roosthold.relay.operator.AccountExport;
import dev.roosthold.relay.operator.AccountOverview;
import dev.roosthold.relay.operator.AccountSignOut;
import dev.roosthold.relay.operator.OperatorRecord;
import dev.roosthold.relay.operator.OperatorTasks;
import dev.roosthold.relay.presence.SharedLeases;
import dev.roosthold.relay.push.Push;
import dev.roosthold.relay.sessions.Sessions;
import dev.roosthold.relay.social.Social;
import dev.roosthold.relay.store.OwnedRows;
import dev.roosthold.relay.store.Store;
import dev.roosthold.relay.store.Transaction;
import dev.roosthold.relay.updates.Updates;
import dev.roosthold.relay.usage.UsageReports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// What the operator does with the data of a relay, whether it runs or not. Thread-safe.
///
/// Like [Relay] this class knows all features, and wires them for one command.
public final class Operator {
    /// The one place where deletions and exports of accounts are put on record.
    static final OperatorRecord RECORD =
            (tx, action, account) ->
                    Audit.append(
                            tx,
                            Actor.operator(account),
                            switch (action) {
                                case ACCOUNT_DELETED -> Kind.ACCOUNT_DELETE;
                                case ACCOUNT_EXPORTED -> Kind.DATA_EXPORT;
                                case SIGNED_OUT -> Kind.SIGN_OUT;
                            },
                            Details.none());

    /// Further than a field can have been written, or messages posted, since a backup.
    private static final long VERSIONS_FORWARD = 1_000_000;

    /// Further than the log of an account can have come since a backup: 1,000 updates a second for
    /// eleven days.
    private static final long UPDATES_FORWARD = 1_000_000_000;

    private static final Duration ASK = Duration.ofMillis(100);

    private final RelayConfig config;

    public Operator(RelayConfig config) {
        this.config = config;
    }

    /// Makes a backup beside the relay or without it.
    ///
    /// @param target a name that ends in `.tar.gz` or `.tgz` for an archive, otherwise a folder
    /// @param force replaces an earlier backup there
    /// @throws dev.roosthold.relay.backup.BackupException with a message for the operator
    public Backup.Report backup(Path target, boolean force) {
        return new Backup(config.dataDirectory(), target, Version.text(), config.clock())
                .make(force);
    }

    /// Puts a backup into an empty or absent folder.
    ///
    /// @throws dev.roosthold.relay.backup.BackupException with a message for the operator
    public static Restore.Report restore(Path backup, Path target) {
        return new Restore(backup, target, Operator::renumber).run();
    }

    /// All accounts, the oldest first.
    public List<AccountOverview> accounts() {
        try (Store store = Relay.openStore(config)) {
            return store.readNow(sql -> AccountOverview.list(sql, accountTables()));
        }
    }

    /// Whether there is such an account.
    public boolean exists(AccountId account) {
        try (Store store = Relay.openStore(config)) {
            return store.readNow(sql -> Accounts.exists(sql, account));
        }
    }

    /// Deletes an account with all that belongs to it: in the running relay, or here when none
    /// runs. Blocks.
    ///
    /// @param patience how long to wait for a running relay
    /// @return what came of it; empty when the relay was not ready in time: it will do it later
    /// @throws IOException when the data directory cannot be used
    public Optional<OperatorTasks.Outcome> deleteAccount(AccountId account, Duration patience)
            throws IOException, InterruptedException {
        return fulfilled(store -> OperatorTasks.submitDeletion(store, account), patience);
    }

    /// Ends all credentials of an account: in the running relay, or here when none runs. Blocks.
    ///
    /// @param patience how long to wait for a running relay
    /// @return what came of it; empty when the relay was not ready in time: it will do it later
    /// @throws IOException when the data directory cannot be used
    public Optional<OperatorTasks.Outcome> signOut(AccountId account, Duration patience)
            throws IOException, InterruptedException {
        return fulfilled(store -> OperatorTasks.submitSignOut(store, account), patience);
    }

    private Optional<OperatorTasks.Outcome> fulfilled(
            Function<Store, String> wish, Duration patience)
            throws IOException, InterruptedException {
        try (Store store = Relay.openStore(config)) {
            String task = wish.apply(store);
            long end = System.nanoTime() + patience.toNanos();
            Optional<OperatorTasks.Outcome> outcome = OperatorTasks.outcome(store, task);
            while (outcome.isEmpty() && System.nanoTime() < end) {
                Optional<DataDirectory> free = DataDirectory.tryOpen(config.dataDirectory());
                if (free.isPresent()) {
                    try (DataDirectory _ = free.get()) {
                        runHere(store);
                    }
                } else {
                    Thread.sleep(ASK);
                }
                outcome = OperatorTasks.outcome(store, task);
            }
            return outcome;
        }
    }

    /// Reads an account out into a folder that does not exist yet.
    ///
    /// @return empty when there is no such account
    /// @throws IOException with a message for the operator
    public Optional<AccountExport.Report> export(AccountId account, Path target)
            throws IOException {
        try (Store store = Relay.openStore(config)) {
            if (!store.readNow(sql -> Accounts.exists(sql, account))) {
                return Optional.empty();
            }
            return Optional.of(
                    new AccountExport(
                                    store,
                                    accountTables(),
                                    AttachmentArchive.folder(config.dataDirectory()),
                                    RECORD)
                            .write(account, target));
        }
    }

    /// Looks the relay over.
    public List<Finding> doctor() {
        Path data = config.dataDirectory();
        boolean held;
        try {
            held = DataDirectory.isHeld(data);
        } catch (IOException e) {
            held = false;
        }
        Optional<RunningRelay> running = held ? DataDirectory.announced(data) : Optional.empty();
        Optional<Path> certificate =
                running.isPresent()
                        ? Optional.ofNullable(running.get().certificate()).map(Path::of)
                        : config.front().tls().map(TlsFiles::certificate);
        return new Doctor(
                        new Situation(
                                data,
                                held,
                                running,
                                config.host(),
                                config.port(),
                                certificate,
                                config.publicUrl(),
                                config.registration().name().toLowerCase(Locale.ROOT),
                                config.metricsPort(),
                                config.database(),
                                config.clock()))
                .run();
    }

    /// What holds rows of an account, in an order in which they can be deleted.
    static List<OwnedRows> accountTables() {
        return Stream.of(
                        Push.ofAccount(),
                        VendorTokens.ofAccount(),
                        KeyValues.ofAccount(),
                        Artifacts.ofAccount(),
                        AccessKeys.ofAccount(),
                        UsageReports.ofAccount(),
                        Attachments.ofAccount(),
                        Social.ofAccount(),
                        Messages.ofAccount(),
                        Sessions.ofAccount(),
                        Jobs.ofAccount(),
                        Assistants.ofAccount(),
                        EnrolmentRoutes.ofAccount(),
                        Machines.ofAccount(),
                        SharedLeases.ofAccount(),
                        Devices.ofAccount(),
                        Updates.ofAccount())
                .flatMap(List::stream)
                .toList();
    }

    private static boolean renumber(Transaction tx) throws SQLException {
        Updates.renumber(tx, UPDATES_FORWARD);
        Accounts.renumber(tx, VERSIONS_FORWARD);
        Machines.renumber(tx, VERSIONS_FORWARD);
        Sessions.renumber(tx, VERSIONS_FORWARD);
        Artifacts.renumber(tx, VERSIONS_FORWARD);
        AccessKeys.renumber(tx, VERSIONS_FORWARD);
        KeyValues.renumber(tx, VERSIONS_FORWARD);
        Jobs.renumber(tx, VERSIONS_FORWARD);
        return true;
    }

    /// Does what a relay would do, while this process holds its directory.
    private void runHere(Store store) throws IOException {
        Attachments attachments =
                Attachments.open(
                        store,
                        AttachmentArchive.folder(config.dataDirectory()),
                        config.limits().attachmentBytes());
        var alone =
                new AccountDeletion.Surroundings() {
                    @Override
                    public void close(Transaction tx, AccountId account) throws SQLException {
                        // Nobody is connected.
                        Devices.deleteAll(tx, account);
                    }

                    @Override
                    public boolean forgetOne(Transaction tx, AccountId account)
                            throws SQLException {
                        return Social.forgetOne(tx, account);
                    }

                    @Override
                    public void gone(AccountId account) {
                        try (var jazz = Jazz.ofStopped(config.dataDirectory())) {
                            attachments.removeStrays();
                            jazz.deleteAccount(account);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                };
        new OperatorTasks(
                        store,
                        new AccountDeletion(store, accountTables(), alone, RECORD),
                        new AccountSignOut(store, alone, RECORD))
                .run();
        // Messages of sessions that were deleted earlier stay for the relay to purge.
    }
}
