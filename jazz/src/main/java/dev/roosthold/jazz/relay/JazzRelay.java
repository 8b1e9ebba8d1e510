package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.crypto.Blake3;
import dev.roosthold.jazz.crypto.RunningHash;
import dev.roosthold.jazz.crypto.Verifier;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.Limits;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.Transaction;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Stores what peers write, in one file, and gives it to the others. Thread-safe.
///
/// What is taken in: content whose header hashes to its id, whose owner, authors and (of a group)
/// members are here, that follows what is here without a gap and is signed by its author. A wrong
/// signature costs its session's part of that message and nothing else. Permissions are the
/// readers' business. Nothing is acknowledged or given to others before it is on the disk.
///
/// Values live in *spaces*: peers of one know nothing of the values in another, even of those with
/// the same id.
public final class JazzRelay implements AutoCloseable {
    /// Messages of one peer in a row; others have their turn then.
    private static final int TURN = 64;

    /// Peers whose messages commit together.
    private static final int GROUP = 256;

    /// Characters given to one peer in a row.
    private static final int SEND_TURN = 512 << 10;

    /// Values in a circle of needs that are taken in together.
    private static final int MAX_CIRCLE = 64;

    /// Values that one value needs, directly or not, and that are sent before it.
    private static final int MAX_NEEDS = 100_000;

    private static final int MAX_UNKNOWN = 5_000;
    private static final int MAX_REQUESTED = 20_000;
    private static final int MAX_COMPARISONS = 50;
    private static final int MAX_KEY = 200;

    /// What a value takes beside its header.
    private static final int VALUE_BYTES = 200;

    private static final int BATCH_BYTES = 60;
    private static final int SHARED_PIECES = 256;
    private static final int DELETE = 200;
    private static final Duration TICK = Duration.ofSeconds(1);

    /// After a commit that failed, content is refused for so long without a new try.
    private static final Duration RETRY = Duration.ofSeconds(1);

    private record SharedPiece(CoId id, Shared known, boolean first) {}

    /// Equal only to itself.
    private record Shared(KnownState state) {
        @Override
        @SuppressWarnings("ReferenceEquality") // that is what it is for
        public boolean equals(@Nullable Object other) {
            return other instanceof Shared(KnownState theirs) && theirs == state;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(state);
        }
    }

    private interface Task {
        void run() throws SQLException;
    }

    private final RelayFile file;
    private final RelayLimits limits;
    private final RelayListener listener;
    private final ExecutorService decoders = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong inside = new AtomicLong();
    private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean stopping;
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger followed = new AtomicInteger();
    private volatile boolean lastCommitStored = true;

    // ---- relay thread
    private final Map<String, Space> spaces = new HashMap<>();
    private final Set<String> deleting = new HashSet<>();
    private final HeadCache heads;
    private final Intake intake = new Intake();
    private final Set<HeadCache.Key> staged = new HashSet<>();

    /// Whose state has changed in this turn.
    private final Set<RelayPeer> touched = new LinkedHashSet<>();

    /// Who gets something at the end of this turn.
    private final Set<RelayPeer> active = new LinkedHashSet<>();

    private final Set<HeadCache.Key> changed = new HashSet<>();
    private final Map<Space, Long> grown = new HashMap<>();
    private final Map<SharedPiece, Piece> shared = new HashMap<>();
    private final ArrayDeque<Waiting> released = new ArrayDeque<>();
    private long waitingBytes;
    private int appended;
    private long refuseUntil;

    private JazzRelay(RelayFile file, RelayLimits limits, RelayListener listener) {
        this.file = file;
        this.limits = limits;
        this.listener = listener;
        heads = new HeadCache(limits.cache());
        refuseUntil = System.nanoTime();
        thread = Thread.ofPlatform().name("jazz-relay").daemon().start(this::run);
    }

    /// Opens the file, which is made when it is missing. What a killed process left is recovered.
    ///
    /// @throws IOException with a message for the operator
    public static JazzRelay open(Path file, RelayLimits limits, RelayListener listener)
            throws IOException {
        try {
            return new JazzRelay(RelayFile.open(file), limits, listener);
        } catch (SQLException e) {
            throw new IOException("cannot open " + file + ": " + e.getMessage(), e);
        }
    }

    /// A peer has connected.
    public RelayPeer connect(String space, Link link) {
        var peer = new RelayPeer(this, space, link);
        if (stopping) {
            link.close(Link.GOING_AWAY, "stopping");
        }
        ready(peer);
        return peer;
    }

    /// Ends the connections of a space and deletes all its values.
    public CompletableFuture<@Nullable Void> deleteSpace(String space) {
        var done = new CompletableFuture<@Nullable Void>();
        ask(
                done,
                () -> {
                    deleting.add(space);
                    Space open = spaces.get(space);
                    if (open != null) {
                        for (RelayPeer peer : List.copyOf(open.peers)) {
                            peer.link.close(Link.POLICY, "this space is deleted");
                            forget(peer);
                        }
                        heads.removeAll(open.num);
                    }
                    deleteOn(space, done);
                });
        return done;
    }

    /// The names of all spaces that were ever connected to and not deleted.
    public CompletableFuture<List<String>> spaces() {
        var done = new CompletableFuture<List<String>>();
        ask(done, () -> done.complete(file.spaces()));
        return done;
    }

    /// Connections that are open.
    public int connections() {
        return connected.get();
    }

    /// Values that connections follow, each counted for each connection.
    public int followed() {
        return followed.get();
    }

    /// Messages that are received and not handled, in characters.
    public long unhandled() {
        return inside.get();
    }

    /// False after a commit that the disk refused, until one succeeds.
    public boolean lastCommitStored() {
        return lastCommitStored;
    }

    /// Ends all connections and closes the file. What was not acknowledged is not kept.
    @Override
    public void close() {
        stopping = true;
        queue.add(Duration.ZERO);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        decoders.shutdownNow();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- for peers, any thread

    boolean admit(int size) {
        if (inside.addAndGet(size) > limits.intake() && inside.get() != size) {
            inside.addAndGet(-size);
            return false;
        }
        return true;
    }

    void release(long size) {
        inside.addAndGet(-size);
    }

    void decode(Runnable work) {
        if (!stopping) {
            decoders.execute(work);
        }
    }

    void ready(RelayPeer peer) {
        if (peer.queued.compareAndSet(false, true)) {
            queue.add(peer);
        }
    }

    RelayListener listener() {
        return listener;
    }

    RelayLimits limits() {
        return limits;
    }

    private void ask(CompletableFuture<?> done, Task task) {
        if (stopping) {
            done.completeExceptionally(new IllegalStateException("the relay is closed"));
            return;
        }
        Runnable guarded =
                () -> {
                    try {
                        task.run();
                        var _ = file.commit();
                    } catch (SQLException | RuntimeException e) {
                        done.completeExceptionally(e);
                        undo();
                    }
                };
        queue.add(guarded);
    }

    // ---- relay thread

    private void run() {
        long nextTick = System.nanoTime() + TICK.toNanos();
        var items = new ArrayList<Object>();
        var peers = new ArrayList<RelayPeer>();
        try {
            while (!stopping) {
                Object first =
                        queue.poll(Math.max(0, nextTick - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (first != null) {
                    items.add(first);
                    queue.drainTo(items, GROUP - 1);
                    for (Object item : items) {
                        switch (item) {
                            case RelayPeer peer -> peers.add(peer);
                            case Runnable task -> task.run();
                            default -> {}
                        }
                    }
                    turn(peers);
                    items.clear();
                    peers.clear();
                }
                if (System.nanoTime() - nextTick >= 0) {
                    nextTick = System.nanoTime() + TICK.toNanos();
                    expire();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopping = true;
            for (Space space : List.copyOf(spaces.values())) {
                space.peers.forEach(peer -> peer.link.close(Link.GOING_AWAY, "stopping"));
            }
            try {
                file.close();
            } catch (SQLException e) {
                listener.failed("closing the file", e);
            }
        }
    }

    private void turn(List<RelayPeer> peers) {
        try {
            for (RelayPeer peer : peers) {
                peer.queued.set(false);
                touched.add(peer);
                Space space = enter(peer);
                if (space != null) {
                    take(peer, space);
                }
            }
            settle();
            commit();
        } catch (SQLException | RuntimeException | StackOverflowError e) {
            fail(e);
            return;
        }
        try {
            active.addAll(touched);
            for (RelayPeer peer : active) {
                peer.flush();
                if (peer.space != null) {
                    give(peer, peer.space);
                }
            }
            var _ = file.commit();
        } catch (SQLException | RuntimeException | StackOverflowError e) {
            fail(e);
        } finally {
            touched.clear();
            active.clear();
            shared.clear();
        }
    }

    /// Lets a new peer in and an old one out.
    private @Nullable Space enter(RelayPeer peer) throws SQLException {
        if (peer.gone) {
            drain(peer);
            return null;
        }
        if (peer.isClosed()) {
            forget(peer);
            return null;
        }
        Space space = peer.space;
        if (space != null) {
            return space;
        }
        if (deleting.contains(peer.spaceName)) {
            peer.gone = true;
            peer.link.close(Link.TRY_LATER, "this space is being deleted");
            return null;
        }
        space = spaces.get(peer.spaceName);
        if (space == null) {
            space = file.space(peer.spaceName);
            spaces.put(space.name, space);
        }
        space.peers.add(peer);
        peer.space = space;
        connected.incrementAndGet();
        return space;
    }

    private void take(RelayPeer peer, Space space) throws SQLException {
        for (int i = 0; i < TURN && !peer.gone; i++) {
            if (peer.link.congested()) {
                // It gives no answers room; its turn comes when it has taken them.
                return;
            }
            RelayPeer.Incoming next = peer.next();
            if (next == null) {
                return;
            }
            try {
                handle(peer, space, next);
            } finally {
                peer.handled(next.size());
            }
        }
        if (peer.hasMessages()) {
            ready(peer);
        }
    }

    private void handle(RelayPeer peer, Space space, RelayPeer.Incoming next) throws SQLException {
        if (!(next.message() instanceof SyncMessage.Push)) {
            settle();
        }
        switch (next.message()) {
            case SyncMessage.Load(KnownState theirs) -> load(peer, space, theirs);
            case SyncMessage.Known(KnownState theirs, boolean correction) ->
                    known(peer, space, theirs, correction);
            case SyncMessage.Push(Content content) -> content(peer, space, content, next.size());
            case SyncMessage.Reconcile(String batch, var values) ->
                    compare(peer, space, batch, values);
            case SyncMessage.Done _, SyncMessage.ReconcileAck _, SyncMessage.Ping _ -> {}
        }
    }

    // ---- what peers have

    private void load(RelayPeer peer, Space space, KnownState theirs) throws SQLException {
        Head head = find(space, theirs.id());
        Subscription subscription = subscribe(peer, space, theirs.id());
        if (head == null) {
            subscription.known = KnownState.nothing(theirs.id());
            remember(peer, space, theirs.id());
            peer.wantUnknown(theirs.id());
        } else {
            subscription.known = head.relevant(theirs);
            peer.want(head, true);
        }
        compared(peer, theirs.id());
    }

    private void known(RelayPeer peer, Space space, KnownState theirs, boolean correction)
            throws SQLException {
        Head head = find(space, theirs.id());
        if (head != null && (theirs.header() || correction)) {
            Subscription subscription = subscribe(peer, space, theirs.id());
            if (correction) {
                subscription.known = head.relevant(theirs);
            } else if (!head.isKnown(subscription.known)) {
                subscription.known = head.relevant(subscription.known.merge(theirs));
            }
            wantIfBehind(subscription, head);
        }
        compared(peer, theirs.id());
    }

    /// Values that it asked for and that may come later; the oldest are given up.
    private void remember(RelayPeer peer, Space space, CoId id) throws SQLException {
        peer.unknown.add(id);
        if (peer.unknown.size() > MAX_UNKNOWN) {
            CoId oldest = peer.unknown.removeFirst();
            Subscription subscription = peer.subscriptions.get(oldest);
            if (subscription != null && find(space, oldest) == null) {
                peer.subscriptions.remove(oldest);
                space.unfollow(subscription);
                followed.decrementAndGet();
            }
        }
    }

    private void compare(RelayPeer peer, Space space, String batch, Map<CoId, String> values)
            throws SQLException {
        var open = new HashSet<CoId>();
        for (var value : values.entrySet()) {
            Head head = find(space, value.getKey());
            KnownState ours = head == null ? KnownState.nothing(value.getKey()) : head.known();
            if (head == null || !value.getValue().equals(shortHash(ours))) {
                say(peer, new SyncMessage.Load(ours));
                open.add(value.getKey());
            }
        }
        if (open.isEmpty()) {
            peer.compared.add(batch);
            return;
        }
        peer.comparisons.add(new RelayPeer.Comparison(batch, open));
        if (peer.comparisons.size() > MAX_COMPARISONS) {
            peer.compared.add(peer.comparisons.remove().batch());
        }
    }

    private static String shortHash(KnownState state) {
        var counts = new HashMap<String, Json>();
        state.sessions().forEach((session, count) -> counts.put(session.text(), Json.of(count)));
        return Blake3.shortHash(Json.object(counts));
    }

    /// The peer has said what it has of a value.
    private static void compared(RelayPeer peer, CoId id) {
        for (Iterator<RelayPeer.Comparison> all = peer.comparisons.iterator(); all.hasNext(); ) {
            RelayPeer.Comparison comparison = all.next();
            if (comparison.open().remove(id) && comparison.open().isEmpty()) {
                all.remove();
                peer.compared.add(comparison.batch());
            }
        }
    }

    private Subscription subscribe(RelayPeer peer, Space space, CoId id) {
        Subscription subscription = peer.subscriptions.get(id);
        if (subscription != null) {
            return subscription;
        }
        subscription = new Subscription(peer, id);
        if (peer.gone) {
            return subscription;
        }
        if (peer.subscriptions.size() >= limits.valuesPerPeer()
                || followed.get() >= limits.valuesTotal()) {
            boolean own = peer.subscriptions.size() >= limits.valuesPerPeer();
            listener.refused(RelayListener.Refusal.LIMIT);
            peer.link.close(
                    own ? Link.POLICY : Link.TRY_LATER, "too many values on this connection");
            return subscription;
        }
        peer.subscriptions.put(id, subscription);
        space.follow(subscription);
        followed.incrementAndGet();
        return subscription;
    }

    private void wantIfBehind(Subscription subscription, Head head) {
        if (!head.isKnown(subscription.known) || subscription.needsSeen != head.needs().size()) {
            subscription.peer.want(head, false);
            active.add(subscription.peer);
        }
    }

    // ---- what comes in

    private void content(RelayPeer peer, Space space, Content content, int size)
            throws SQLException {
        if (System.nanoTime() - refuseUntil < 0) {
            peer.link.close(Link.TRY_LATER, "nothing can be stored at present");
            return;
        }
        if (!peer.waiting.isEmpty() || !released.isEmpty()) {
            // This piece may continue one that waits, or waits no more.
            settle();
        }
        accept(peer, space, content, size, false);
    }

    /// Checks what is staged, and takes in what has waited for it.
    private void settle() throws SQLException {
        judge();
        while (!released.isEmpty()) {
            Waiting next = released.remove();
            Space theirs = next.peer.space;
            if (theirs != null) {
                touched.add(next.peer);
                accept(next.peer, theirs, next.content, next.size, false);
            }
            if (released.isEmpty()) {
                judge();
            }
        }
    }

    private void accept(RelayPeer peer, Space space, Content content, int size, boolean incomplete)
            throws SQLException {
        if (staged.contains(new HeadCache.Key(space.num, content.id()))) {
            judge();
        }
        Waiting earlier = incomplete ? null : space.latest(content.id(), peer);
        if (earlier != null) {
            park(peer, space, content, size, new LinkedHashSet<>(earlier.missing));
            return;
        }
        Head head = find(space, content.id());
        boolean created = head == null;
        if (head == null) {
            Header header = content.header();
            if (header == null) {
                if (peer.corrects(content.id(), limits.patience())) {
                    say(peer, new SyncMessage.Known(KnownState.nothing(content.id()), true));
                }
                return;
            }
            if (!header.id().equals(content.id())) {
                refuse(peer, RelayListener.Refusal.FORGED);
                return;
            }
            head = new Head(header);
            if (head.header.length() > limits.headerBytes()) {
                listener.refused(RelayListener.Refusal.LIMIT);
                return;
            }
        }
        Set<CoId> missing = missing(space, content, head, created);
        if (!missing.isEmpty() && !incomplete) {
            park(peer, space, content, size, missing);
            return;
        }
        if (!hasRoom(space, head, content, size)) {
            listener.refused(RelayListener.Refusal.LIMIT);
            KnownState ours = created ? KnownState.nothing(head.id) : head.known();
            say(peer, new SyncMessage.Known(ours, false));
            return;
        }
        stage(peer, space, content, head, created);
    }

    private boolean hasRoom(Space space, Head head, Content content, int size) {
        long value = size;
        for (SessionHead session : head.sessions()) {
            value += session.size;
        }
        long begun =
                content.sessions().keySet().stream().filter(id -> head.session(id) == null).count();
        return value <= limits.valueBytes()
                && space.bytes + grown.getOrDefault(space, 0L) + size <= limits.spaceBytes()
                && head.sessions().size() + begun <= Limits.MAX_SESSIONS
                && content.sessions().keySet().stream().allMatch(JazzRelay::isPlain)
                && content.sessions().values().stream()
                        .flatMap(session -> session.transactions().stream())
                        .allMatch(JazzRelay::isOfUsualForm);
    }

    /// Session ids are not signed, so anybody may make up others; what is no plain text would not
    /// come out of the file as it went in.
    private static boolean isPlain(SessionId session) {
        return session.text().chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '"' && c != '\\');
    }

    private static boolean isOfUsualForm(Transaction transaction) {
        String meta = transaction.meta();
        return (meta == null || meta.length() <= Limits.MAX_CHANGES)
                && !(transaction instanceof Transaction.Private secret
                        && secret.keyUsed().length() > MAX_KEY);
    }

    /// What the content needs and is not here.
    private Set<CoId> missing(Space space, Content content, Head head, boolean created)
            throws SQLException {
        var needs = new LinkedHashSet<CoId>();
        if (created) {
            needs.addAll(head.needs());
        }
        for (SessionId session : content.sessions().keySet()) {
            if (session.author() instanceof CoId account) {
                needs.add(account);
            }
        }
        if (head.group) {
            GroupNames.addAll(content, needs);
        }
        needs.remove(head.id);
        for (CoId id : needs) {
            if (staged.contains(new HeadCache.Key(space.num, id))) {
                judge();
                break;
            }
        }
        for (Iterator<CoId> all = needs.iterator(); all.hasNext(); ) {
            if (find(space, all.next()) != null) {
                all.remove();
            }
        }
        return needs;
    }

    private void park(RelayPeer peer, Space space, Content content, int size, Set<CoId> missing)
            throws SQLException {
        if (peer.waitingBytes + size > limits.waitingPerPeer()
                || waitingBytes + size > limits.waitingTotal()) {
            listener.refused(RelayListener.Refusal.UNRESOLVED);
            return;
        }
        var waiting = new Waiting(peer, content, size, missing, System.nanoTime());
        space.park(waiting);
        peer.waiting.add(waiting);
        peer.waitingBytes += size;
        waitingBytes += size;
        for (Waiting member : circle(space, waiting)) {
            unpark(member);
            Space theirs = member.peer.space;
            if (theirs != null) {
                touched.add(member.peer);
                accept(member.peer, theirs, member.content, member.size, true);
                judge();
            }
        }
        if (!peer.waiting.contains(waiting)) {
            return;
        }
        if (peer.requested.size() > MAX_REQUESTED) {
            peer.requested.clear();
        }
        for (CoId id : missing) {
            if (peer.requested.add(id)) {
                say(peer, new SyncMessage.Load(KnownState.nothing(id)));
            }
        }
    }

    private void unpark(Waiting waiting) {
        Space space = waiting.peer.space;
        if (space != null) {
            space.unpark(waiting);
        }
        unaccount(waiting);
    }

    private void unaccount(Waiting waiting) {
        if (waiting.peer.waiting.remove(waiting)) {
            waiting.peer.waitingBytes -= waiting.size;
            waitingBytes -= waiting.size;
        }
    }

    /// Waiting pieces, this one among them, that need nothing but each other: groups that extend
    /// each other would wait forever, and so would accounts in each other's groups. Accounts come
    /// first. Empty when there is no such circle.
    private static List<Waiting> circle(Space space, Waiting start) {
        if (start.content.header() == null) {
            return List.of();
        }
        var members = new LinkedHashMap<CoId, Waiting>();
        var open = new ArrayDeque<Waiting>(List.of(start));
        members.put(start.content.id(), start);
        while (!open.isEmpty()) {
            for (CoId id : open.remove().missing) {
                if (members.containsKey(id)) {
                    continue;
                }
                Waiting other = space.bringing(id);
                if (other == null || members.size() == MAX_CIRCLE) {
                    return List.of();
                }
                members.put(id, other);
                open.add(other);
            }
        }
        return members.values().stream()
                .sorted(
                        Comparator.comparing(
                                waiting -> {
                                    Header header = waiting.content.header();
                                    return header == null || !header.isAccount();
                                }))
                .toList();
    }

    private void stage(RelayPeer peer, Space space, Content content, Head head, boolean created)
            throws SQLException {
        var batches = new ArrayList<Intake.Batch>();
        boolean gap = false;
        for (var part : content.sessions().entrySet()) {
            SessionContent piece = part.getValue();
            SessionHead session = head.session(part.getKey());
            int count = session == null ? 0 : session.count;
            if (piece.after() > count) {
                gap = true;
                continue;
            }
            if (piece.end() <= count) {
                continue;
            }
            boolean begun = session == null;
            if (session == null) {
                session = new SessionHead(part.getKey());
            }
            RunningHash before = session.hash;
            if (before == null) {
                before = file.hash(session);
                session.hash = before;
            }
            List<Transaction> added =
                    piece.transactions()
                            .subList(count - piece.after(), piece.transactions().size());
            batches.add(
                    Intake.Batch.of(
                            session,
                            begun,
                            added,
                            before,
                            piece.lastSignature(),
                            verifier(space, head, part.getKey())));
        }
        intake.add(new Intake.Staged(peer, head, created, content, gap, batches));
        staged.add(new HeadCache.Key(space.num, head.id));
    }

    /// Null when the author is a value but no account, or has no usable key.
    private @Nullable Verifier verifier(Space space, Head head, SessionId session)
            throws SQLException {
        try {
            return switch (session.author()) {
                case AgentId agent -> new Verifier(agent.signer());
                case CoId account -> {
                    Head author = account.equals(head.id) ? head : find(space, account);
                    yield author == null ? null : author.verifier();
                }
            };
        } catch (FormatException e) {
            return null;
        }
    }

    private void judge() throws SQLException {
        if (!intake.isEmpty()) {
            staged.clear();
            intake.judge(this::keep);
        }
    }

    private void keep(Intake.Staged piece, List<Intake.Batch> sound) throws SQLException {
        Space space = piece.peer().space;
        if (space == null) {
            return;
        }
        Head head = piece.head();
        changed.add(new HeadCache.Key(space.num, head.id));
        long grew = 0;
        if (piece.created()) {
            file.insert(space.num, head);
            grew += head.header.length() + VALUE_BYTES;
        }
        for (int i = sound.size(); i < piece.batches().size(); i++) {
            refuse(piece.peer(), RelayListener.Refusal.SIGNATURE);
        }
        var got = new HashMap<SessionId, Integer>();
        for (Intake.Batch batch : sound) {
            grew += append(head, batch);
            got.put(batch.session().id, batch.session().count);
        }
        if (grew > 0) {
            grown.merge(space, grew, Long::sum);
        }
        heads.put(space.num, head);
        if (!piece.gap()) {
            piece.peer().fits(head.id);
        }
        boolean correction = piece.gap() && piece.peer().corrects(head.id, limits.patience());
        if (correction || !piece.gap() || !sound.isEmpty()) {
            say(piece.peer(), new SyncMessage.Known(head.known(), correction));
        }
        Subscription own = subscribe(piece.peer(), space, head.id);
        boolean header = piece.content().header() != null;
        own.known = head.relevant(own.known.merge(new KnownState(head.id, header, got)));
        for (Subscription follower : space.followers(head.id)) {
            wantIfBehind(follower, head);
        }
        compared(piece.peer(), head.id);
        if (piece.created()) {
            for (Waiting waiting : space.arrived(head.id)) {
                unaccount(waiting);
                released.add(waiting);
            }
        }
    }

    /// @return what it takes in the file, roughly
    private long append(Head head, Intake.Batch batch) throws SQLException {
        SessionHead session = batch.session();
        List<Transaction> added = batch.added();
        long size = 0;
        for (Transaction transaction : added) {
            size += transaction.size();
        }
        session.count += added.size();
        session.size += size;
        session.sinceCheckpoint += size;
        session.signature = batch.signature();
        session.hash = batch.hash();
        boolean checkpoint = session.sinceCheckpoint > Limits.CHECKPOINT;
        if (checkpoint) {
            session.sinceCheckpoint = 0;
        }
        var elements = new StringBuilder((int) size + added.size() * 100);
        SyncCodec.writeTransactions(elements, added);
        file.append(head, session, added.size(), size, elements.toString());
        if (checkpoint) {
            file.checkpoint(session);
        }
        if (batch.begun()) {
            head.add(session);
        }
        head.changed();
        if (head.group) {
            var names = new LinkedHashSet<CoId>();
            GroupNames.addAll(added, names);
            for (CoId name : names) {
                if (head.need(name)) {
                    file.insertNeed(head, name);
                }
            }
        }
        appended += added.size();
        return (long) elements.length() + BATCH_BYTES;
    }

    private void refuse(RelayPeer peer, RelayListener.Refusal why) {
        listener.refused(why);
        peer.misbehaved();
    }

    private void commit() throws SQLException {
        for (var growth : grown.entrySet()) {
            Space space = growth.getKey();
            space.bytes += growth.getValue();
            file.bytes(space);
        }
        long begun = System.nanoTime();
        if (file.commit()) {
            listener.committed(appended, System.nanoTime() - begun);
            lastCommitStored = true;
        }
        grown.clear();
        changed.clear();
        appended = 0;
    }

    /// Nothing of this turn has happened. Whoever took part connects anew and says again what was
    /// not acknowledged.
    private void fail(Throwable cause) {
        listener.failed("storing what peers sent", cause);
        if (cause instanceof SQLException) {
            lastCommitStored = false;
            refuseUntil = System.nanoTime() + RETRY.toNanos();
        }
        undo();
        active.addAll(touched);
        for (RelayPeer peer : active) {
            if (touched.contains(peer) || peer.hasSaid()) {
                peer.takeBack();
                peer.link.close(Link.FAILED, "this could not be stored");
                forget(peer);
            } else {
                // It may have something in line.
                ready(peer);
            }
        }
        touched.clear();
        active.clear();
        shared.clear();
    }

    private void undo() {
        intake.clear();
        staged.clear();
        released.clear();
        for (HeadCache.Key key : changed) {
            heads.remove(key.space(), key.id());
        }
        changed.clear();
        appended = 0;
        try {
            file.rollback();
            for (Space space : grown.keySet()) {
                space.bytes = file.space(space.name).bytes;
            }
        } catch (SQLException e) {
            listener.failed("undoing what was not stored", e);
        }
        grown.clear();
    }

    // ---- what goes out

    private void say(RelayPeer peer, SyncMessage message) {
        peer.say(message);
        active.add(peer);
    }

    /// Gives a peer what stands in line for it, as far as its connection takes it.
    private void give(RelayPeer peer, Space space) throws SQLException {
        int given = 0;
        while (!peer.gone && peer.hasWanted()) {
            if (peer.link.congested()) {
                return;
            }
            if (given > SEND_TURN) {
                peer.flush();
                ready(peer);
                return;
            }
            given += step(peer, space);
            if (given > 0) {
                peer.flush();
            }
        }
        while (!peer.compared.isEmpty()) {
            peer.say(new SyncMessage.ReconcileAck(peer.compared.remove()));
        }
        peer.flush();
    }

    private int step(RelayPeer peer, Space space) throws SQLException {
        RelayPeer.Delivery delivery = peer.plan.peek();
        if (delivery == null) {
            RelayPeer.Delivery next = peer.nextWanted();
            if (next != null) {
                plan(peer, space, next);
            }
            return 0;
        }
        Head head = find(space, delivery.id);
        if (head == null) {
            peer.plan.remove();
            if (delivery.asked) {
                peer.say(new SyncMessage.Known(KnownState.nothing(delivery.id), false));
            }
            return 0;
        }
        Subscription subscription = subscribe(peer, space, delivery.id);
        Piece piece;
        try {
            piece = piece(space, head, subscription.known, !delivery.begun);
        } catch (FormatException e) {
            // A damaged value is no reason to keep the others from anybody.
            listener.failed("reading value " + head.id, e);
            peer.plan.remove();
            return 0;
        }
        if (piece == null) {
            peer.plan.remove();
            subscription.known = head.known();
            if (delivery.asked && !delivery.begun) {
                peer.say(new SyncMessage.Known(head.known(), false));
            }
            return 0;
        }
        delivery.begun = true;
        subscription.known = piece.after();
        peer.say(piece.message());
        listener.sent(piece.message().length());
        return piece.message().length();
    }

    /// The next message for somebody who has that; those who have the same share it.
    private @Nullable Piece piece(Space space, Head head, KnownState known, boolean first)
            throws SQLException {
        if (space.followers(head.id).size() < 2) {
            return Piece.next(file, head, known, first);
        }
        var key = new SharedPiece(head.id, new Shared(known), first);
        Piece piece = shared.get(key);
        if (piece == null) {
            piece = Piece.next(file, head, known, first);
            if (piece != null) {
                if (shared.size() >= SHARED_PIECES) {
                    shared.clear();
                }
                shared.put(key, piece);
            }
        }
        return piece;
    }

    /// Puts a value and before it all that it needs on the peer's plan. A need that the peer was
    /// given with its own needs is not looked into again.
    private void plan(RelayPeer peer, Space space, RelayPeer.Delivery wanted) throws SQLException {
        Head root = find(space, wanted.id);
        if (root == null) {
            peer.plan.add(wanted);
            return;
        }
        record Open(Head head, Iterator<CoId> needs) {}
        var seen = new HashSet<CoId>();
        seen.add(root.id);
        var path = new ArrayDeque<Open>();
        path.push(new Open(root, List.copyOf(root.needs()).iterator()));
        boolean look = subscribe(peer, space, root.id).needsSeen != root.needs().size();
        while (!path.isEmpty()) {
            Open open = path.getFirst();
            if (look && open.needs().hasNext() && seen.size() < MAX_NEEDS) {
                CoId id = open.needs().next();
                Head need = seen.add(id) ? find(space, id) : null;
                if (need == null) {
                    continue;
                }
                Subscription known = peer.subscriptions.get(id);
                if (known == null || known.needsSeen != need.needs().size()) {
                    path.push(new Open(need, List.copyOf(need.needs()).iterator()));
                } else if (!need.isKnown(known.known)) {
                    peer.plan.add(new RelayPeer.Delivery(id, false));
                }
                continue;
            }
            path.pop();
            subscribe(peer, space, open.head().id).needsSeen = open.head().needs().size();
            peer.plan.add(
                    open.head() == root ? wanted : new RelayPeer.Delivery(open.head().id, false));
        }
    }

    // ---- spaces and peers

    private @Nullable Head find(Space space, CoId id) throws SQLException {
        Head head = heads.get(space.num, id);
        if (head == null) {
            head = file.find(space.num, id);
            if (head != null) {
                heads.put(space.num, head);
            }
        }
        return head;
    }

    private void forget(RelayPeer peer) {
        peer.gone = true;
        drain(peer);
        Space space = peer.space;
        if (space == null) {
            return;
        }
        for (Waiting waiting : List.copyOf(peer.waiting)) {
            unpark(waiting);
        }
        for (Subscription subscription : peer.subscriptions.values()) {
            space.unfollow(subscription);
        }
        followed.addAndGet(-peer.subscriptions.size());
        peer.subscriptions.clear();
        peer.space = null;
        space.peers.remove(peer);
        if (space.peers.isEmpty()) {
            spaces.remove(space.name);
        }
        connected.decrementAndGet();
    }

    private static void drain(RelayPeer peer) {
        for (RelayPeer.Incoming next = peer.next(); next != null; next = peer.next()) {
            peer.handled(next.size());
        }
    }

    private void expire() {
        long before = System.nanoTime() - limits.patience().toNanos();
        for (Space space : spaces.values()) {
            for (RelayPeer peer : space.peers) {
                while (!peer.waiting.isEmpty()) {
                    Waiting oldest = peer.waiting.iterator().next();
                    if (oldest.sinceNanos - before > 0) {
                        break;
                    }
                    unpark(oldest);
                    peer.requested.removeAll(oldest.missing);
                    listener.refused(RelayListener.Refusal.UNRESOLVED);
                }
            }
        }
    }

    private void deleteOn(String space, CompletableFuture<@Nullable Void> done)
            throws SQLException {
        boolean more = file.deleteSome(space, DELETE);
        var _ = file.commit();
        if (more) {
            ask(done, () -> deleteOn(space, done));
        } else {
            deleting.remove(space);
            done.complete(null);
        }
    }
}
