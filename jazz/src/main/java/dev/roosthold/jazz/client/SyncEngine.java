package dev.roosthold.jazz.client;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The conversation with one relay, without sockets, threads or a clock.
///
/// For every value the engine knows what the relay has said it has (*told*) and what it has if all
/// that we sent arrives (*assumed*). What is to be sent is never kept as messages but as ids of
/// values: a message is made from the newest state when the connection has room for it. So a slow
/// relay costs no memory, and a hundred quick writes to one value travel as one message.
///
/// On every new connection each value here is loaded, which both subscribes to it and makes the
/// relay say what it lacks. Nothing counts as sent before the relay's word covers it.
///
/// Content that needs values which are not here is parked, within limits, and offered again when
/// they come. For one thread at a time; the owner holds the lock.
final class SyncEngine {
    static final int LOADS_IN_FLIGHT = 1000;
    static final long LOAD_TIME_MS = 60_000;
    static final long RETRY_MS = 3_000;
    static final long CONFIRM_MS = 30_000;

    /// So much later must other content have been sent, and answered, before a write counts as
    /// passed over.
    private static final long OVERTAKEN_MS = 5_000;

    /// Characters after which a frame is full.
    static final int FRAME = 25_000;

    /// Characters of parked content; what comes beyond is loaded again later.
    static final long MAX_PARKED = 64 * 1024 * 1024;

    /// Characters of values that nobody asked for; what comes beyond is dropped. Dependencies come
    /// unasked, so some have to be taken.
    static final long MAX_UNASKED = 256L * 1024 * 1024;

    /// Answers about values that are not here.
    private static final int MAX_ANSWERS = 100_000;

    private static final System.Logger LOG = System.getLogger(SyncEngine.class.getName());
    private static final int LANES = 8;

    private final Node node;
    private final Executor completions;
    private final Consumer<ValueLog> changed;
    private final Runnable confirmed;

    private final Map<CoId, Value> values = new HashMap<>();
    /// Our own sessions by value, with the counts that the relay has not confirmed.
    private final Map<CoId, Map<SessionId, Integer>> unsynced = new LinkedHashMap<>();
    private final List<SyncWaiter> syncWaiters = new ArrayList<>();

    private BiPredicate<CoId, SessionId> own = (_, _) -> false;
    private boolean connected;
    private final ArrayDeque<CoId> loads = new ArrayDeque<>();
    private final LinkedHashMap<CoId, Long> inFlight = new LinkedHashMap<>();
    private final SequencedSet<CoId> corrections = new LinkedHashSet<>();
    private final SequencedSet<CoId> acks = new LinkedHashSet<>();
    private final List<SequencedSet<CoId>> contents = new ArrayList<>();
    /// When content was sent that the relay has not answered, oldest first.
    private final LinkedHashMap<CoId, Long> unanswered = new LinkedHashMap<>();
    private long unasked;
    private long maxUnasked = MAX_UNASKED;
    private long lastAnswer;
    /// When the newest content was sent that the relay has answered.
    private long lastAnswered;

    private final Map<CoId, Long> retries = new LinkedHashMap<>();
    private final Set<CoId> awaited = new LinkedHashSet<>();
    private final Parking parking = new Parking();

    /// What the engine knows about a value.
    private static final class Value {
        KnownState told;
        KnownState assumed;
        /// A load is queued or under way: its answer tells what to send.
        boolean loading;
        boolean retried;
        /// Only what the relay says it has ends the waiting: content may have been on its way.
        boolean asked;
        /// What it said then, until all of it is here.
        KnownState owed;
        int stuck;
        Map<SessionId, Integer> expected = Map.of();
        final List<CompletableFuture<Boolean>> waiters = new ArrayList<>(0);

        Value(CoId id) {
            told = KnownState.nothing(id);
            assumed = told;
            owed = told;
        }
    }

    private record SyncWaiter(
            Map<CoId, Map<SessionId, Integer>> open, CompletableFuture<Void> done) {}

    /// @param completions runs what waits for futures
    /// @param changed hears of values that have gained something from the relay
    /// @param confirmed hears that the relay has confirmed all writes to some value
    SyncEngine(Node node, Executor completions, Consumer<ValueLog> changed, Runnable confirmed) {
        this.node = node;
        this.completions = completions;
        this.changed = changed;
        this.confirmed = confirmed;
        for (int i = 0; i < LANES; i++) {
            contents.add(new LinkedHashSet<>());
        }
    }

    /// For tests: another limit than [#MAX_UNASKED].
    void limitUnasked(long characters) {
        maxUnasked = characters;
    }

    /// Says which sessions nobody else can write: what a relay tells of them beyond what is here is
    /// wrong, whatever its signature. (A signature does not say for which value it was made.)
    void onlyWeWrite(BiPredicate<CoId, SessionId> own) {
        this.own = own;
    }

    /// Whether a connection is open.
    boolean connected() {
        return connected;
    }

    /// Values with writes of ours that the relay has not confirmed.
    Set<CoId> unsynced() {
        return unsynced.keySet();
    }

    /// A new connection: nothing that was said on the last one counts.
    void opened(long now) {
        connected = true;
        lastAnswer = now;
        lastAnswered = Long.MIN_VALUE;
        forgetConversation();
        values.values().forEach(SyncEngine::forget);
        // Dependencies stand before what depends on them.
        for (ValueLog log : node.logs()) {
            load(value(log.id()), log.id());
        }
        for (CoId id : List.copyOf(awaited)) {
            load(value(id), id);
        }
        for (CoId id : parking.missing()) {
            load(value(id), id);
        }
    }

    void closed() {
        connected = false;
        forgetConversation();
        values.values().forEach(SyncEngine::forget);
    }

    private void forgetConversation() {
        loads.clear();
        inFlight.clear();
        corrections.clear();
        acks.clear();
        contents.forEach(Collection::clear);
        unanswered.clear();
    }

    private static void forget(Value value) {
        value.told = KnownState.nothing(value.told.id());
        value.assumed = value.told;
        value.loading = false;
        value.asked |= value.owed.header();
        value.owed = value.told;
    }

    /// Asks for a value.
    ///
    /// @param patient whether to ask again when the relay does not have it at once
    /// @return true when it is here completely, false when the relay does not have it. Without a
    ///     connection it waits for one
    CompletableFuture<Boolean> want(CoId id, boolean patient) {
        if (isReady(id)) {
            return CompletableFuture.completedFuture(true);
        }
        Value value = value(id);
        var future = new CompletableFuture<Boolean>();
        value.retried = !patient;
        value.waiters.add(future);
        awaited.add(id);
        if (connected && !value.loading) {
            load(value, id);
        }
        return future;
    }

    /// Asks what the relay has of a value, unless it has said so on this connection.
    ///
    /// @return true when all of it is here, false when the relay does not have it. Without a
    ///     connection it waits for one
    CompletableFuture<Boolean> refresh(CoId id) {
        Value value = value(id);
        if (connected && !value.loading && isReady(id)) {
            return CompletableFuture.completedFuture(true);
        }
        return ask(id);
    }

    /// Asks the relay what it has of a value, also when all that is known of is here.
    ///
    /// @return as [#refresh]
    CompletableFuture<Boolean> ask(CoId id) {
        Value value = value(id);
        var future = new CompletableFuture<Boolean>();
        value.retried = true;
        value.asked = true;
        value.waiters.add(future);
        awaited.add(id);
        if (connected && !value.loading) {
            load(value, id);
        }
        return future;
    }

    /// We have written to a value.
    void wrote(ValueLog log, SessionId session) {
        SessionLog written = log.session(session);
        if (written != null) {
            unsynced.computeIfAbsent(log.id(), _ -> new HashMap<>(2)).put(session, written.count());
        }
        offer(log);
    }

    /// Writes from before the program started that were not confirmed.
    void resume(CoId id, Map<SessionId, Integer> counts) {
        if (!counts.isEmpty()) {
            unsynced.put(id, new HashMap<>(counts));
        }
    }

    /// Completes when the relay has confirmed everything that was written until now.
    CompletableFuture<Void> synced(@Nullable CoId only) {
        var open = new HashMap<CoId, Map<SessionId, Integer>>();
        unsynced.forEach(
                (id, counts) -> {
                    if (only == null || only.equals(id)) {
                        open.put(id, Map.copyOf(counts));
                    }
                });
        var done = new CompletableFuture<Void>();
        if (open.isEmpty()) {
            done.complete(null);
        } else {
            syncWaiters.add(new SyncWaiter(open, done));
        }
        return done;
    }

    /// Whether a value is here as far as the relay has announced it, and its owner too.
    boolean isReady(CoId id) {
        ValueLog log = node.log(id);
        if (log == null || !isComplete(log)) {
            return false;
        }
        if (log.header().ruleset() instanceof Ruleset.OwnedBy(CoId owner, boolean _)) {
            ValueLog group = node.log(owner);
            return group != null && isComplete(group);
        }
        return true;
    }

    private boolean isComplete(ValueLog log) {
        Value value = values.get(log.id());
        if (value == null || value.expected.isEmpty()) {
            return true;
        }
        for (var session : value.expected.entrySet()) {
            SessionLog known = log.session(session.getKey());
            if (known == null || known.count() < session.getValue()) {
                return false;
            }
        }
        value.expected = Map.of();
        return true;
    }

    /// Takes in what the relay says.
    void handle(List<SyncMessage> messages, long now) {
        var pieces = new ArrayList<Content>();
        for (SyncMessage message : messages) {
            switch (message) {
                case SyncMessage.Push(Content content) -> {
                    if (isWelcome(content)) {
                        pieces.add(withoutOwn(content));
                    }
                }
                case SyncMessage.Known(KnownState known, boolean correction) -> {
                    take(pieces, now);
                    known(known, correction, now);
                }
                case SyncMessage.Load(KnownState known) -> {
                    take(pieces, now);
                    loaded(known);
                }
                // A relay has no reason to compare; ours would be a relay's answer.
                case SyncMessage.Reconcile _,
                        SyncMessage.ReconcileAck _,
                        SyncMessage.Done _,
                        SyncMessage.Ping _ -> {}
            }
        }
        take(pieces, now);
    }

    private boolean isWelcome(Content content) {
        CoId id = content.id();
        if (node.log(id) != null
                || awaited.contains(id)
                || inFlight.containsKey(id)
                || parking.isMissing(id)) {
            return true;
        }
        unasked += size(content);
        if (unasked <= maxUnasked) {
            return true;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "value {0} is dropped: the relay sends too much that nobody asked for",
                id);
        return false;
    }

    private Content withoutOwn(Content content) {
        CoId id = content.id();
        boolean wrong = false;
        for (var session : content.sessions().entrySet()) {
            wrong |=
                    own.test(id, session.getKey())
                            && session.getValue().end() > count(id, session.getKey());
        }
        if (!wrong) {
            return content;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "value {0}: the relay has transactions of ours that we did not write",
                id);
        var others = new LinkedHashMap<>(content.sessions());
        others.keySet().removeIf(session -> own.test(id, session));
        return new Content(id, content.header(), content.priority(), others, content.expectUntil());
    }

    private int count(CoId id, SessionId session) {
        ValueLog log = node.log(id);
        SessionLog known = log == null ? null : log.session(session);
        return known == null ? 0 : known.count();
    }

    private void known(KnownState known, boolean correction, long now) {
        CoId id = known.id();
        ValueLog log = node.log(id);
        Value value = log == null ? values.get(id) : value(id);
        if (value == null) {
            return;
        }
        lastAnswer = now;
        value.told = correction ? known : value.told.merge(known);
        value.assumed = correction ? known : value.assumed.merge(known);
        answered(id, value);
        if (value.asked) {
            value.asked = false;
            value.owed = known;
        }
        Long sent = unanswered.remove(id);
        if (sent != null) {
            lastAnswered = Math.max(lastAnswered, sent);
        }
        confirm(id, value);
        if (log == null) {
            if (!known.header()) {
                notFound(id, value, now);
            }
            return;
        }
        if (known.header() && log.known().covers(known)) {
            // Nothing more is to come: an announcement that was cut off is void.
            value.expected = Map.of();
            ready(log);
        }
        if (value.assumed.covers(log.known())) {
            if (!value.told.covers(value.assumed)) {
                unanswered.put(id, now);
            }
        } else {
            contents.get(log.header().priority()).add(id);
        }
    }

    private void loaded(KnownState known) {
        CoId id = known.id();
        ValueLog log = node.log(id);
        if (log == null) {
            if (acks.size() < MAX_ANSWERS) {
                acks.add(id);
            }
            return;
        }
        Value value = value(id);
        value.told = known;
        value.assumed = known;
        confirm(id, value);
        if (known.covers(log.known())) {
            acks.add(id);
        } else {
            contents.get(log.header().priority()).add(id);
        }
    }

    private void take(List<Content> pieces, long now) {
        if (pieces.isEmpty()) {
            return;
        }
        lastAnswer = now;
        var next = new ArrayList<Content>(pieces);
        var tried = new HashSet<CoId>();
        pieces.clear();
        while (!next.isEmpty()) {
            List<Content> offered = List.copyOf(next);
            next.clear();
            List<Received> results = node.receive(offered);
            var arrived = new LinkedHashSet<CoId>();
            var waiting = new LinkedHashSet<CoId>();
            for (int i = 0; i < offered.size(); i++) {
                if (results.get(i) instanceof Received.Waiting(var missing)
                        && missing.stream().allMatch(id -> node.log(id) != null)) {
                    // What it needs came after it.
                    next.add(offered.get(i));
                } else {
                    taken(offered.get(i), results.get(i), arrived, waiting);
                }
            }
            for (CoId id : arrived) {
                next.addAll(parking.release(id));
            }
            for (CoId id : waiting) {
                // Values that wait for each other only have to be offered together.
                if (tried.add(id)) {
                    next.addAll(parking.releaseCircle(id));
                }
            }
        }
    }

    private void taken(Content content, Received result, Set<CoId> arrived, Set<CoId> waiting) {
        CoId id = content.id();
        switch (result) {
            case Received.Applied(
                            KnownState _,
                            boolean gap,
                            List<SessionId> rejected,
                            boolean added) -> {
                Value value = value(id);
                var counts = new HashMap<SessionId, Integer>();
                content.sessions()
                        .forEach(
                                (session, piece) -> {
                                    if (!rejected.contains(session)) {
                                        counts.put(session, piece.end());
                                    }
                                });
                var has = new KnownState(id, true, counts);
                value.told = value.told.merge(has);
                value.assumed = value.assumed.merge(has);
                answered(id, value);
                if (value.asked && connected) {
                    load(value, id);
                }
                confirm(id, value);
                if (!rejected.isEmpty()) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "value {0}: the relay sent {1} sessions with a wrong signature",
                            id,
                            rejected.size());
                }
                ValueLog log = Objects.requireNonNull(node.log(id));
                if (!content.expectUntil().isEmpty()) {
                    value.expected = content.expectUntil();
                }
                (gap ? corrections : acks).add(id);
                if (added) {
                    arrived.add(id);
                    changed.accept(log);
                }
                ready(log);
                if (!value.assumed.covers(log.known()) && !value.loading) {
                    contents.get(log.header().priority()).add(id);
                }
            }
            case Received.Waiting(Set<CoId> missing) -> {
                if (!parking.park(content, missing)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "value {0} came while too many others wait for what they need",
                            id);
                    return;
                }
                waiting.add(id);
                for (CoId dependency : missing) {
                    Value value = value(dependency);
                    if (connected && !value.loading) {
                        loadFirst(value, dependency);
                    }
                }
            }
            case Received.Headless _ -> {
                if (corrections.size() < MAX_ANSWERS) {
                    corrections.add(id);
                }
            }
            case Received.Forged _ ->
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "the relay sent a header that is not of value {0}",
                            id);
        }
    }

    /// The answer to a load has come.
    private void answered(CoId id, Value value) {
        inFlight.remove(id);
        value.loading = false;
        retries.remove(id);
    }

    private void notFound(CoId id, Value value, long now) {
        if (parking.isMissing(id) || !value.waiters.isEmpty()) {
            if (!value.retried) {
                value.retried = true;
                retries.put(id, now + RETRY_MS);
                return;
            }
        }
        finish(id, value, false);
    }

    private void ready(ValueLog log) {
        if (awaited.isEmpty()) {
            return;
        }
        tellIfReady(log.id());
        if (log.header().isGroup()) {
            for (CoId id : List.copyOf(awaited)) {
                tellIfReady(id);
            }
        }
    }

    private void tellIfReady(CoId id) {
        Value value = values.get(id);
        if (value != null
                && !value.loading
                && !value.asked
                && awaited.contains(id)
                && isReady(id)
                && isPaid(id, value)) {
            finish(id, value, true);
        }
    }

    private boolean isPaid(CoId id, Value value) {
        ValueLog log = node.log(id);
        return log == null || !value.owed.header() || log.known().covers(value.owed);
    }

    private void finish(CoId id, Value value, boolean found) {
        value.asked = false;
        value.owed = KnownState.nothing(id);
        awaited.remove(id);
        retries.remove(id);
        for (CompletableFuture<Boolean> waiter : value.waiters) {
            waiter.completeAsync(() -> found, completions);
        }
        value.waiters.clear();
        if (!found && node.log(id) == null && !value.loading) {
            values.remove(id);
        }
    }

    private void confirm(CoId id, Value value) {
        Map<SessionId, Integer> open = unsynced.get(id);
        if (open == null) {
            return;
        }
        open.entrySet().removeIf(entry -> value.told.count(entry.getKey()) >= entry.getValue());
        if (open.isEmpty()) {
            unsynced.remove(id);
            value.stuck = 0;
            confirmed.run();
        }
        for (Iterator<SyncWaiter> all = syncWaiters.iterator(); all.hasNext(); ) {
            SyncWaiter waiter = all.next();
            Map<SessionId, Integer> asked = waiter.open().get(id);
            if (asked == null) {
                continue;
            }
            boolean covered =
                    asked.entrySet().stream()
                            .allMatch(
                                    entry -> value.told.count(entry.getKey()) >= entry.getValue());
            if (covered) {
                waiter.open().remove(id);
                if (waiter.open().isEmpty()) {
                    all.remove();
                    waiter.done().completeAsync(() -> null, completions);
                }
            }
        }
    }

    /// Something of this value may have to be sent.
    private void offer(ValueLog log) {
        Value value = value(log.id());
        if (connected && !value.loading && !value.assumed.covers(log.known())) {
            SequencedSet<CoId> lane = contents.get(log.header().priority());
            if (log.header().isGroup()) {
                // In the order in which they were made: they depend on each other.
                lane.add(log.id());
            } else {
                // At the end: what refers to other values should come after them.
                lane.addLast(log.id());
            }
        }
    }

    private void load(Value value, CoId id) {
        value.loading = true;
        loads.addLast(id);
    }

    /// What others wait for does not stand in line behind them.
    private void loadFirst(Value value, CoId id) {
        value.loading = true;
        loads.addFirst(id);
    }

    /// Messages for one frame, or none.
    List<SyncMessage> next(long now) {
        var out = new ArrayList<SyncMessage>();
        if (!connected) {
            return out;
        }
        int size = 0;
        while (size < FRAME) {
            CoId id;
            if (!corrections.isEmpty()) {
                id = corrections.removeFirst();
                size += add(out, new SyncMessage.Known(state(id), true));
            } else if (!acks.isEmpty()) {
                id = acks.removeFirst();
                size += add(out, new SyncMessage.Known(state(id), false));
            } else if (!loads.isEmpty()
                    && (inFlight.size() < LOADS_IN_FLIGHT || parking.isMissing(loads.getFirst()))) {
                id = loads.removeFirst();
                inFlight.put(id, now);
                size += add(out, new SyncMessage.Load(state(id)));
            } else {
                ValueLog log = nextContent();
                if (log == null) {
                    break;
                }
                Value value = value(log.id());
                List<Content> pieces = log.since(value.assumed);
                if (pieces.isEmpty()) {
                    // The relay has sent it, too, since the value was put here: nothing to answer.
                    continue;
                }
                for (Content content : pieces) {
                    size += add(out, new SyncMessage.Push(content));
                }
                value.assumed = value.assumed.merge(log.known());
                unanswered.putIfAbsent(log.id(), now);
            }
        }
        return out;
    }

    private @Nullable ValueLog nextContent() {
        for (SequencedSet<CoId> lane : contents) {
            while (!lane.isEmpty()) {
                ValueLog log = node.log(lane.removeFirst());
                if (log != null) {
                    return log;
                }
            }
        }
        return null;
    }

    private KnownState state(CoId id) {
        ValueLog log = node.log(id);
        return log == null ? KnownState.nothing(id) : log.known();
    }

    private static int add(List<SyncMessage> out, SyncMessage message) {
        out.add(message);
        return switch (message) {
            case SyncMessage.Push(Content content) -> size(content);
            case SyncMessage.Known(KnownState known, boolean _) ->
                    100 + known.sessions().size() * 60;
            case SyncMessage.Load(KnownState known) -> 100 + known.sessions().size() * 60;
            default -> 100;
        };
    }

    /// About as many characters as the message will have.
    static int size(Content content) {
        int size = 200;
        for (var piece : content.sessions().values()) {
            size += 200;
            for (var transaction : piece.transactions()) {
                size += 120 + transaction.size();
            }
        }
        return size;
    }

    /// Ends what has taken too long.
    ///
    /// @return whether the connection should be made anew, because the relay is silent about a
    ///     write: after a wrong signature, for example, it ignores a value until then
    boolean tick(long now) {
        if (!connected) {
            return false;
        }
        while (!inFlight.isEmpty() && inFlight.firstEntry().getValue() + LOAD_TIME_MS <= now) {
            CoId id = inFlight.firstEntry().getKey();
            Value value = value(id);
            answered(id, value);
            finish(id, value, false);
            ValueLog log = node.log(id);
            if (log != null) {
                offer(log);
            }
        }
        for (var retry = retries.entrySet().iterator(); retry.hasNext(); ) {
            var entry = retry.next();
            if (entry.getValue() <= now) {
                retry.remove();
                Value value = value(entry.getKey());
                if (!value.loading) {
                    load(value, entry.getKey());
                }
            }
        }
        return isStuck(now);
    }

    private boolean isStuck(long now) {
        var oldest = unanswered.firstEntry();
        if (oldest == null || oldest.getValue() + CONFIRM_MS > now) {
            return false;
        }
        // A slow relay may have much before it, but it works in order.
        boolean silent = lastAnswer + CONFIRM_MS <= now;
        boolean overtaken = lastAnswered > oldest.getValue() + OVERTAKEN_MS;
        if (!silent && !overtaken) {
            return false;
        }
        CoId id = oldest.getKey();
        Value value = value(id);
        value.stuck++;
        unanswered.remove(id);
        LOG.log(
                System.Logger.Level.WARNING,
                "the relay does not confirm a write to value {0} (attempt {1})",
                id,
                value.stuck);
        if (value.stuck < 2) {
            return true;
        }
        for (Iterator<SyncWaiter> all = syncWaiters.iterator(); all.hasNext(); ) {
            SyncWaiter waiter = all.next();
            if (waiter.open().containsKey(id)) {
                all.remove();
                var refused = new WriteRefusedException(id);
                completions.execute(() -> waiter.done().completeExceptionally(refused));
            }
        }
        return false;
    }

    private Value value(CoId id) {
        return values.computeIfAbsent(id, Value::new);
    }

    /// Content that waits for values it depends on.
    private static final class Parking {
        private final Map<CoId, Spot> spots = new LinkedHashMap<>();
        private final Map<CoId, Set<CoId>> waiters = new HashMap<>();
        private long size;

        private static final class Spot {
            final List<Content> contents = new ArrayList<>(1);
            final Set<CoId> missing = new LinkedHashSet<>();
        }

        /// @return whether it was kept
        boolean park(Content content, Set<CoId> missing) {
            int added = size(content);
            if (size + added > MAX_PARKED) {
                return false;
            }
            size += added;
            Spot spot = spots.computeIfAbsent(content.id(), _ -> new Spot());
            spot.contents.add(content);
            spot.missing.addAll(missing);
            for (CoId id : missing) {
                waiters.computeIfAbsent(id, _ -> new LinkedHashSet<>(2)).add(content.id());
            }
            return true;
        }

        boolean isMissing(CoId id) {
            return waiters.containsKey(id);
        }

        Set<CoId> missing() {
            return Set.copyOf(waiters.keySet());
        }

        /// What waited for a value.
        List<Content> release(CoId arrived) {
            Set<CoId> waiting = waiters.remove(arrived);
            if (waiting == null) {
                return List.of();
            }
            var released = new ArrayList<Content>();
            for (CoId id : waiting) {
                Spot spot = spots.get(id);
                if (spot != null) {
                    spot.missing.remove(arrived);
                    if (spot.missing.isEmpty()) {
                        released.addAll(drop(id));
                    }
                }
            }
            return released;
        }

        /// A value and all that it waits for, when all of it is here: then they wait for each
        /// other.
        List<Content> releaseCircle(CoId start) {
            var circle = new LinkedHashSet<CoId>();
            var next = new ArrayDeque<CoId>();
            next.add(start);
            while (!next.isEmpty()) {
                CoId id = next.remove();
                Spot spot = spots.get(id);
                if (spot == null) {
                    return List.of();
                }
                if (circle.add(id)) {
                    next.addAll(spot.missing);
                }
            }
            var released = new ArrayList<Content>();
            circle.forEach(id -> released.addAll(drop(id)));
            return released;
        }

        private List<Content> drop(CoId id) {
            Spot spot = spots.remove(id);
            if (spot == null) {
                return List.of();
            }
            spot.contents.forEach(content -> size -= size(content));
            for (CoId missing : spot.missing) {
                Set<CoId> waiting = waiters.get(missing);
                if (waiting != null) {
                    waiting.remove(id);
                    if (waiting.isEmpty()) {
                        waiters.remove(missing);
                    }
                }
            }
            return spot.contents;
        }
    }
}
