package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The relay's end of one connection. The public methods are thread-safe and do not block; frames
/// have to be given in their order.
public final class RelayPeer {
    /// Received and not handled; beyond it the transport is told to wait.
    private static final long PAUSE_FROM = 1 << 20;

    private static final long GO_ON_BELOW = 256 << 10;

    /// A frame that is sent is about so long; see 8.1 of the format's description: 25 kB.
    private static final int FRAME = 24 << 10;

    private static final int MAX_CORRECTED = 1_000;

    /// Where what is to be sent stands in line: groups and accounts, others, streams of bytes.
    private static final int CLASSES = 3;

    /// A message and the characters that it had.
    record Incoming(SyncMessage message, int size) {}

    /// One value that is on its way to the peer.
    static final class Delivery {
        final CoId id;

        /// Whether the peer has asked, and has to hear it when there is nothing to send.
        final boolean asked;

        boolean begun;

        Delivery(CoId id, boolean asked) {
            this.id = id;
            this.asked = asked;
        }
    }

    /// A comparison of many values that is answered when those that differ were dealt with.
    record Comparison(String batch, Set<CoId> open) {}

    private final JazzRelay relay;
    final String spaceName;
    final Link link;

    // ---- any thread
    private final Queue<String> frames = new ArrayDeque<>();
    private long held;
    private boolean decoding;
    private boolean paused;
    private final Queue<Incoming> inbox = new ConcurrentLinkedQueue<>();
    final AtomicBoolean queued = new AtomicBoolean();
    private final AtomicInteger bad = new AtomicInteger();
    private volatile boolean closed;

    // ---- relay thread
    /// Null until the relay's thread has seen the peer, and once it is gone.
    @Nullable Space space;

    boolean gone;
    final Map<CoId, Subscription> subscriptions = new HashMap<>();
    final Set<Waiting> waiting = new LinkedHashSet<>();
    long waitingBytes;

    /// Values that it was asked for.
    final Set<CoId> requested = new HashSet<>();

    /// When it was told to begin a value anew, the oldest first.
    private final LinkedHashMap<CoId, Long> corrected = new LinkedHashMap<>();

    /// Values that it has asked for and that are not here, the oldest first.
    final LinkedHashSet<CoId> unknown = new LinkedHashSet<>();

    final ArrayDeque<Comparison> comparisons = new ArrayDeque<>();

    /// Comparisons to be answered when everything in line was sent.
    final ArrayDeque<String> compared = new ArrayDeque<>();

    final ArrayDeque<Delivery> plan = new ArrayDeque<>();
    private final @Nullable LinkedHashMap<CoId, Boolean>[] wanted;
    private final StringBuilder out = new StringBuilder();
    private final ArrayDeque<String> ready = new ArrayDeque<>();

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    RelayPeer(JazzRelay relay, String spaceName, Link link) {
        this.relay = relay;
        this.spaceName = spaceName;
        this.link = link;
        this.wanted = new LinkedHashMap[CLASSES];
    }

    /// Takes one text frame of the peer.
    public void receive(String frame) {
        if (closed) {
            return;
        }
        if (!relay.admit(frame.length())) {
            link.close(Link.TRY_LATER, "the relay has too much to do");
            return;
        }
        synchronized (frames) {
            frames.add(frame);
            held += frame.length();
            if (held > PAUSE_FROM && !paused) {
                paused = true;
                link.pause(true);
            }
            if (decoding) {
                return;
            }
            decoding = true;
        }
        relay.decode(this::decode);
    }

    /// More may be handed to the link.
    public void drained() {
        relay.ready(this);
    }

    /// The connection has ended.
    public void closed() {
        closed = true;
        relay.ready(this);
    }

    boolean isClosed() {
        return closed;
    }

    private void decode() {
        while (true) {
            String frame;
            synchronized (frames) {
                frame = frames.poll();
                if (frame == null) {
                    decoding = false;
                    return;
                }
            }
            int passed = 0;
            if (!closed) {
                for (String line : SyncCodec.lines(frame)) {
                    SyncMessage message = read(line);
                    if (message != null) {
                        inbox.add(new Incoming(message, line.length()));
                        passed += line.length();
                    }
                }
            }
            handled(frame.length() - passed);
            relay.ready(this);
        }
    }

    private @Nullable SyncMessage read(String line) {
        try {
            SyncMessage message = SyncCodec.read(line);
            relay.listener().received(action(message));
            return message;
        } catch (FormatException e) {
            relay.listener().refused(RelayListener.Refusal.UNREADABLE);
            misbehaved();
            return null;
        } catch (RuntimeException e) {
            relay.listener().failed("reading a message", e);
            misbehaved();
            return null;
        }
    }

    private static String action(@Nullable SyncMessage message) {
        return switch (message) {
            case SyncMessage.Load _ -> "load";
            case SyncMessage.Known _ -> "known";
            case SyncMessage.Push _ -> "content";
            case SyncMessage.Reconcile _ -> "reconcile";
            case null, default -> "other";
        };
    }

    /// Counts a message that no honest peer sends often. Any thread.
    void misbehaved() {
        if (bad.incrementAndGet() == relay.limits().badMessages()) {
            link.close(Link.POLICY, "too many unreadable messages");
        }
    }

    /// The next message, or null when there is none. Relay thread.
    @Nullable Incoming next() {
        return inbox.poll();
    }

    boolean hasMessages() {
        return !inbox.isEmpty();
    }

    /// So many characters need no memory any more.
    void handled(int size) {
        relay.release(size);
        synchronized (frames) {
            held -= size;
            if (paused && held < GO_ON_BELOW) {
                paused = false;
                link.pause(false);
            }
        }
    }

    /// Puts a value in line to be sent.
    void want(Head head, boolean asked) {
        want(head.id, head.priority == 0 ? 0 : head.priority < 6 ? 1 : 2, asked);
    }

    /// Puts the answer that there is no such value in line.
    void wantUnknown(CoId id) {
        want(id, 0, true);
    }

    private void want(CoId id, int place, boolean asked) {
        LinkedHashMap<CoId, Boolean> line = wanted[place];
        if (line == null) {
            line = new LinkedHashMap<>();
            wanted[place] = line;
        }
        line.merge(id, asked, Boolean::logicalOr);
    }

    /// The next value in line, or null.
    @Nullable Delivery nextWanted() {
        for (LinkedHashMap<CoId, Boolean> line : wanted) {
            if (line != null && !line.isEmpty()) {
                Map.Entry<CoId, Boolean> first = line.pollFirstEntry();
                return new Delivery(first.getKey(), first.getValue());
            }
        }
        return null;
    }

    boolean hasWanted() {
        if (!plan.isEmpty()) {
            return true;
        }
        for (LinkedHashMap<CoId, Boolean> line : wanted) {
            if (line != null && !line.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// Adds a message to what is sent by [#flush].
    void say(SyncMessage message) {
        say(SyncCodec.write(message));
    }

    void say(String message) {
        if (!out.isEmpty() && out.length() + message.length() > FRAME) {
            ready.add(out.toString());
            out.setLength(0);
        }
        if (!out.isEmpty()) {
            out.append('\n');
        }
        out.append(message);
        if (out.length() > FRAME) {
            ready.add(out.toString());
            out.setLength(0);
            if (out.capacity() > 4 * FRAME) {
                out.trimToSize();
            }
        }
    }

    /// Whether to tell the peer that it assumed too much of a value. Once is enough for all that it
    /// has sent before it hears that: each time it sends everything again. Who does not heed it is
    /// told again after a while.
    boolean corrects(CoId id, Duration patience) {
        long now = System.nanoTime();
        Long before = corrected.get(id);
        if (before != null && now - before < patience.toNanos()) {
            return false;
        }
        corrected.putLast(id, now);
        if (corrected.size() > MAX_CORRECTED) {
            corrected.pollFirstEntry();
        }
        return true;
    }

    /// The peer has sent something of a value that continues what is here.
    void fits(CoId id) {
        corrected.remove(id);
    }

    /// Hands everything said to the link.
    void flush() {
        while (!ready.isEmpty()) {
            link.send(ready.remove());
        }
        if (!out.isEmpty()) {
            link.send(out.toString());
            out.setLength(0);
        }
    }

    boolean hasSaid() {
        return !ready.isEmpty() || !out.isEmpty();
    }

    /// Forgets what was said and not sent.
    void takeBack() {
        ready.clear();
        out.setLength(0);
    }
}
