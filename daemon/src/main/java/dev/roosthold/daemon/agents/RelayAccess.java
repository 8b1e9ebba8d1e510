package dev.roosthold.daemon.agents;

import dev.roosthold.client.Backoff;
import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayClient;
import dev.roosthold.client.Reply;
import dev.roosthold.client.SocketAuth;
import dev.roosthold.client.account.Link;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.ChangesPage;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.Feed;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.FeedScope;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.sessions.Attachments;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.Keyring;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.RecordKey;
import dev.roosthold.client.sessions.SessionRow;
import dev.roosthold.client.sessions.Sessions;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.protocol.SessionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/// The relay as the sessions of this machine see it. Thread-safe.
final class RelayAccess implements AutoCloseable {
    private static final int NOT_FOUND = 404;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    /// A session is back within five seconds of the relay.
    private static final Duration MOST_PAUSE = Duration.ofSeconds(4);

    private final AgentHost host;
    private final RelayClient client;
    private final Network network = Network.ofEnvironment();
    private final Keyring keys;
    private final Sessions sessions;
    private final Attachments attachments;
    private final Outbox outbox;
    private volatile BearerToken held = new BearerToken("none");

    /// @param directory where messages wait
    /// @param kept keys of the sessions of this machine, by their ids
    /// @param gone hears of sessions that the relay does not know any more
    RelayAccess(
            AgentHost host,
            Path directory,
            Function<SessionId, Optional<SymmetricKey>> kept,
            Consumer<SessionId> gone) {
        this.host = host;
        client = new RelayClient(host.relay(), host.clientName(), network);
        keys = Keyring.writer(host.account(), host.random());
        sessions = new Sessions(client, () -> held, keys);
        attachments = new Attachments(client, () -> held);
        outbox =
                Outbox.open(
                        directory,
                        OutboxLimits.USUAL,
                        (session, drafts) -> withBearer(() -> sessions.post(session, drafts)),
                        new SentFiles(this::upload, id -> kept.apply(id).map(keys::of)),
                        new OutboxListener() {
                            @Override
                            public void refused(SessionId session, int status, String message) {
                                if (status == NOT_FOUND) {
                                    gone.accept(session);
                                }
                            }
                        },
                        backoff());
    }

    private Backoff backoff() {
        return new Backoff(FIRST_PAUSE, MOST_PAUSE, host.random());
    }

    @FunctionalInterface
    private interface Request<T> {
        Reply<T> send() throws InterruptedException;
    }

    private <T> Reply<T> withBearer(Request<T> request) throws InterruptedException {
        Reply<T> answer = once(request);
        if (answer instanceof Reply.CredentialsRefused<T>) {
            host.bearers().refused();
            answer = once(request);
        }
        return answer;
    }

    private <T> Reply<T> once(Request<T> request) throws InterruptedException {
        return switch (host.bearers().bearer()) {
            case Reply.Success(BearerToken bearer) -> {
                held = bearer;
                yield request.send();
            }
            case Reply.CredentialsRefused(String message) -> new Reply.Unavailable<>(message);
            case Reply.Denied(int status, String message) ->
                    new Reply.Unavailable<>(status + " " + message);
            case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    RecordKey key(SymmetricKey kept) {
        return keys.of(kept);
    }

    Outbox outbox() {
        return outbox;
    }

    /// Makes the session, or finds what an earlier run has made with this tag.
    Reply<Optional<OpenSession>> create(
            String tag, ObjectNode metadata, ObjectNode agentState, RecordKey key)
            throws InterruptedException {
        return withBearer(() -> sessions.create(tag, metadata, Optional.of(agentState), key));
    }

    /// A session that was made before, opened with a key that was kept; empty when this machine may
    /// not see it, or the key is not its own.
    Reply<Optional<OpenSession>> find(SessionId session, RecordKey key)
            throws InterruptedException {
        return switch (withBearer(() -> sessions.find(session))) {
            case Reply.Success(SessionRow row) ->
                    new Reply.Success<>(
                            Optional.of(new OpenSession(row, key.encryption()))
                                    .filter(found -> found.metadata().isPresent()));
            case Reply.Denied(int status, String message) ->
                    status == NOT_FOUND
                            ? new Reply.Success<>(Optional.empty())
                            : new Reply.Denied<>(status, message);
            case Reply.CredentialsRefused(String message) ->
                    new Reply.CredentialsRefused<>(message);
            case Reply.Unavailable(String reason) -> new Reply.Unavailable<>(reason);
        };
    }

    Reply<MessagePage> messagesAfter(SessionId session, long seq) throws InterruptedException {
        return withBearer(() -> sessions.after(session, seq, 100));
    }

    void send(SessionId session, RecordKey key, String localId, ObjectNode content) {
        outbox.enqueue(session, new Draft(localId, key.encryption().seal(content)));
    }

    /// Sends a message about a file, after the file.
    ///
    /// @param content see [SentFiles]
    /// @param sealed the file, encrypted
    void send(SessionId session, RecordKey key, String localId, ObjectNode content, byte[] sealed) {
        outbox.enqueue(session, new Draft(localId, key.encryption().seal(content)), sealed);
    }

    private Reply<String> upload(SessionId session, byte[] sealed) throws InterruptedException {
        return withBearer(() -> attachments.upload(session, "attachment", sealed));
    }

    /// Reads an encrypted file of the session.
    Reply<byte[]> download(SessionId session, String ref) throws InterruptedException {
        return withBearer(() -> attachments.download(session, ref));
    }

    /// Pauses after failures.
    Backoff pauses() {
        return backoff();
    }

    /// The connection of a session, kept up until it is closed.
    Link connect(SessionId session, FeedListener updates, LinkListener listener) {
        Feed feed =
                new Feed(
                        (after, limit) ->
                                withBearer(() -> ChangesPage.read(client, held, after, limit)),
                        new FeedScope.Session(session),
                        Cursor.inMemory(),
                        updates,
                        backoff());
        return new Link(
                host.relay(),
                host.clientName(),
                network,
                host.bearers(),
                bearer -> new SocketAuth.SessionScoped(bearer, session),
                feed,
                listener,
                outbox::nudge,
                host.scheduler(),
                backoff());
    }

    @Override
    public void close() {
        outbox.close();
        client.close();
    }
}
