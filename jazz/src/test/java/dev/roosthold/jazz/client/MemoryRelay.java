package dev.roosthold.jazz.client;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.transport.Link;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A small relay in the same process: it verifies, keeps in memory, answers and forwards. What it
/// says can be falsified on the way.
final class MemoryRelay implements Link.Dialer {
    final List<String> heard = new CopyOnWriteArrayList<>();
    volatile UnaryOperator<String> falsify = UnaryOperator.identity();
    volatile boolean reachable = true;
    /// A value about which this relay keeps silent, as the published one does after a wrong
    /// signature.
    volatile @Nullable CoId silentAbout;

    private Node node = new Node(null);
    private final List<Peer> peers = new ArrayList<>();

    @Override
    public synchronized Link dial(Link.Listener listener) throws IOException {
        if (!reachable) {
            throw new IOException("not reachable");
        }
        var peer = new Peer(listener);
        peers.add(peer);
        Thread.ofVirtual().start(peer::run);
        peer.say(SyncCodec.write(new SyncMessage.Ping(System.currentTimeMillis())));
        return peer;
    }

    synchronized int connections() {
        return peers.size();
    }

    /// Cuts all connections.
    void cut() {
        List<Peer> all;
        synchronized (this) {
            all = List.copyOf(peers);
        }
        all.forEach(Peer::close);
    }

    /// Loses everything.
    synchronized void forget() {
        node = new Node(null);
    }

    synchronized @Nullable ValueLog log(CoId id) {
        return node.log(id);
    }

    /// Says something to everybody.
    synchronized void say(String frame) {
        peers.forEach(peer -> peer.say(frame));
    }

    private synchronized void take(Peer from, String frame) {
        for (String line : SyncCodec.lines(frame)) {
            heard.add(line);
            switch (SyncCodec.read(line)) {
                case SyncMessage.Load(KnownState known) -> {
                    if (known.id().equals(silentAbout)) {
                        continue;
                    }
                    from.known.put(known.id(), known);
                    ValueLog log = node.log(known.id());
                    if (log == null || known.covers(log.known())) {
                        from.say(known(known.id(), false));
                    } else {
                        forward(from, log);
                    }
                }
                case SyncMessage.Known(KnownState known, boolean correction) -> {
                    from.known.merge(
                            known.id(), known, correction ? (_, now) -> now : KnownState::merge);
                    ValueLog log = node.log(known.id());
                    if (log != null) {
                        forward(from, log);
                    }
                }
                case SyncMessage.Push(Content content) -> {
                    if (!content.id().equals(silentAbout)) {
                        push(from, content);
                    }
                }
                case null, default -> {}
            }
        }
    }

    private void push(Peer from, Content content) {
        switch (node.receive(content)) {
            case Received.Applied(KnownState known, boolean gap, var _, boolean _) -> {
                var counts = new HashMap<dev.roosthold.jazz.ids.SessionId, Integer>();
                content.sessions().forEach((session, piece) -> counts.put(session, piece.end()));
                from.known.merge(
                        known.id(), new KnownState(known.id(), true, counts), KnownState::merge);
                from.say(known(known.id(), gap));
                for (Peer peer : peers) {
                    if (peer != from && peer.known.containsKey(known.id())) {
                        forward(peer, java.util.Objects.requireNonNull(node.log(known.id())));
                    }
                }
            }
            case Received.Headless(CoId id) ->
                    from.say(SyncCodec.write(new SyncMessage.Known(KnownState.nothing(id), true)));
            case Received.Waiting _, Received.Forged _ -> {}
        }
    }

    private void forward(Peer to, ValueLog log) {
        KnownState known = to.known.getOrDefault(log.id(), KnownState.nothing(log.id()));
        for (Content content : log.since(known)) {
            to.say(SyncCodec.write(new SyncMessage.Push(content)));
        }
        to.known.put(log.id(), known.merge(log.known()));
    }

    private String known(CoId id, boolean correction) {
        ValueLog log = node.log(id);
        return SyncCodec.write(
                new SyncMessage.Known(
                        log == null ? KnownState.nothing(id) : log.known(), correction));
    }

    private final class Peer implements Link {
        private final Listener listener;
        private final LinkedBlockingQueue<String> out = new LinkedBlockingQueue<>();
        private final Map<CoId, KnownState> known = new HashMap<>();
        private volatile boolean open = true;

        Peer(Listener listener) {
            this.listener = listener;
        }

        void say(String frame) {
            out.add(frame);
        }

        void run() {
            try {
                while (open) {
                    listener.frame(falsify.apply(out.take()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void send(String frame) throws IOException {
            if (!open) {
                throw new IOException("cut");
            }
            try {
                take(this, frame);
            } catch (FormatException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            if (open) {
                open = false;
                out.add("");
                synchronized (MemoryRelay.this) {
                    peers.remove(this);
                }
                listener.closed(null);
            }
        }
    }
}
