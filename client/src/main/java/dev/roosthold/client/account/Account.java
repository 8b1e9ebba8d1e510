package dev.roosthold.client.account;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.BearerToken;
import dev.roosthold.client.EncryptedJson;
import dev.roosthold.client.MachineLogin;
import dev.roosthold.client.MachineRow;
import dev.roosthold.client.MachineToken;
import dev.roosthold.client.Registration;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.SocketAuth;
import dev.roosthold.client.UpdateResult;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.changes.ChangesPage;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.Feed;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.FeedScope;
import dev.roosthold.client.devices.Devices;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.pairing.Approver;
import dev.roosthold.client.rpc.RpcCaller;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.Keyring;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.client.sessions.SessionKeys;
import dev.roosthold.client.sessions.SessionRow;
import dev.roosthold.client.sessions.SessionUpdater;
import dev.roosthold.client.sessions.Sessions;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.Codec;
import dev.roosthold.protocol.DeviceId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.account.Profile;
import dev.roosthold.protocol.auth.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An account, for a program of its person. Thread-safe.
///
/// Signs in with the master secret, and again when the relay does not know the bearer any more; or
/// goes on with a sign-in that was stored ([#resume]), which ends when its bearer is ended. All
/// links and outboxes that were opened here close with it.
public final class Account implements AutoCloseable {
    private static final int NOT_FOUND = 404;

    private static final Duration ACK_PATIENCE = Duration.ofSeconds(10);
    private static final Duration FIRST_RACE_PAUSE = Duration.ofMillis(20);
    private static final Duration MOST_RACE_PAUSE = Duration.ofMillis(250);

    private final RelayAddress relay;
    private final AccountOptions options;
    private final RelayClient client;
    private final Renewal renewal;
    private final boolean isPersons;
    private final Keyring keys;
    private final Sessions sessions;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final List<Outbox> outboxes = new CopyOnWriteArrayList<>();
    private volatile @Nullable BearerToken bearer;

    /// Where a bearer comes from when there is none.
    @FunctionalInterface
    private interface Renewal {
        Reply<BearerToken> get(RelayClient client) throws InterruptedException;
    }

    private Account(
            RelayAddress relay,
            Keyring keys,
            SessionKeys kept,
            AccountOptions options,
            boolean isPersons,
            Renewal renewal) {
        this.relay = relay;
        this.isPersons = isPersons;
        this.options = options;
        this.keys = keys;
        this.renewal = renewal;
        client = new RelayClient(relay, options.clientName(), options.network());
        sessions = new Sessions(client, this::heldBearer, keys, kept);
    }

    private Account(RelayAddress relay, MasterSecret secret, AccountOptions options) {
        this(
                relay,
                keyring(secret, options),
                SessionKeys.NONE,
                options,
                true,
                client -> client.signIn(secret, options.random()));
    }

    private static Keyring keyring(MasterSecret secret, AccountOptions options) {
        return options.olderForm()
                ? Keyring.legacy(secret, options.random())
                : Keyring.owner(secret, options.random());
    }

    /// Goes on with a stored sign-in; asks the relay nothing yet. When its bearer was ended, every
    /// request is [Reply.CredentialsRefused]: a device that the person has ended does not come back
    /// by itself.
    ///
    /// @param kept keys of sessions that a terminal could not open otherwise
    public static Account resume(SignIn signIn, SessionKeys kept, AccountOptions options) {
        Keyring keys =
                switch (signIn) {
                    case SignIn.Whole whole -> keyring(whole.secret(), options);
                    case SignIn.Terminal terminal ->
                            Keyring.writer(terminal.contentPublicKey(), options.random());
                };
        Account account =
                new Account(
                        signIn.server(),
                        keys,
                        kept,
                        options,
                        true,
                        _ -> new Reply.CredentialsRefused<>("this device was signed out"));
        account.bearer = signIn.bearer();
        return account;
    }

    /// Acts with the credential of a machine, which reaches the sessions that the machine has made
    /// and opens those whose keys were kept.
    public static Account ofMachine(
            RelayAddress relay,
            MachineToken token,
            BoxPublicKey contentPublicKey,
            SessionKeys kept,
            AccountOptions options) {
        return new Account(
                relay,
                Keyring.writer(contentPublicKey, options.random()),
                kept,
                options,
                false,
                client ->
                        map(
                                client.authenticateMachine(token),
                                (MachineLogin login) -> login.bearer()));
    }

    /// Signs in, or makes the account where the relay lets new ones in.
    public static Reply<Account> signIn(
            RelayAddress relay, MasterSecret secret, AccountOptions options)
            throws InterruptedException {
        Account account = new Account(relay, secret, options);
        Reply<BearerToken> answer = account.signInAgain();
        if (answer instanceof Reply.Success<BearerToken>) {
            return new Reply.Success<>(account);
        }
        account.close();
        return map(answer, _ -> account);
    }

    /// An account that signs in when it is first needed: for programs that start without a network.
    public static Account offline(RelayAddress relay, MasterSecret secret, AccountOptions options) {
        return new Account(relay, secret, options);
    }

    private Reply<BearerToken> signInAgain() throws InterruptedException {
        Reply<BearerToken> answer = renewal.get(client);
        if (answer instanceof Reply.Success<BearerToken>(BearerToken fresh)) {
            bearer = fresh;
        }
        return answer;
    }

    private Reply<BearerToken> anyBearer() throws InterruptedException {
        BearerToken held = bearer;
        return held == null ? signInAgain() : new Reply.Success<>(held);
    }

    /// Before the first sign-in the relay's answer to this is the right one: credentials refused.
    private BearerToken heldBearer() {
        BearerToken held = bearer;
        return held == null ? new BearerToken("none") : held;
    }

    /// One request; when the relay does not know the bearer any more, once again with a new one.
    private <T> Reply<T> withBearer(Request<T> request) throws InterruptedException {
        Reply<BearerToken> held = anyBearer();
        if (held instanceof Reply.CredentialsRefused<BearerToken>(String message)) {
            return new Reply.CredentialsRefused<>(message);
        }
        if (!(held instanceof Reply.Success<BearerToken>)) {
            return new Reply.Unavailable<>("not signed in");
        }
        Reply<T> answer = request.send();
        if (answer instanceof Reply.CredentialsRefused<T>
                && signInAgain() instanceof Reply.Success<BearerToken>) {
            return request.send();
        }
        return answer;
    }

    @FunctionalInterface
    private interface Request<T> {
        Reply<T> send() throws InterruptedException;
    }

    /// `GET /v1/account/profile`: who this is, and whether the relay still knows this device.
    public Reply<Profile> profile() throws InterruptedException {
        return withBearer(
                () ->
                        client.get(
                                heldBearer(),
                                "/v1/account/profile",
                                answer -> Codec.mapper().treeToValue(answer, Profile.class)));
    }

    /// The account's devices, the newest first.
    public Reply<List<Device>> listDevices() throws InterruptedException {
        return withBearer(devices()::list);
    }

    /// Ends a device's credential.
    public Reply<Boolean> endDevice(DeviceId id) throws InterruptedException {
        return withBearer(() -> devices().end(id));
    }

    private Devices devices() {
        return new Devices(client, this::heldBearer);
    }

    /// The account's machines that have registered.
    public Reply<List<MachineRow>> listMachines() throws InterruptedException {
        return withBearer(() -> client.machines(heldBearer()));
    }

    /// The machines that were added, also those that have never connected; none at a relay that
    /// does not know of adding.
    public Reply<List<Registration>> listRegistrations() throws InterruptedException {
        Reply<List<Registration>> reply = withBearer(() -> client.registrations(heldBearer()));
        return reply instanceof Reply.Denied<List<Registration>>(int status, String _)
                        && status == NOT_FOUND
                ? new Reply.Success<>(List.of())
                : reply;
    }

    /// The encryption of a machine's record; empty when it cannot be opened here.
    public Optional<EncryptedJson> open(MachineRow machine) {
        return keys.open(machine.dataEncryptionKey());
    }

    /// Lets others into this account.
    public Approver approver(MasterSecret secret) {
        return new Approver(client, this::heldBearer, secret, options.random());
    }

    /// The routes about sessions and messages.
    public Sessions sessions() {
        return sessions;
    }

    /// Makes a session with a new key, or finds the one with this tag.
    ///
    /// @param tag random, kept by the program; readable by the relay
    public Reply<OpenSession> createSession(String tag, ObjectNode metadata)
            throws InterruptedException {
        return opened(
                withBearer(() -> sessions.create(tag, metadata, Optional.empty(), keys.fresh())));
    }

    /// Reads a session; an unknown one is [Reply.Denied] with status 404.
    public Reply<OpenSession> session(SessionId id) throws InterruptedException {
        return opened(map(withBearer(() -> sessions.find(id)), sessions::open));
    }

    /// All sessions that this credential reaches, whether they open here or not, the last changed
    /// first.
    public Reply<List<SessionRow>> listRows() throws InterruptedException {
        return withBearer(sessions::list);
    }

    /// A page of messages, see [Sessions#after].
    public Reply<MessagePage> messagesAfter(SessionId session, long seq, int limit)
            throws InterruptedException {
        return withBearer(() -> sessions.after(session, seq, limit));
    }

    /// A page of messages, see [Sessions#before].
    public Reply<MessagePage> messagesBefore(SessionId session, long seq, int limit)
            throws InterruptedException {
        return withBearer(() -> sessions.before(session, seq, limit));
    }

    /// All sessions that open with this account's keys, the last changed first.
    public Reply<List<OpenSession>> listSessions() throws InterruptedException {
        return map(
                withBearer(sessions::list),
                rows ->
                        rows.stream()
                                .map((SessionRow row) -> sessions.open(row))
                                .flatMap(Optional::stream)
                                .toList());
    }

    private static Reply<OpenSession> opened(Reply<Optional<OpenSession>> reply) {
        if (reply instanceof Reply.Success<Optional<OpenSession>>(Optional<OpenSession> found)
                && found.isEmpty()) {
            return new Reply.Denied<>(409, "the session was written with another key");
        }
        return map(reply, Optional::orElseThrow);
    }

    private static <A, B> Reply<B> map(Reply<A> reply, Function<A, B> to) {
        return switch (reply) {
            case Reply.Success(A value) -> new Reply.Success<>(to.apply(value));
            case Reply.CredentialsRefused(String message) ->
                    new Reply.CredentialsRefused<>(message);
            case Reply.Denied(int status, String message) -> new Reply.Denied<>(status, message);
            case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    /// Opens the outbox of a directory, see [Outbox].
    public Outbox outbox(Path home, OutboxLimits limits, OutboxListener listener) {
        Outbox outbox =
                Outbox.open(
                        home,
                        limits,
                        (session, drafts) -> withBearer(() -> sessions.post(session, drafts)),
                        listener,
                        options.backoff());
        outboxes.add(outbox);
        return outbox;
    }

    /// Encrypts a message and gives it to the outbox. When this returns, it will reach the session.
    ///
    /// @param content `{"role": ..., "content": ...}`
    /// @return its local id, which the stored message carries
    public String send(Outbox outbox, OpenSession session, ObjectNode content) {
        String localId = Outbox.newLocalId();
        outbox.enqueue(session.id(), new Draft(localId, session.encryption().seal(content)));
        return localId;
    }

    /// Whether this is the person, who can [#connect]; a machine's credential cannot.
    public boolean isPersons() {
        return isPersons;
    }

    /// Connects as a client of the person, which hears everything of the account.
    public Link connect(Cursor cursor, FeedListener updates, LinkListener listener) {
        return connect(SocketAuth.UserScoped::new, cursor, updates, listener);
    }

    /// Connects as the process of a session, which hears that session and is its presence: the
    /// session is active as long as this is connected.
    public Link connectSession(
            SessionId session, Cursor cursor, FeedListener updates, LinkListener listener) {
        return connect(
                held -> new SocketAuth.SessionScoped(held, session), cursor, updates, listener);
    }

    private Link connect(
            Function<BearerToken, SocketAuth> auth,
            Cursor cursor,
            FeedListener updates,
            LinkListener listener) {
        Feed feed =
                new Feed(
                        (after, limit) ->
                                withBearer(
                                        () -> ChangesPage.read(client, heldBearer(), after, limit)),
                        FeedScope.of(auth.apply(new BearerToken("none"))),
                        cursor,
                        updates,
                        options.backoff());
        Link link =
                new Link(
                        relay,
                        options.clientName(),
                        options.network(),
                        new Bearers() {
                            @Override
                            public Reply<BearerToken> bearer() throws InterruptedException {
                                return anyBearer();
                            }

                            @Override
                            public void refused() {
                                bearer = null;
                            }
                        },
                        auth,
                        feed,
                        listener,
                        () -> outboxes.forEach(Outbox::nudge),
                        options.scheduler(),
                        options.backoff());
        links.add(link);
        return link;
    }

    /// Changes metadata or agent state of a session, see [SessionUpdater#update].
    public UpdateResult update(
            RelaySocket socket,
            OpenSession session,
            SessionField field,
            UnaryOperator<ObjectNode> change)
            throws InterruptedException {
        Versioned base =
                switch (field) {
                    case METADATA -> session.row().metadata();
                    case AGENT_STATE -> session.row().agentState();
                };
        Backoff races = new Backoff(FIRST_RACE_PAUSE, MOST_RACE_PAUSE, options.random());
        return new SessionUpdater(session.id(), session.encryption(), races, Thread::sleep)
                .update(socket, field, base, change, ACK_PATIENCE);
    }

    /// Calls a method of the session's process, see [RpcCaller#call].
    public CompletableFuture<RpcResult> call(
            RelaySocket socket, OpenSession session, String method, JsonNode params) {
        return new RpcCaller(session.id().value(), session.encryption())
                .call(socket, method, params);
    }

    @Override
    public void close() {
        links.forEach(Link::close);
        outboxes.forEach(Outbox::close);
        client.close();
    }

    @Override
    public String toString() {
        return "Account[" + relay + "]";
    }
}
