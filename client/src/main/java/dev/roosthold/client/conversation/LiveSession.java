package dev.roosthold.client.conversation;

import dev.roosthold.client.Reply;
import dev.roosthold.client.Versioned;
import dev.roosthold.client.account.Account;
import dev.roosthold.client.account.LinkListener;
import dev.roosthold.client.changes.Change;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.conversation.LiveSessionListener.Gone;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.rpc.RpcResult;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.protocol.messages.SessionMessage;
import dev.roosthold.protocol.methods.RemoteMethod;
import dev.roosthold.protocol.methods.SessionMethods;
import dev.roosthold.protocol.records.AgentState;
import dev.roosthold.protocol.records.SessionMetadata;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Follows one session and acts on it: what was said, what is being said, who waits for whom.
/// Thread-safe.
///
/// It is a client of the person: the session's process is another one. A reconnect changes nothing
/// but the time at which things arrive.
public final class LiveSession implements AutoCloseable {
    /// What messages from here say about where they come from.
    public static final String SENDER = "roost";

    /// Messages that are kept; the oldest go.
    private static final int MAX_KEPT = 2_000;

    private static final int PAGE = 200;

    private final Account account;
    private final SessionId id;
    private final int history;
    private final LiveSessionListener listener;
    private final SessionWay way;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private OpenSession session;
    private final TreeMap<Long, Received> messages = new TreeMap<>();
    private final LiveTexts live = new LiveTexts();
    private SessionMetadata metadata;
    private AgentState agentState;
    private int metadataVersion;
    private int agentStateVersion;
    private boolean active;
    private boolean thinking;
    private boolean read;
    private @Nullable SessionView view;

    /// Begins to follow.
    ///
    /// @param session as it was read a moment ago
    /// @param history how many messages of before are read at least, 1 to 500
    public LiveSession(
            Account account, OpenSession session, int history, LiveSessionListener listener) {
        this.account = account;
        this.session = session;
        this.history = history;
        this.listener = listener;
        id = session.id();
        metadata = SessionMetadata.read(JsonNodeFactory.instance.nullNode());
        agentState = AgentState.empty();
        metadataVersion = -1;
        agentStateVersion = -1;
        take(session);
        Following following = new Following();
        way =
                account.isPersons()
                        ? new SessionWay.Connected(
                                account.connect(Cursor.inMemory(), following, following))
                        : new SessionWay.Reading(account, id, following);
    }

    public SessionId id() {
        return id;
    }

    public SessionView view() {
        lock.lock();
        try {
            SessionView present = view;
            if (present == null) {
                present =
                        new SessionView(
                                Conversation.of(messages.values()),
                                live.shown(),
                                metadata,
                                agentState,
                                active,
                                thinking);
                view = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    /// What was said behind a message.
    ///
    /// @param seq number of the message
    public Conversation after(long seq) {
        lock.lock();
        try {
            return Conversation.of(messages.tailMap(seq, false).values());
        } finally {
            lock.unlock();
        }
    }

    // ---- acting

    /// Says something to the agent. When this returns, the words are on the disk and will reach the
    /// session.
    ///
    /// @return their local id
    public String say(Outbox outbox, String text) {
        return account.send(outbox, session, SessionMessage.fromPerson(text, SENDER).tree());
    }

    /// Answers a question of the agent. The question leaves the agent state when the session has
    /// taken the answer.
    public CompletableFuture<RpcResult> answer(SessionMethods.Permission answer) {
        return call(SessionMethods.PERMISSION, answer);
    }

    /// Stops what the agent does now.
    public CompletableFuture<RpcResult> abort() {
        return call(SessionMethods.ABORT, new SessionMethods.Abort(Optional.empty()));
    }

    private <P> CompletableFuture<RpcResult> call(RemoteMethod<P, ?> method, P params) {
        return way.with(
                socket -> account.call(socket, session, method.name(), method.write(params)));
    }

    /// Waits for a connection.
    public boolean awaitConnection(Duration patience) throws InterruptedException {
        return way.await(patience);
    }

    // ---- hearing

    /// Whether something changed.
    private boolean take(OpenSession row) {
        lock.lock();
        try {
            session = row;
            active = row.row().active();
            boolean changed = take(row.row().metadata(), row.row().agentState());
            view = null;
            return changed;
        } finally {
            lock.unlock();
        }
    }

    private boolean take(@Nullable Versioned newMetadata, @Nullable Versioned newState) {
        boolean changed = false;
        if (newMetadata != null && newMetadata.version() > metadataVersion) {
            metadataVersion = newMetadata.version();
            Optional<ObjectNode> opened = open(newMetadata);
            if (opened.isPresent()) {
                metadata = SessionMetadata.read(opened.get());
                changed = true;
            }
        }
        if (newState != null && newState.version() > agentStateVersion) {
            agentStateVersion = newState.version();
            Optional<ObjectNode> opened = open(newState);
            if (opened.isPresent()) {
                agentState = AgentState.read(opened.get());
                changed = true;
            }
        }
        return changed;
    }

    private Optional<ObjectNode> open(Versioned field) {
        String text = field.value();
        return text == null
                ? Optional.of(JsonNodeFactory.instance.objectNode())
                : session.encryption().open(text);
    }

    private void add(StoredMessage stored) {
        Received received = Received.of(stored, session.encryption());
        lock.lock();
        try {
            messages.putIfAbsent(received.seq(), received);
            received.streamId().ifPresent(live::end);
            while (messages.size() > MAX_KEPT) {
                messages.pollFirstEntry();
            }
            view = null;
        } finally {
            lock.unlock();
        }
    }

    private long lastSeq() {
        lock.lock();
        try {
            return messages.isEmpty() ? 0 : messages.lastKey();
        } finally {
            lock.unlock();
        }
    }

    private final class Following implements FeedListener, LinkListener {

        @Override
        public void update(Update update) {
            switch (update.change()) {
                case Change.MessageAdded(SessionId where, StoredMessage message) -> {
                    if (where.equals(id)) {
                        add(message);
                        endTurn(message.seq());
                        listener.changed();
                    }
                }
                case Change.SessionChanged(
                                SessionId where,
                                Optional<Versioned> newMetadata,
                                Optional<Versioned> newState) -> {
                    if (where.equals(id) && changed(newMetadata, newState)) {
                        listener.changed();
                    }
                }
                case Change.SessionRemoved(SessionId where) -> {
                    if (where.equals(id)) {
                        listener.gone(Gone.DELETED);
                    }
                }
                default -> {}
            }
        }

        private boolean changed(Optional<Versioned> newMetadata, Optional<Versioned> newState) {
            lock.lock();
            try {
                view = null;
                return take(newMetadata.orElse(null), newState.orElse(null));
            } finally {
                lock.unlock();
            }
        }

        /// When the message ended a turn.
        private void endTurn(long seq) {
            Optional<String> turn =
                    view().conversation().turns().stream()
                            .filter(one -> one.end().filter(end -> end.seq() == seq).isPresent())
                            .map(Turn::id)
                            .findFirst();
            if (turn.isPresent()) {
                lock.lock();
                try {
                    live.endTurn(turn.get());
                    view = null;
                } finally {
                    lock.unlock();
                }
            }
        }

        @Override
        public boolean reread() throws InterruptedException {
            switch (account.session(id)) {
                case Reply.Success(OpenSession row) -> take(row);
                case Reply.CredentialsRefused<OpenSession> _ -> {
                    listener.gone(Gone.SIGNED_OUT);
                    return true;
                }
                case Reply.Denied(int status, String _) -> {
                    listener.gone(status == 404 ? Gone.DELETED : Gone.LOCKED);
                    return true;
                }
                case Reply.Unavailable<OpenSession> _ -> {
                    return false;
                }
            }
            boolean done = read ? readNewer() : readNewest();
            if (done) {
                read = true;
                listener.changed();
            }
            return done;
        }

        private boolean readNewest() throws InterruptedException {
            if (!(account.messagesBefore(id, Long.MAX_VALUE, history)
                    instanceof Reply.Success(MessagePage page))) {
                return false;
            }
            page.messages().forEach(LiveSession.this::add);
            return true;
        }

        private boolean readNewer() throws InterruptedException {
            while (true) {
                if (!(account.messagesAfter(id, lastSeq(), PAGE)
                        instanceof Reply.Success(MessagePage page))) {
                    return false;
                }
                page.messages().forEach(LiveSession.this::add);
                if (!page.hasMore() || page.messages().isEmpty()) {
                    return true;
                }
            }
        }

        @Override
        public void caughtUp() {
            listener.connected();
        }

        @Override
        public void waiting(String reason, Duration pause) {
            lock.lock();
            try {
                // What was half said when the connection broke cannot be continued.
                live.endAll();
                view = null;
            } finally {
                lock.unlock();
            }
            listener.disconnected(reason);
        }

        @Override
        public void event(String name, JsonNode argument) {
            boolean changed =
                    switch (name) {
                        case "ephemeral" -> presence(argument);
                        case "session-stream" -> stream(argument);
                        default -> false;
                    };
            if (changed) {
                listener.changed();
            }
        }

        private boolean presence(JsonNode ephemeral) {
            if (!ephemeral.path("type").asString("").equals("activity")
                    || !ephemeral.path("id").asString("").equals(id.value())) {
                return false;
            }
            boolean nowActive = ephemeral.path("active").asBoolean(false);
            boolean nowThinking = ephemeral.path("thinking").asBoolean(false);
            lock.lock();
            try {
                boolean changed = nowActive != active || nowThinking != thinking;
                active = nowActive;
                thinking = nowThinking;
                if (changed) {
                    view = null;
                }
                return changed;
            } finally {
                lock.unlock();
            }
        }

        private boolean stream(JsonNode event) {
            if (!event.path("sid").asString("").equals(id.value())
                    || !event.path("data").isString()
                    || !event.path("streamId").isString()) {
                return false;
            }
            Optional<JsonNode> frame =
                    session.encryption().openValue(event.path("data").asString(""));
            lock.lock();
            try {
                boolean changed =
                        frame.isPresent()
                                && live.frame(
                                        event.path("streamId").asString(""),
                                        event.path("n").asLong(0),
                                        frame.get());
                if (changed) {
                    view = null;
                }
                return changed;
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void close() {
        way.close();
    }
}
