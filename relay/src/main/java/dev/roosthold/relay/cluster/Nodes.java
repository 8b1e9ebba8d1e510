package dev.roosthold.relay.cluster;

import dev.roosthold.relay.store.SideConnection;
import dev.roosthold.relay.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who is there: a row for each node in the database, renewed every second. Thread-safe.
///
/// The database decides who is alive, as a node that cannot write there serves nobody. A node that
/// was silent for [#SILENCE] is dead, and loses its connections to the database; if it was only
/// slow, it learns that with its next beat and makes itself known again. One of the living leads:
/// it does what is to be done once for all of them.
public final class Nodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

    /// How often [#beatOn] is to be called.
    public static final Duration BEAT = Duration.ofSeconds(1);

    static final Duration SILENCE = Duration.ofSeconds(5);

    /// How long the clients of a node that has stopped may take to come to another one.
    private static final Duration GRACE = Duration.ofSeconds(5);

    /// How long a start may take, before the first beat.
    private static final Duration STARTING = Duration.ofSeconds(30);

    private final SideConnection side;
    private final String id;
    private final String fingerprint;
    private final boolean alone;
    private final AtomicBoolean beating = new AtomicBoolean();
    private final AtomicBoolean burying = new AtomicBoolean();

    /// Nodes that were alive and have not stopped since, and those of them that are silent. Beats
    /// only.
    private final Set<String> present = new HashSet<>();

    private final Set<String> silent = new HashSet<>();

    private Consumer<String> whenGone = _ -> {};
    private Consumer<String> whenSilent = _ -> {};
    private Consumer<String> whenBack = _ -> {};
    private Runnable whenForgotten = () -> {};
    private volatile boolean leads;
    private volatile boolean stopped;
    private volatile int others;
    private final LongAdder buried = new LongAdder();
    private long leadingConnection;
    private long steadySinceNanos = System.nanoTime();
    private volatile long lastBeatNanos = System.nanoTime();

    private Nodes(SideConnection side, String id, String fingerprint, boolean alone) {
        this.side = side;
        this.id = id;
        this.fingerprint = fingerprint;
        this.alone = alone;
    }

    /// One node starts at a time: the next one waits until this one has called [#started].
    public static void starting(SideConnection side) {
        side.use(
                sql -> {
                    NodeTable.starting(sql);
                    return true;
                });
    }

    /// Lets the next one start.
    public void started() {
        side.use(
                sql -> {
                    NodeTable.started(sql);
                    return NodeTable.beat(sql, id);
                });
    }

    /// Makes this node known.
    ///
    /// @throws IOException with a message for the operator, when the others have another key
    public static Nodes join(SideConnection side, ClusterKey key) throws IOException {
        String id = side.owner();
        String fingerprint = key.fingerprint();
        if (side.use(sql -> NodeTable.hasStranger(sql, fingerprint, SILENCE))) {
            throw new IOException(
                    "the other relays of this database have another data directory;"
                            + " all of them share one");
        }
        boolean alone =
                side.use(
                        sql -> {
                            NodeTable.insert(sql, id, fingerprint, STARTING);
                            boolean first = NodeTable.living(sql, id, SILENCE) == 0;
                            if (first) {
                                NodeTable.forgetOthers(sql, id);
                            }
                            return first;
                        });
        return new Nodes(side, id, fingerprint, alone);
    }

    /// The name of this node, which is that of its store: random, new with each start.
    public String id() {
        return id;
    }

    /// Whether there was no other node when this one came.
    public boolean wasAlone() {
        return alone;
    }

    /// Whether this node does what one of them does for all.
    public boolean leads() {
        return leads && !stopped;
    }

    /// Nodes that were alive at the latest beat, this one included.
    public int alive() {
        return others + 1;
    }

    /// Nodes that were gone and that this one has seen to since its start.
    public long buried() {
        return buried.sum();
    }

    /// How long ago the row of this node was renewed; from its start when it never was.
    public Duration sinceBeat() {
        return Duration.ofNanos(System.nanoTime() - lastBeatNanos);
    }

    /// Sets what is done about a node that is gone. May block; is repeated until it returns
    /// normally.
    public void whenGone(Consumer<String> action) {
        whenGone = action;
    }

    /// Sets what this node does for itself about another one that counts as dead, at once, and when
    /// that one was only slow. It may still be there, and run on where it stood. Must not block.
    public void whenSilent(Consumer<String> action, Consumer<String> back) {
        whenSilent = action;
        whenBack = back;
    }

    /// Sets what is done when the others took this node for dead. May block.
    public void whenForgotten(Runnable action) {
        whenForgotten = action;
    }

    /// Renews the row and looks after the others, on a thread of the executor.
    public void beatOn(Executor executor) {
        if (!stopped && beating.compareAndSet(false, true)) {
            executor.execute(
                    () -> {
                        try {
                            beat(executor);
                        } catch (StoreException e) {
                            leads = false;
                            LOG.debug("no beat", e);
                        } finally {
                            beating.set(false);
                        }
                    });
        }
    }

    private void beat(Executor executor) {
        boolean known = side.use(sql -> NodeTable.beat(sql, id));
        long now = System.nanoTime();
        if (now - lastBeatNanos > SILENCE.toNanos() / 2) {
            // This node was away: what it thinks of the others may be its own fault.
            steadySinceNanos = now;
        }
        lastBeatNanos = now;
        List<NodeTable.Peer> peers = side.use(sql -> NodeTable.peers(sql, id, SILENCE));
        if (!known && !stopped) {
            LOG.warn("the other nodes took this one for dead");
            side.use(
                    sql -> {
                        NodeTable.insert(sql, id, fingerprint, Duration.ZERO);
                        return true;
                    });
            whenForgotten.run();
        }
        lead();
        boolean steady = now - steadySinceNanos >= SILENCE.toNanos();
        note(peers, steady);
        if (steady) {
            List<String> gone = side.use(sql -> NodeTable.gone(sql, id, SILENCE, GRACE));
            if (!gone.isEmpty() && burying.compareAndSet(false, true)) {
                // It may be much, and the next beat must not wait for it.
                executor.execute(() -> bury(gone));
            }
        }
    }

    /// @param steady whether what is thought of the others is right
    private void note(List<NodeTable.Peer> peers, boolean steady) {
        Set<String> alive = new HashSet<>();
        for (NodeTable.Peer peer : peers) {
            switch (peer.state()) {
                case ALIVE -> alive.add(peer.id());
                case STOPPED -> present.remove(peer.id());
                // So is one whose row another node has deleted.
                case SILENT -> {}
            }
        }
        others = alive.size();
        present.addAll(alive);
        silent.removeIf(
                node -> {
                    boolean back = alive.contains(node);
                    if (back) {
                        whenBack.accept(node);
                    }
                    return back;
                });
        if (steady) {
            Set<String> quiet = new HashSet<>(present);
            quiet.removeAll(alive);
            present.removeAll(quiet);
            silent.addAll(quiet);
            quiet.forEach(whenSilent);
        }
    }

    private void bury(List<String> gone) {
        try {
            for (String node : gone) {
                LOG.atInfo().addKeyValue("node", node).log("a node is gone");
                // A process that hangs may hold what the writes of all others wait for.
                side.endConnectionsOf(node);
                whenGone.accept(node);
                side.use(
                        sql -> {
                            NodeTable.delete(sql, node);
                            return true;
                        });
                buried.increment();
            }
        } catch (StoreException e) {
            LOG.debug("what a node has left was not seen to, will be repeated", e);
        } finally {
            burying.set(false);
        }
    }

    private void lead() {
        long connection = side.use(NodeTable::connection);
        boolean kept = leads && connection == leadingConnection;
        if (!kept) {
            leads = side.use(NodeTable::lead);
            leadingConnection = connection;
        }
    }

    /// Whether other nodes are there. True when it is not known.
    public boolean hasOthers() {
        try {
            return side.use(sql -> NodeTable.living(sql, id, SILENCE) > 0);
        } catch (StoreException e) {
            LOG.debug("the other nodes were not counted", e);
            return true;
        }
    }

    /// This node has gone: others may see to what it leaves behind.
    ///
    /// @param left whether it leaves anything
    public void stop(boolean left) {
        stopped = true;
        try {
            side.use(
                    sql -> {
                        if (left) {
                            NodeTable.stop(sql, id);
                        } else {
                            NodeTable.delete(sql, id);
                        }
                        return true;
                    });
        } catch (StoreException e) {
            LOG.info("the other nodes were not told of the stop: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        side.close();
    }
}
