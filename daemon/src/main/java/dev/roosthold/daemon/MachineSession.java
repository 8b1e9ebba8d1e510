package dev.roosthold.daemon;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.BearerToken;
import dev.roosthold.client.ConnectionHandler;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.MachineField;
import dev.roosthold.client.MachineLogin;
import dev.roosthold.client.MachineRow;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.MachineUpdater;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.SocketAuth;
import dev.roosthold.client.SocketGoneException;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.account.Bearers;
import dev.roosthold.client.account.SignIn;
import dev.roosthold.client.account.SignInException;
import dev.roosthold.client.account.SignInFile;
import dev.roosthold.crypto.DataEncryptionKey;
import dev.roosthold.crypto.DataKeyCipher;
import dev.roosthold.daemon.history.CommandHistory;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.daemon.sessions.AgentSessions;
import dev.roosthold.daemon.sessions.CommandRecorder;
import dev.roosthold.protocol.AccountId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The machine's side of its conversation with the relay: proves itself, fills its row, writes its
/// state at each connect, sends heartbeats while the connection lives, and passes remote calls on.
/// Thread of the daemon only, but for the heartbeats and the metadata, which follow the access
/// settings.
final class MachineSession implements ConnectionHandler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MachineSession.class);
    static final Duration HEARTBEAT = Duration.ofSeconds(20);
    private static final Duration ACK_PATIENCE = Duration.ofSeconds(10);

    /// For each of the three steps of a stop, and for all together.
    private static final Duration GOODBYE_STEP = Duration.ofMillis(1_500);

    private static final Duration GOODBYE = Duration.ofSeconds(4);

    /// How soon changed access settings show; for calls they hold at once.
    private static final Duration ACCESS_PERIOD = Duration.ofSeconds(2);

    /// Who changes the settings waits for it; who renames the computer does not.
    private static final int LOOKS_PER_HOST = 3;

    private final DaemonConfig config;
    private final RelayClient relay;
    private final Lifecycle lifecycle;
    private final MachineListener listener;
    private final MachineRecords records;
    private final Optional<AgentSessions> agents;
    private final EncryptedJson encryption;
    private final MachineUpdater updater;
    private final String dataEncryptionKey;
    private final RemoteWork remote;
    private final MachineWork work;
    private final KeptMessages kept;
    private final KnownKey knownKey;

    /// Held while the metadata is written: it may follow the settings at any time.
    private final ReentrantLock writingMetadata = new ReentrantLock();

    private volatile @Nullable MachineLogin login;
    private volatile @Nullable RelaySocket socket;
    private volatile RemoteAccess shownAccess;
    private volatile ObjectNode shownAgents = JsonNodeFactory.instance.objectNode();
    private volatile @Nullable HostFacts shownHost;
    private volatile Versioned metadata = new Versioned(null, 0);
    private Versioned daemonState = new Versioned(null, 0);
    private volatile boolean locked;
    private boolean toldLocked;

    /// Whether this run has had a row: a machine that its owner then removed stays away.
    private boolean registered;

    private String endReason = "";

    MachineSession(
            DaemonConfig config,
            RelayClient relay,
            Lifecycle lifecycle,
            MachineListener listener,
            Optional<AgentSessions.Factory> agents,
            Optional<CommandHistory> history,
            Runnable stopDaemon,
            int localPort) {
        this.config = config;
        this.relay = relay;
        this.lifecycle = lifecycle;
        this.listener = listener;
        CurrentAccess access = new CurrentAccess(config, listener);
        shownAccess = access.get();
        this.agents = agents.map(factory -> factory.open(agentHost(access, history)));
        records =
                new MachineRecords(
                        config,
                        access,
                        () ->
                                this.agents
                                        .map(AgentSessions::machineFields)
                                        .orElseGet(JsonNodeFactory.instance::objectNode),
                        localPort);
        knownKey = new KnownKey(config.home(), config.credential().machineKey());
        MachineCredential credential = config.credential();
        encryption = new EncryptedJson(new DataKeyCipher(credential.machineKey(), config.random()));
        updater =
                new MachineUpdater(
                        credential.machine(),
                        encryption,
                        new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1), config.random()),
                        Thread::sleep);
        dataEncryptionKey =
                DataEncryptionKey.wrap(
                        credential.machineKey(),
                        credential.accountKey().contentPublicKey(),
                        config.random());
        work = new MachineWork(config, relay, () -> login, access, encryption, this.agents);
        remote =
                new RemoteWork(
                        config,
                        access,
                        encryption,
                        this::stream,
                        this.agents,
                        work,
                        history,
                        stopDaemon);
        work.start();
        kept = new KeptMessages(config, () -> socket != null, listener::notice);
        kept.start();
    }

    private AgentHost agentHost(CurrentAccess access, Optional<CommandHistory> history) {
        MachineCredential credential = config.credential();
        return new AgentHost(
                config.home(),
                credential.server(),
                "roost-daemon/" + config.version(),
                new MachineBearers(),
                credential.machine(),
                credential.accountKey().contentPublicKey(),
                config.host().host(),
                config.host().platform(),
                config.host().homeDirectory(),
                config.version(),
                access::roots,
                () -> access.get().policy(),
                history.<CommandRecorder>map(one -> one).orElse(CommandRecorder.NONE),
                listener::notice,
                config.clock(),
                config.scheduler(),
                config.random());
    }

    /// The machine's bearer for the connections of its sessions; the machine's own connection and
    /// they renew it for each other.
    private final class MachineBearers implements Bearers {
        @Override
        public synchronized Reply<BearerToken> bearer() throws InterruptedException {
            MachineLogin current = login;
            if (current != null) {
                return new Reply.Success<>(current.bearer());
            }
            if (!(config.credential() instanceof MachineCredential.WithToken withToken)) {
                return ofSignIn();
            }
            return switch (relay.authenticateMachine(withToken.token())) {
                case Reply.Success(MachineLogin fresh) -> {
                    login = fresh;
                    yield new Reply.Success<>(fresh.bearer());
                }
                case Reply.CredentialsRefused(String message) ->
                        new Reply.CredentialsRefused<>(message);
                case Reply.Denied(int status, String message) ->
                        new Reply.Denied<>(status, message);
                case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
            };
        }

        /// As it is now: a bearer that the relay has refused is renewed by the person.
        private Reply<BearerToken> ofSignIn() {
            try {
                return new SignInFile(config.home())
                        .read()
                        .<Reply<BearerToken>>map(signIn -> new Reply.Success<>(signIn.bearer()))
                        .orElseGet(() -> new Reply.Unavailable<>("not signed in"));
            } catch (SignInException e) {
                return new Reply.Unavailable<>(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void refused() {
            login = null;
        }
    }

    /// One frame of a live stream; lost when there is no connection.
    private void stream(String streamId, long number, ObjectNode frame) {
        RelaySocket live = socket;
        if (live != null) {
            ObjectNode event = JsonNodeFactory.instance.objectNode();
            event.put("machineId", config.credential().machine().value());
            event.put("streamId", streamId);
            event.put("n", number);
            event.put("data", encryption.sealValue(frame));
            live.emit("machine-stream", event);
        }
    }

    /// What runs agent sessions here, within what the assistants allow.
    Optional<AgentSessions> agents() {
        return agents.map(work::guarded);
    }

    /// Why the daemon gave up; empty text when it did not.
    String endReason() {
        return endReason;
    }

    @Override
    public Preparation prepare() throws InterruptedException {
        if (lifecycle.state() == MachineState.ERROR) {
            lifecycle.move(MachineState.CONNECTING, "");
        }
        MachineLogin current = login;
        // With a sign-in the row is looked at first: it must not be made again behind its owner.
        if (current != null && config.credential() instanceof MachineCredential.WithToken) {
            Optional<Preparation> prepared = register(current);
            if (prepared.isPresent()) {
                return prepared.get();
            }
            // The bearer has ended (a restored relay, a replaced token); the token says which.
            login = null;
        }
        return logInAndRegister();
    }

    private Preparation logInAndRegister() throws InterruptedException {
        return switch (config.credential()) {
            case MachineCredential.WithToken withToken -> logIn(withToken.token());
            case MachineCredential.OfSignIn ofSignIn -> useSignIn(ofSignIn);
        };
    }

    /// The bearer as it is now: it may have been renewed.
    private Preparation useSignIn(MachineCredential.OfSignIn machine) throws InterruptedException {
        Optional<SignIn> signIn;
        try {
            signIn = new SignInFile(config.home()).read();
        } catch (SignInException e) {
            return giveUp(String.valueOf(e.getMessage()));
        }
        if (signIn.isEmpty()) {
            return giveUp("this computer is not signed in any more; sign in with `roost login`");
        }
        if (!signIn.get().server().equals(machine.server())
                || !Enrolment.accountKey(signIn.get()).equals(machine.accountKey())) {
            return giveUp(
                    "this computer is signed in to another account than it was as this machine;"
                            + " start the daemon again");
        }
        if (registered
                && relay.machine(signIn.get().bearer(), machine.machine())
                        instanceof Reply.Denied<MachineRow>(int status, _)
                && status == 404) {
            return giveUp(
                    "this machine was removed from the account; `roost daemon start` adds it"
                            + " again");
        }
        MachineLogin fresh = new MachineLogin(new AccountId("-"), "", signIn.get().bearer());
        login = fresh;
        return register(fresh)
                .orElseGet(
                        () ->
                                giveUp(
                                        "the relay does not accept this computer's sign-in any"
                                                + " more; sign in again with `roost login`"));
    }

    private Preparation logIn(MachineToken token) throws InterruptedException {
        return switch (relay.authenticateMachine(token)) {
            case Reply.Success(MachineLogin fresh) -> {
                login = fresh;
                yield register(fresh)
                        .orElse(new Preparation.Later("the relay refuses its own bearer"));
            }
            case Reply.CredentialsRefused<MachineLogin> _ ->
                    giveUp(
                            "the relay does not accept this machine's token: the machine was"
                                    + " removed or its token was replaced. Add the machine again"
                                    + " or replace its token in the web page, then enrol with the"
                                    + " new command");
            case Reply.Denied(int status, String message) when status == 403 ->
                    giveUp("the relay refuses this machine: " + message);
            case Reply.Denied(int status, String message) ->
                    new Preparation.Later(message + " (status " + status + ")");
            case Reply.Unavailable(String reason) -> new Preparation.Later(reason);
        };
    }

    /// Makes the row or reads the existing one. Empty when the bearer is not valid any more.
    private Optional<Preparation> register(MachineLogin current) throws InterruptedException {
        ObjectNode empty = JsonNodeFactory.instance.objectNode();
        RelayClient.NewMachine machine =
                new RelayClient.NewMachine(
                        config.credential().machine(),
                        encryption.seal(records.metadata(current.label()).apply(empty.deepCopy())),
                        encryption.seal(records.running().apply(empty)),
                        dataEncryptionKey);
        return switch (relay.createMachine(current.bearer(), machine)) {
            case Reply.Success(MachineRow row) -> {
                remember(recovered(current, machine, row));
                registered = true;
                if (lifecycle.state() == MachineState.REGISTERING) {
                    lifecycle.move(MachineState.CONNECTING, current.label());
                }
                yield Optional.of(
                        new Preparation.Connect(
                                new SocketAuth.MachineScoped(current.bearer(), row.id())));
            }
            case Reply.CredentialsRefused<MachineRow> _ -> Optional.empty();
            case Reply.Denied(int status, String message) when status == 403 || status == 409 ->
                    Optional.of(giveUp("the relay refuses this machine: " + message));
            case Reply.Denied(int status, String message) ->
                    Optional.of(new Preparation.Later(message + " (status " + status + ")"));
            case Reply.Unavailable(String reason) -> Optional.of(new Preparation.Later(reason));
        };
    }

    /// The row, put under this machine's key if it is under one that was lost.
    private MachineRow recovered(
            MachineLogin current, RelayClient.NewMachine machine, MachineRow row)
            throws InterruptedException {
        String value = row.metadata().value();
        if (value == null || encryption.open(value).isPresent()) {
            knownKey.remember();
            return row;
        }
        if (knownKey.isKnown() || !(config.credential() instanceof MachineCredential.WithToken)) {
            return row;
        }
        return switch (relay.renewMachineKey(current.bearer(), machine)) {
            case Reply.Success(MachineRow renewed) -> {
                knownKey.remember();
                listener.notice(
                        "This computer had lost its machine key; the machine is under a new one"
                                + " now. Clients that knew the old one ask before they use it.");
                yield renewed;
            }
            case Reply.CredentialsRefused<MachineRow>(String message) -> {
                LOG.debug("the machine key was not renewed: {}", message);
                yield row;
            }
            case Reply.Denied<MachineRow>(int status, String message) -> {
                LOG.debug("the machine key was not renewed: {} {}", status, message);
                yield row;
            }
            case Reply.Unavailable<MachineRow>(String reason) -> {
                LOG.debug("the machine key was not renewed: {}", reason);
                yield row;
            }
        };
    }

    private void remember(MachineRow row) {
        metadata = row.metadata();
        daemonState = row.daemonState();
    }

    private Preparation giveUp(String reason) {
        endReason = reason;
        return new Preparation.GiveUp();
    }

    @Override
    public void connected(RelaySocket live) throws InterruptedException {
        socket = live;
        beat(live);
        kept.connected();
        MachineLogin current = login;
        String label = current == null ? "" : current.label();
        locked = false;
        boolean written =
                writeMetadata(live, label)
                        && write(live, MachineField.DAEMON_STATE, records.running(), ACK_PATIENCE);
        if (written) {
            if (!locked) {
                // Calls are encrypted with the key of the row.
                remote.methods().connected(live);
                followAccess(live, label, 1);
                work.refresh();
            }
            lifecycle.move(MachineState.READY, label);
        }
    }

    private boolean writeMetadata(RelaySocket live, String label) throws InterruptedException {
        writingMetadata.lockInterruptibly();
        try {
            RemoteAccess now = remote.access();
            ObjectNode agentsNow = records.agents();
            HostFacts hostNow = config.host();
            boolean written =
                    write(live, MachineField.METADATA, records.metadata(label), ACK_PATIENCE);
            shownAccess = now;
            shownAgents = agentsNow;
            shownHost = hostNow;
            return written;
        } finally {
            writingMetadata.unlock();
        }
    }

    /// Writes the metadata again when the access settings, the agents or the host have changed, as
    /// long as the connection lives.
    private void followAccess(RelaySocket live, String label, int look) {
        var _ =
                config.scheduler()
                        .after(
                                ACCESS_PERIOD,
                                () ->
                                        Thread.startVirtualThread(
                                                () -> showAccess(live, label, look)));
    }

    private void showAccess(RelaySocket live, String label, int look) {
        if (live.ended().isDone()) {
            return;
        }
        try {
            boolean shown =
                    remote.access().equals(shownAccess)
                            && records.agents().equals(shownAgents)
                            && (look % LOOKS_PER_HOST != 0 || config.host().equals(shownHost));
            if (!shown) {
                boolean _ = writeMetadata(live, label);
            }
        } catch (SocketGoneException e) {
            // Written again with the next connection.
            LOG.debug("the access settings are not shown yet: {}", e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        followAccess(live, label, look + 1);
    }

    /// @return whether the connection can be used
    private boolean write(
            RelaySocket live,
            MachineField field,
            UnaryOperator<ObjectNode> change,
            Duration patience)
            throws InterruptedException {
        Versioned base = field == MachineField.METADATA ? metadata : daemonState;
        switch (updater.update(live, field, base, change, patience)) {
            case UpdateResult.Saved(Versioned current) -> remember(field, current);
            case UpdateResult.Unreadable(Versioned current) -> {
                remember(field, current);
                lock();
            }
            case UpdateResult.Missing _ -> {
                login = null;
                live.abort("the relay does not know this machine any more");
                return false;
            }
            case UpdateResult.Refused(String message) -> {
                live.abort("the relay refused the machine's state: " + message);
                return false;
            }
        }
        return true;
    }

    private void remember(MachineField field, Versioned current) {
        switch (field) {
            case METADATA -> metadata = current;
            case DAEMON_STATE -> daemonState = current;
        }
    }

    /// The row was written with another machine key: by another computer with the same token, or
    /// before this one lost its files on a relay that cannot put it under a new key. Writing with
    /// this key would make the row unreadable for the account's clients. It is left as it is.
    private void lock() {
        locked = true;
        if (!toldLocked) {
            toldLocked = true;
            listener.notice(
                    "the relay holds this machine's details under another machine key; they are"
                            + " left as they are. To renew them, remove the machine in the web page"
                            + " and add it again");
        }
    }

    private void beat(RelaySocket live) {
        if (live.ended().isDone()) {
            return;
        }
        ObjectNode alive = JsonNodeFactory.instance.objectNode();
        alive.put("machineId", config.credential().machine().value());
        alive.put("time", config.clock().millis());
        live.emit("machine-alive", alive);
        var _ = config.scheduler().after(HEARTBEAT, () -> beat(live));
    }

    @Override
    public void refused(String message) {
        LOG.debug("handshake refused: {}", message);
        login = null;
    }

    @Override
    public void waiting(String reason, Duration pause) {
        socket = null;
        relay.dropIdleConnections();
        lifecycle.move(MachineState.ERROR, reason, Optional.of(pause));
    }

    @Override
    public void event(String name, JsonNode argument) {
        // Other clients' edits of the row arrive here too; a write that is based on an older
        // version learns the newer one from the relay's answer, so nothing has to be kept.
        LOG.trace("event {}", name);
    }

    @Override
    public void event(String name, JsonNode argument, Optional<Consumer<JsonNode>> answer) {
        if (remote.methods().event(name, argument, answer.orElse(null))) {
            return;
        }
        if (name.equals("machine-assistants") || name.equals("machine-jobs")) {
            work.refresh();
        } else {
            event(name, argument);
        }
    }

    /// Ends the remote calls that are being carried out; later ones are refused. Leaves the agent
    /// sessions.
    @Override
    public void close() {
        remote.close();
        work.close();
        kept.close();
        agents.ifPresent(AgentSessions::close);
    }

    /// Writes both last states and leaves with a disconnect packet. Takes a few seconds at most,
    /// also when the relay does not answer.
    void sayGoodbye(ShutdownSource source) throws InterruptedException {
        RelaySocket live = socket;
        if (live == null || live.ended().isDone()) {
            return;
        }
        var _ = config.scheduler().after(GOODBYE, () -> live.abort("the goodbye takes too long"));
        try {
            if (!locked) {
                long now = config.clock().millis();
                boolean _ =
                        write(
                                        live,
                                        MachineField.DAEMON_STATE,
                                        records.shuttingDown(source, now),
                                        GOODBYE_STEP)
                                && write(
                                        live,
                                        MachineField.DAEMON_STATE,
                                        records.offline(),
                                        GOODBYE_STEP);
            }
        } catch (SocketGoneException e) {
            LOG.debug("goodbye not written: {}", e.getMessage());
        }
        live.disconnect(GOODBYE_STEP);
    }
}
