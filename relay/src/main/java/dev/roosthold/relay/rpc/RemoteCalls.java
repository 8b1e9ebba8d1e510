package dev.roosthold.relay.rpc;

import static java.util.Objects.requireNonNullElse;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.cluster.Bus;
import dev.roosthold.relay.cluster.Channels;
import dev.roosthold.relay.cluster.Message;
import dev.roosthold.socketio.AckTimeoutException;
import dev.roosthold.socketio.SocketClosedException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Calls between sockets of different nodes. Thread-safe; nothing here blocks, except [#serve] for
/// a moment.
///
/// For each method that a socket here serves this node listens on a subject of its own, so NATS
/// itself knows whether anybody does, and says at once when not. One node gets the call, takes it,
/// runs it and answers to the inbox of the calling node:
///
/// ```
/// call  -> took, done            the usual way; long parameters follow when it is taken,
///                                a long answer comes in pieces before done
/// call  -> took, fail            the target has gone, does not answer, is the caller itself
/// call  -> none | (nobody)       no socket serves it
/// ```
///
/// While a call is with another node, that node is asked for a sign of life at each sweep: of a
/// process that is gone NATS says at once that nobody listens. A call that nobody has taken for a
/// moment may have been on its way to such a process: it is asked whether anybody serves its method
/// now, and whoever answers without having taken the call before has not got it. When this node
/// loses NATS itself, its calls end, as no answer can come.
///
/// A process that hangs still listens as far as NATS knows. When the others take it for dead
/// ([#isSilent]) its calls end, new ones to what it was known to serve are refused, and until it is
/// back or gone calls are sent to the one node that is known to serve a method, past the queue.
/// When it goes on it does not run what has waited for it.
///
/// The newest registration of a method serves it, wherever it is: each is told with a number that
/// is higher than all that this node has seen, and ends those with a lower one. The queue of the
/// subject sees to it that no call is run twice, even while two nodes listen.
final class RemoteCalls {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteCalls.class);

    private static final String CALL = "call";
    private static final String PROBE = "probe";
    private static final String TOOK = "took";
    private static final String NONE = "none";
    private static final String PIECE = "piece";
    private static final String DONE = "done";
    private static final String FAIL = "fail";
    private static final String PARAMS = "params";
    private static final String CLAIM = "rpc-claim";
    private static final String DEPARTED = "rpc-departed";

    /// What the parameters or the answer are: not there, in the message, or still to come.
    private static final String ABSENT = "absent";

    private static final String PRESENT = "present";
    private static final String LATER = "later";

    /// As large as a frame of a client may be, in other words.
    private static final int MAX_ANSWER = 64 << 20;

    private static final Duration SETTLE = Duration.ofMillis(250);

    /// A call that nobody has taken for so long may be lost.
    private static final long DOUBTFUL_NANOS = Duration.ofMillis(250).toNanos();

    /// A call that nobody has taken for so long is lost when its method is served by a node that
    /// says nothing of it. Two nodes can listen for a moment, and the other one may have it.
    private static final long OVERDUE_NANOS = Duration.ofMillis(500).toNanos();

    /// A call that nobody has taken for so long is lost.
    private static final long UNTAKEN_NANOS = Duration.ofSeconds(3).toNanos();

    private static final byte[] NOTHING = {};

    private final Channels channels;
    private final Bus bus;
    private final String node;
    private final Here here;
    private final RpcLimits limits;
    private final InstantSource clock;
    private final AtomicLong numbers = new AtomicLong();
    private final LongAdder given = new LongAdder();
    private final LongAdder taken = new LongAdder();

    /// Grows with every registration that this node makes or hears of.
    private final AtomicLong latest = new AtomicLong();

    private final ConcurrentHashMap<Long, Sent> sent = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Taken> incomplete = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Probed> probes = new ConcurrentHashMap<>();

    /// By the name of account and method.
    private final ConcurrentHashMap<String, Served> served = new ConcurrentHashMap<>();

    /// Nodes that are taken for dead while NATS knows them: what is sent there is lost, or read
    /// much too late.
    private final Set<String> silent = ConcurrentHashMap.newKeySet();

    private final Absence absence;

    /// How a call can fail.
    enum Failure {
        SAME_SOCKET,
        TIMED_OUT,
        DISCONNECTED,
        INTERNAL
    }

    /// This node, as far as calls from and to others need it. Must not block.
    interface Here {
        @Nullable Endpoint serving(AccountId account, String method);

        /// Ends this one registration, if it has not ended.
        void drop(Endpoint endpoint, String method);

        CompletableFuture<List<JsonNode>> run(
                Endpoint target, String method, @Nullable JsonNode params, Duration left);

        /// Another node is about to run a call of this one.
        void accepted(Call call);

        void nobody(Call call);

        void answered(Call call, @Nullable JsonNode result);

        void failed(Call call, Failure failure);

        /// Another node serves methods that calls may be waiting for.
        void served(AccountId account, Predicate<String> method);

        /// Another node serves the method of that name.
        void servedAt(AccountId account, String name, String node);

        /// A machine or session has lost a connection to another node.
        void departed(AccountId account, String owner);
    }

    private record Served(
            AccountId account, String method, Endpoint endpoint, long number, Bus.Ear ear) {}

    private record Probed(AccountId account, String method, long sentAtNanos) {}

    /// A call of this node that another one is to answer. Guarded by itself.
    private static final class Sent {
        final Call call;

        /// That of its method among nodes.
        final String name;

        /// The only node that can get it; null when any may that serves the method.
        final @Nullable String aimedAt;

        final long sentAtNanos = System.nanoTime();
        @Nullable String takenBy;
        final ByteArrayOutputStream answer = new ByteArrayOutputStream(0);

        Sent(Call call, String name, @Nullable String aimedAt) {
            this.call = call;
            this.name = name;
            this.aimedAt = aimedAt;
        }
    }

    /// A call of another node whose parameters are still coming. Calls lane only.
    private record Taken(
            String replyTo,
            Endpoint target,
            String method,
            Duration left,
            ByteArrayOutputStream params,
            long sinceNanos) {}

    RemoteCalls(Channels channels, String node, Here here, RpcLimits limits, InstantSource clock) {
        this.channels = channels;
        this.bus = channels.bus();
        this.node = node;
        this.here = here;
        this.limits = limits;
        this.clock = clock;
        this.absence = new Absence(number -> bus.echo(inbox("w-" + number)));
        bus.listen(Bus.Lane.CALLS, "node." + node + ".*", new Inbox());
        bus.onLoss(this::fail);
        bus.onReturn(() -> served.forEach(this::claim));
        channels.on(CLAIM, this::claimed);
        channels.on(DEPARTED, (account, message) -> here.departed(account, message.part(1)));
    }

    private String name(AccountId account, String method) {
        return channels.name(account.value() + '\0' + method);
    }

    // ---- registrations

    /// A socket here serves the method now, as the newest of all nodes. From when this returns, the
    /// others find it. Blocks for a moment.
    void serve(Endpoint endpoint, String method) {
        AccountId account = endpoint.socket.account();
        String name = name(account, method);
        long number = latest.updateAndGet(last -> Math.max(last + 1, clock.millis()));
        served.compute(
                name,
                (_, before) ->
                        new Served(
                                account,
                                method,
                                // The newest, should two be registered at the same moment.
                                requireNonNullElse(here.serving(account, method), endpoint),
                                number,
                                before == null
                                        ? bus.serve(Bus.Lane.CALLS, "call." + name, this::called)
                                        : before.ear()));
        // It may have left meanwhile.
        unserve(account, method);
        bus.settle(SETTLE);
        Served now = served.get(name);
        if (now != null) {
            claim(name, now);
        }
    }

    private void claim(String name, Served one) {
        channels.tell(one.account(), List.of(CLAIM, name, String.valueOf(one.number()), node));
    }

    /// Stops listening when no socket here serves the method any more.
    void unserve(AccountId account, String method) {
        served.computeIfPresent(
                name(account, method),
                (_, now) -> {
                    if (here.serving(account, method) != null) {
                        return now;
                    }
                    now.ear().close();
                    return null;
                });
    }

    /// Another node has told of a registration.
    private void claimed(AccountId account, Message message) {
        String name = message.part(1);
        long number = message.number(2);
        latest.accumulateAndGet(number, Math::max);
        Served own = served.get(name);
        if (own != null && isOlder(own.number(), number, message.part(3))) {
            // Not whichever is there now: a newer one may be about to get its number.
            here.drop(own.endpoint(), own.method());
            unserve(account, own.method());
        } else if (own != null) {
            // The other node has not heard of it.
            claim(name, own);
        }
        here.servedAt(account, name, message.part(3));
        here.served(account, method -> name(account, method).equals(name));
    }

    private boolean isOlder(long own, long other, String otherNode) {
        return own < other || own == other && node.compareTo(otherNode) < 0;
    }

    /// A machine or session has lost a connection to this node.
    void tellDeparted(AccountId account, String owner) {
        channels.tell(account, List.of(DEPARTED, owner));
    }

    // ---- calls of this node

    /// Calls that were sent to the other nodes since the start, whether anybody takes them or not.
    long given() {
        return given.sum();
    }

    /// Calls of other nodes that were taken since the start.
    long taken() {
        return taken.sum();
    }

    /// Gives the call to whichever node serves it; what comes of it is told [Here].
    ///
    /// @return false when it cannot be sent
    boolean send(Call call) {
        AccountId account = call.caller.socket.account();
        String name = name(account, call.method);
        String server = silent.isEmpty() ? null : call.caller.account.nodeOf(name);
        if (server != null && silent.contains(server)) {
            here.nobody(call);
            return true;
        }
        JsonNode params = call.params();
        byte[] body = params == null ? NOTHING : Codec.print(params);
        boolean fits = body.length <= bus.maxBody();
        long number = numbers.incrementAndGet();
        sent.put(number, new Sent(call, name, server));
        boolean left =
                bus.ask(
                        server == null ? "call." + name : "node." + server + ".call",
                        inbox("c-" + number),
                        List.of(
                                CALL,
                                account.value(),
                                call.method,
                                call.caller.socket.socketId(),
                                String.valueOf(left(call)),
                                params == null ? ABSENT : fits ? PRESENT : LATER,
                                node + "." + number),
                        fits ? body : NOTHING);
        if (left) {
            given.increment();
        }
        // If it was taken out meanwhile it is dealt with.
        return left || sent.remove(number) == null;
    }

    private long left(Call call) {
        long left = limits.answerWithin().toMillis() - (clock.millis() - call.arrivedAtMs);
        return Math.max(left, 1);
    }

    private String inbox(String token) {
        return "node." + node + "." + token;
    }

    /// Asks whether another node serves a method that a call waits for.
    void probe(AccountId account, String method) {
        long number = numbers.incrementAndGet();
        probes.put(number, new Probed(account, method, System.nanoTime()));
        if (!bus.ask(
                "call." + name(account, method),
                inbox("q-" + number),
                List.of(PROBE, account.value(), method),
                NOTHING)) {
            probes.remove(number);
        }
    }

    /// Ends what cannot be answered any more.
    void sweep() {
        long now = System.nanoTime();
        absence.look();
        Set<String> askedFor = new HashSet<>(silent);
        askedFor.forEach(this::askForLife);
        long untaken = askedFor.isEmpty() ? UNTAKEN_NANOS : OVERDUE_NANOS;
        sent.forEach(
                (number, one) -> {
                    String takenBy;
                    synchronized (one) {
                        takenBy = one.takenBy;
                    }
                    long age = clock.millis() - one.call.arrivedAtMs;
                    if (age > limits.answerWithin().plusSeconds(1).toMillis()) {
                        end(number, Failure.TIMED_OUT);
                    } else if (takenBy == null && now - one.sentAtNanos > untaken
                            || isWithSilent(one, takenBy, now)) {
                        end(number, Failure.DISCONNECTED);
                    } else if (takenBy == null && now - one.sentAtNanos > DOUBTFUL_NANOS) {
                        AccountId account = one.call.caller.socket.account();
                        bus.ask(
                                "call." + name(account, one.call.method),
                                inbox("u-" + number),
                                List.of(PROBE, account.value(), one.call.method),
                                NOTHING);
                    } else if (takenBy != null && askedFor.add(takenBy)) {
                        askForLife(takenBy);
                    }
                });
        probes.values().removeIf(one -> now - one.sentAtNanos() > UNTAKEN_NANOS);
        incomplete.values().removeIf(one -> now - one.sinceNanos() > 4 * UNTAKEN_NANOS);
    }

    private void askForLife(String other) {
        bus.ask("node." + other + ".life", inbox("l-" + other), List.of(PROBE), NOTHING);
    }

    /// Whether the call is with a node that took it although it was silent, and is so still.
    private boolean isWithSilent(Sent one, @Nullable String takenBy, long now) {
        return takenBy != null && silent.contains(takenBy) && now - one.sentAtNanos > UNTAKEN_NANOS;
    }

    /// Another node is taken for dead.
    void isSilent(String other) {
        silent.add(other);
        endThoseWith(other);
    }

    void isBack(String other) {
        silent.remove(other);
    }

    /// No answer can come any more.
    private void fail() {
        sent.keySet().forEach(number -> end(number, Failure.DISCONNECTED));
    }

    private void end(long number, Failure failure) {
        Sent one = sent.remove(number);
        if (one != null) {
            here.failed(one.call, failure);
        }
    }

    /// What comes to this node alone.
    private final class Inbox implements Bus.Handler {
        @Override
        public void on(Message message) {
            switch (message.kind()) {
                case PARAMS -> continued(message);
                case CALL -> called(message);
                // It is enough that somebody listens.
                case PROBE -> {}
                default -> answered(message);
            }
        }

        @Override
        public void nobody(String subject) {
            String token = subject.substring(subject.lastIndexOf('.') + 1);
            String rest = token.substring(2);
            switch (token.charAt(0)) {
                case 'c' -> nobodyServes(Long.parseLong(rest));
                case 'q' -> probes.remove(Long.parseLong(rest));
                case 'u' -> untaken(Long.parseLong(rest), 0);
                case 'l' -> isGone(rest);
                case 'w' -> absence.echoed(Long.parseLong(rest));
                default -> {}
            }
        }
    }

    /// NATS does not know it any more: nothing can come to it by mistake.
    private void isGone(String other) {
        silent.remove(other);
        endThoseWith(other);
    }

    private void endThoseWith(String other) {
        sent.forEach(
                (number, one) -> {
                    boolean his;
                    synchronized (one) {
                        his = other.equals(one.takenBy);
                    }
                    if (his) {
                        end(number, Failure.DISCONNECTED);
                    }
                });
    }

    /// Ends a call that nobody has taken, if it was sent that long ago.
    private void untaken(long number, long nanos) {
        Sent one = sent.get(number);
        if (one == null || System.nanoTime() - one.sentAtNanos < nanos) {
            return;
        }
        boolean lost;
        synchronized (one) {
            lost = one.takenBy == null;
        }
        if (lost) {
            end(number, Failure.DISCONNECTED);
        }
    }

    private void nobodyServes(long number) {
        Sent one = sent.remove(number);
        if (one == null) {
            return;
        }
        if (one.aimedAt != null) {
            one.call.caller.account.notServedAt(one.name, one.aimedAt);
            if (send(one.call)) {
                return;
            }
        }
        here.nobody(one.call);
    }

    /// A word about a call of this node: kind, its number, more.
    private void answered(Message message) {
        long number = message.number(1);
        if (message.kind().equals(PROBE + TOOK)) {
            Probed probed = probes.remove(number);
            if (probed != null) {
                here.servedAt(
                        probed.account(), name(probed.account(), probed.method()), message.part(2));
                here.served(probed.account(), probed.method()::equals);
            }
            untaken(number, OVERDUE_NANOS);
            return;
        }
        Sent one = sent.get(number);
        if (one == null) {
            return;
        }
        switch (message.kind()) {
            case TOOK -> taken(one, number, message.part(2));
            case NONE -> nobodyServes(number);
            case PIECE -> {
                boolean fits;
                synchronized (one) {
                    fits = one.answer.size() + message.body().length <= MAX_ANSWER;
                    if (fits) {
                        one.answer.writeBytes(message.body());
                    }
                }
                if (!fits) {
                    end(number, Failure.INTERNAL);
                }
            }
            case DONE -> {
                sent.remove(number);
                done(one, message);
            }
            case FAIL -> end(number, failure(message.part(2)));
            default -> {}
        }
    }

    private void done(Sent one, Message message) {
        if (message.part(2).equals(ABSENT)) {
            here.answered(one.call, null);
            return;
        }
        Optional<JsonNode> answer;
        synchronized (one) {
            answer = whole(one.answer, message, 3);
        }
        answer.ifPresentOrElse(
                value -> here.answered(one.call, value),
                () -> here.failed(one.call, Failure.INTERNAL));
    }

    /// What came in pieces; empty when one of them was lost.
    private static Optional<JsonNode> whole(
            ByteArrayOutputStream pieces, Message last, int lengthAt) {
        pieces.writeBytes(last.body());
        if (pieces.size() != last.number(lengthAt)) {
            LOG.warn("a part of a call between nodes was lost");
            return Optional.empty();
        }
        return Optional.of(Codec.parse(pieces.toByteArray()));
    }

    private static Failure failure(String name) {
        for (Failure one : Failure.values()) {
            if (one.name().equals(name)) {
                return one;
            }
        }
        return Failure.INTERNAL;
    }

    private void taken(Sent one, long number, String by) {
        synchronized (one) {
            one.takenBy = by;
        }
        one.call.caller.account.servedAt(one.name, by);
        here.accepted(one.call);
        JsonNode params = one.call.takeParams();
        byte[] body = params == null ? NOTHING : Codec.print(params);
        if (body.length > bus.maxBody()) {
            inPieces(
                    body,
                    (from, length, last) ->
                            bus.send(
                                    "node." + by + ".params",
                                    List.of(
                                            PARAMS,
                                            node + "." + number,
                                            last ? DONE : PIECE,
                                            String.valueOf(body.length)),
                                    body,
                                    from,
                                    length));
        }
    }

    private interface Piece {
        void send(int from, int length, boolean last);
    }

    private void inPieces(byte[] body, Piece piece) {
        int size = bus.maxBody();
        int from = 0;
        do {
            int length = Math.min(size, body.length - from);
            piece.send(from, length, from + length == body.length);
            from += length;
        } while (from < body.length);
    }

    // ---- calls of other nodes

    /// A call or a probe of another node, for a method that is served here. Calls lane.
    private void called(Message message) {
        String replyTo = message.replyTo();
        if (replyTo == null) {
            return;
        }
        String number = number(replyTo);
        var account = new AccountId(message.part(1));
        String method = message.part(2);
        Endpoint target = here.serving(account, method);
        if (message.kind().equals(PROBE)) {
            if (target != null) {
                say(replyTo, PROBE + TOOK, number, node);
            }
            return;
        }
        if (target == null) {
            say(replyTo, NONE, number, "");
            return;
        }
        if (target.socket.socketId().equals(message.part(3))) {
            say(replyTo, FAIL, number, Failure.SAME_SOCKET.name());
            return;
        }
        if (absence.mayHaveWaited()) {
            say(replyTo, FAIL, number, Failure.DISCONNECTED.name());
            return;
        }
        taken.increment();
        say(replyTo, TOOK, number, node);
        Duration left = Duration.ofMillis(message.number(4));
        switch (message.part(5)) {
            case ABSENT -> run(replyTo, target, method, null, left);
            case LATER ->
                    incomplete.put(
                            message.part(6),
                            new Taken(
                                    replyTo,
                                    target,
                                    method,
                                    left,
                                    new ByteArrayOutputStream(),
                                    System.nanoTime()));
            default -> run(replyTo, target, method, Codec.parse(message.body()), left);
        }
    }

    /// More parameters of a call that was taken. Calls lane.
    private void continued(Message message) {
        Taken taken = incomplete.get(message.part(1));
        if (taken == null) {
            return;
        }
        if (absence.mayHaveWaited()) {
            incomplete.remove(message.part(1));
            say(taken.replyTo(), FAIL, number(taken.replyTo()), Failure.DISCONNECTED.name());
        } else if (taken.params().size() + message.body().length > MAX_ANSWER) {
            incomplete.remove(message.part(1));
            say(taken.replyTo(), FAIL, number(taken.replyTo()), Failure.INTERNAL.name());
        } else if (message.part(2).equals(DONE)) {
            incomplete.remove(message.part(1));
            whole(taken.params(), message, 3)
                    .ifPresentOrElse(
                            params ->
                                    run(
                                            taken.replyTo(),
                                            taken.target(),
                                            taken.method(),
                                            params,
                                            taken.left()),
                            () ->
                                    say(
                                            taken.replyTo(),
                                            FAIL,
                                            number(taken.replyTo()),
                                            Failure.INTERNAL.name()));
        } else {
            taken.params().writeBytes(message.body());
        }
    }

    /// The number that the calling node gave to what it wants an answer to.
    private static String number(String replyTo) {
        return replyTo.substring(replyTo.lastIndexOf('-') + 1);
    }

    private void run(
            String replyTo,
            Endpoint target,
            String method,
            @Nullable JsonNode params,
            Duration left) {
        String number = number(replyTo);
        try {
            var _ =
                    here.run(target, method, params, left)
                            .whenComplete(
                                    (values, failure) -> reply(replyTo, number, values, failure));
        } catch (RuntimeException e) {
            reply(replyTo, number, null, e);
        }
    }

    private void reply(
            String replyTo,
            String number,
            @Nullable List<JsonNode> values,
            @Nullable Throwable failure) {
        if (values == null) {
            if (!(failure instanceof AckTimeoutException)
                    && !(failure instanceof SocketClosedException)) {
                LOG.warn("a call of another node was not placed", failure);
            }
            Failure kind =
                    switch (failure) {
                        case AckTimeoutException _ -> Failure.TIMED_OUT;
                        case SocketClosedException _ -> Failure.DISCONNECTED;
                        case null, default -> Failure.INTERNAL;
                    };
            say(replyTo, FAIL, number, kind.name());
        } else if (values.isEmpty()) {
            say(replyTo, DONE, number, ABSENT);
        } else {
            byte[] body = Codec.print(values.getFirst());
            inPieces(
                    body,
                    (from, length, last) ->
                            bus.reply(
                                    replyTo,
                                    List.of(
                                            last ? DONE : PIECE,
                                            number,
                                            PRESENT,
                                            String.valueOf(body.length)),
                                    body,
                                    from,
                                    length));
        }
    }

    private void say(String replyTo, String kind, String number, String more) {
        bus.reply(replyTo, List.of(kind, number, more), NOTHING, 0, 0);
    }
}
