package dev.roosthold.jazz.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A connection without a network.
final class Wire implements Link {
    private static final AtomicLong FENCES = new AtomicLong();

    private final List<SyncMessage> heard = new CopyOnWriteArrayList<>();
    private final RelayPeer peer;
    private final boolean keeps;
    private volatile int closed;
    private volatile boolean congested;
    private final AtomicLong characters = new AtomicLong();

    private Wire(JazzRelay relay, String space, boolean keeps) {
        this.keeps = keeps;
        peer = relay.connect(space, this);
    }

    static Wire to(JazzRelay relay) {
        return new Wire(relay, "shared", true);
    }

    static Wire to(JazzRelay relay, String space) {
        return new Wire(relay, space, true);
    }

    /// One that forgets what it hears, but for answers to comparisons.
    static Wire forgetful(JazzRelay relay) {
        return new Wire(relay, "shared", false);
    }

    Wire says(String frame) {
        peer.receive(frame);
        return this;
    }

    Wire says(SyncMessage message) {
        return says(SyncCodec.write(message));
    }

    Wire brings(List<Content> contents) {
        contents.forEach(content -> says(new SyncMessage.Push(content)));
        return this;
    }

    Wire loads(CoId id) {
        return says(new SyncMessage.Load(KnownState.nothing(id)));
    }

    /// Waits until everything that it has said is answered.
    Wire settled() {
        String batch = "fence" + FENCES.incrementAndGet();
        says("{\"action\":\"reconcile\",\"id\":\"" + batch + "\",\"values\":[]}");
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> closed != 0 || heard.remove(new SyncMessage.ReconcileAck(batch)));
        return this;
    }

    List<SyncMessage> heard() {
        return List.copyOf(heard);
    }

    void forgets() {
        heard.clear();
    }

    /// The latest state that it was told of a value.
    @Nullable KnownState known(CoId id) {
        KnownState latest = null;
        for (SyncMessage message : heard) {
            if (message instanceof SyncMessage.Known(KnownState known, boolean _)
                    && known.id().equals(id)) {
                latest = known;
            }
        }
        return latest;
    }

    /// How often it was told that it assumed too much of a value.
    long corrections(CoId id) {
        return heard.stream()
                .filter(
                        message ->
                                message instanceof SyncMessage.Known(KnownState known, boolean yes)
                                        && yes
                                        && known.id().equals(id))
                .count();
    }

    List<Content> contents(CoId id) {
        return heard.stream()
                .filter(SyncMessage.Push.class::isInstance)
                .map(message -> ((SyncMessage.Push) message).content())
                .filter(content -> content.id().equals(id))
                .toList();
    }

    void awaits(Predicate<Wire> what) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> what.test(this));
    }

    int closed() {
        return closed;
    }

    long characters() {
        return characters.get();
    }

    void congests(boolean yes) {
        congested = yes;
        if (!yes) {
            peer.drained();
        }
    }

    void hangsUp() {
        closed = 1;
        peer.closed();
    }

    @Override
    public void send(String frame) {
        characters.addAndGet(frame.length());
        for (String line : SyncCodec.lines(frame)) {
            SyncMessage message = SyncCodec.read(line);
            assertThat(message).as(line).isNotNull();
            if (message != null && (keeps || message instanceof SyncMessage.ReconcileAck)) {
                heard.add(message);
            }
        }
    }

    @Override
    public boolean congested() {
        return congested;
    }

    @Override
    public void pause(boolean stop) {}

    @Override
    public void close(int code, String reason) {
        if (closed == 0) {
            closed = code;
            if (peer != null) {
                peer.closed();
            }
        }
    }
}
