package dev.roosthold.daemon.agents;

import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.account.Link;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.Change;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.RecordKey;
import dev.roosthold.client.sessions.SessionField;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.crypto.Blob;
import dev.roosthold.crypto.SymmetricKey;
import dev.roosthold.daemon.rpc.RpcDispatcher;
import dev.roosthold.daemon.rpc.RpcMethod;
import dev.roosthold.daemon.sessions.AgentHost;
import dev.roosthold.protocol.SessionId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The session as the relay and the person's clients see it: its messages, its two fields, its
/// methods, its presence. Thread-safe.
final class SessionFace implements AutoCloseable {
    private static final Duration ALIVE_PERIOD = Duration.ofSeconds(15);
    private static final Duration PING = Duration.ofSeconds(2);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final SessionId id;
    private final RecordKey key;
    private final AgentHost host;
    private final RelayAccess relay;
    private final Listener listener;
    private final FieldWriter fields;
    private final RpcDispatcher methods;
    private final Feed feed;
    private final SymmetricKey blobKey;
    private final UsageReporter usage;
    private volatile @Nullable Link link;
    private volatile boolean thinking;
    private volatile boolean closed;

    /// What clients do. Called on threads of the connection.
    interface Listener {
        /// A person's message, or a file of theirs. In order, each once.
        void message(long seq, ObjectNode content);

        /// The session's metadata, written by whomever.
        void metadata(ObjectNode metadata);

        /// The relay has no such session any more.
        void gone();
    }

    SessionFace(
            SessionId id,
            SessionRecord record,
            AgentHost host,
            RelayAccess relay,
            Map<String, RpcMethod> offered,
            Listener listener) {
        RecordKey key = relay.key(record.key());
        this.id = id;
        this.key = key;
        this.host = host;
        this.relay = relay;
        this.listener = listener;
        fields = new FieldWriter(id, key.encryption(), this::socket, listener::gone, host.random());
        methods = new RpcDispatcher(id.value(), key.encryption(), offered, host.policy());
        feed = new Feed(record.position());
        blobKey = Blob.keyOf(record.key());
        usage = new UsageReporter(id, record, this::socket);
    }

    /// Connects, and goes on doing so.
    void open() {
        Link fresh =
                relay.connect(
                        id,
                        feed,
                        new LinkListener() {
                            @Override
                            public void connected() {
                                fields.connected();
                                usage.connected();
                                alive();
                            }
                        });
        fresh.serve(methods);
        link = fresh;
        fields.connected();
    }

    Optional<RelaySocket> socket() {
        Link current = link;
        return current == null ? Optional.empty() : current.socket();
    }

    /// Messages by their numbers: live ones as long as there is no hole, else read from the relay.
    private final class Feed implements FeedListener {
        private volatile long seen;

        Feed(long position) {
            seen = position;
        }

        @Override
        public void update(Update update) {
            switch (update.change()) {
                case Change.MessageAdded(_, StoredMessage message) -> {
                    if (message.seq() == seen + 1) {
                        take(message);
                    } else if (message.seq() > seen) {
                        readUntilThere();
                    }
                }
                case Change.SessionChanged(_, var metadata, _) ->
                        metadata.map(field -> field.value())
                                .flatMap(key.encryption()::open)
                                .ifPresent(listener::metadata);
                default -> {}
            }
        }

        private void readUntilThere() {
            try {
                while (!reread() && !closed) {
                    Thread.sleep(RETRY);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public boolean reread() throws InterruptedException {
            while (!closed) {
                switch (relay.messagesAfter(id, seen)) {
                    case Reply.Success(MessagePage page) -> {
                        page.messages().forEach(this::take);
                        if (page.messages().isEmpty()) {
                            return true;
                        }
                    }
                    case Reply.Denied(int status, String _) when status == 404 -> {
                        listener.gone();
                        return true;
                    }
                    case Reply.Denied<MessagePage> _,
                            Reply.CredentialsRefused<MessagePage> _,
                            Reply.Unavailable<MessagePage> _ -> {
                        return false;
                    }
                }
            }
            return true;
        }

        private void take(StoredMessage message) {
            if (message.seq() <= seen) {
                return;
            }
            Optional<ObjectNode> content = message.open(key.encryption());
            if (content.isPresent()
                    && (content.get().path("role").asString("").equals("user")
                            || PersonFiles.of(content.get()).isPresent())) {
                listener.message(message.seq(), content.get());
            }
            // After the call: what is counted as seen has been handed over.
            seen = message.seq();
        }
    }

    /// Every message up to this number has been handed over.
    long seen() {
        return feed.seen;
    }

    /// Takes a message; it is on the disk when this returns.
    ///
    /// @param localId the relay takes a second one with it for a repetition
    void send(String localId, ObjectNode content) {
        relay.send(id, key, localId, content);
    }

    void send(ObjectNode content) {
        send(Outbox.newLocalId(), content);
    }

    /// Takes the message about a file and the file; both are on the disk when this returns.
    ///
    /// @param message without the name that the relay will give the file
    /// @throws dev.roosthold.client.outbox.OutboxFullException when too many files wait
    void send(ObjectNode message, byte[] file) {
        relay.send(id, key, Outbox.newLocalId(), message, Blob.seal(file, blobKey, host.random()));
    }

    void want(SessionField field, UnaryOperator<ObjectNode> change) {
        fields.want(field, change);
    }

    boolean everWritten(SessionField field) {
        return fields.everWritten(field);
    }

    LiveStream stream(String turn, boolean thoughts) {
        return new LiveStream(id, key.encryption(), this::socket, host.scheduler(), turn, thoughts);
    }

    /// Whether the agent works, for the lists of clients.
    void thinking(boolean now) {
        thinking = now;
        alive();
    }

    private void alive() {
        boolean working = thinking;
        socket().ifPresent(
                        live ->
                                live.emit(
                                        "session-alive",
                                        JsonNodeFactory.instance
                                                .objectNode()
                                                .put("sid", id.value())
                                                .put("time", host.clock().millis())
                                                .put("thinking", working)
                                                .put("mode", "remote")));
        if (working && !closed) {
            var _ =
                    host.scheduler()
                            .after(
                                    ALIVE_PERIOD,
                                    () ->
                                            Thread.startVirtualThread(
                                                    () -> {
                                                        if (thinking) {
                                                            alive();
                                                        }
                                                    }));
        }
    }

    /// Numbers for the account's sums; on the disk when this returns.
    void usage(String agent, ObjectNode tokens, ObjectNode cost) {
        usage.add(agent, tokens, cost);
    }

    /// Whether the relay has everything: messages with their files, fields and usage.
    boolean settled(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (relay.outbox().size(id) > 0) {
            if (System.nanoTime() >= end) {
                return false;
            }
            Thread.sleep(20);
        }
        return fields.await(Duration.ofNanos(Math.max(0, end - System.nanoTime())))
                && usage.await(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }

    /// Tells the relay that the session is over.
    ///
    /// @return whether it has heard
    boolean sayEnd() throws InterruptedException {
        Optional<RelaySocket> live = socket();
        if (live.isEmpty()) {
            return false;
        }
        live.get()
                .emit(
                        "session-end",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("sid", id.value())
                                .put("time", host.clock().millis()));
        try {
            JsonNode _ = live.get().call("ping", null, PING).get();
            return true;
        } catch (ExecutionException _) {
            return false;
        }
    }

    /// Leaves with a goodbye: the session is offline at once.
    @Override
    public void close() {
        closed = true;
        thinking = false;
        methods.close();
        fields.close();
        usage.close();
        Link current = link;
        if (current != null) {
            current.close();
        }
    }
}
