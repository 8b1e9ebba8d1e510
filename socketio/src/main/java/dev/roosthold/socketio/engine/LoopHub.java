package dev.roosthold.socketio.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What the sessions of one event loop share: the list of sessions that have something to send, and
/// their heartbeat.
///
/// Sending: a session enters the list when its outbox stops being empty, and the loop gets one task
/// when the list stops being empty. So everything sent to one client in one turn of the loop leaves
/// in one write, and a broadcast costs each loop one task.
///
/// Heartbeat: all sessions wait equally long for a ping and equally long for an answer, so two
/// lists in order of arrival replace a timer per session. Only a client of which nothing at all
/// comes is closed.
final class LoopHub implements Runnable {
    private final EventLoop loop;
    private final long pingInterval;
    private final long pingTimeout;
    private final long slack;
    private final AtomicReference<@Nullable EngineSession> dirty = new AtomicReference<>();
    private final HeartbeatQueue resting = new HeartbeatQueue();
    private final HeartbeatQueue awaiting = new HeartbeatQueue();
    private @Nullable ScheduledFuture<?> timer;
    private long timerAt;

    LoopHub(EventLoop loop, EngineConfig config) {
        this.loop = loop;
        this.pingInterval = config.pingInterval().toNanos();
        this.pingTimeout = config.pingTimeout().toNanos();
        this.slack = Math.min(pingInterval, pingTimeout) / 100;
    }

    EventLoop loop() {
        return loop;
    }

    /// Any thread. A session that is in the list, of this loop or of the one that it comes from, is
    /// not put there again: its place would be taken from those behind it.
    void markDirty(EngineSession session) {
        if (!session.list()) {
            return;
        }
        EngineSession head;
        do {
            head = dirty.get();
            session.nextDirty = head;
        } while (!dirty.compareAndSet(head, session));
        if (head == null) {
            loop.execute(this);
        }
    }

    /// Sends what waits in the outboxes.
    @Override
    public void run() {
        EngineSession session = dirty.getAndSet(null);
        while (session != null) {
            EngineSession next = session.nextDirty;
            session.nextDirty = null;
            // Before its outbox is looked at: what is queued from now on lists it again.
            session.unlist();
            if (session.hub() == this) {
                session.drain();
            } else {
                session.hub().markDirty(session);
            }
            session = next;
        }
    }

    /// Begins the heartbeat of a session, or continues it on this loop after a move.
    void watch(EngineSession session) {
        if (!session.open()) {
            return;
        }
        if (session.awaitingPong) {
            awaiting.add(session);
        } else {
            resting.add(session);
        }
        schedule(session.heartbeatAt);
    }

    void unwatch(EngineSession session) {
        (session.awaitingPong ? awaiting : resting).remove(session);
    }

    /// The answer to a ping, or anything else while it is awaited: the client is alive, and its
    /// answer may stand behind a message that takes long, or behind many. The next ping comes as if
    /// it had been answered, as clients expect one now and then.
    void heard(EngineSession session) {
        if (session.awaitingPong) {
            awaiting.remove(session);
            session.awaitingPong = false;
            session.heartbeatAt = System.nanoTime() + pingInterval;
            watch(session);
        }
    }

    private void schedule(long at) {
        if (timer == null || at - timerAt < -slack) {
            if (timer != null) {
                timer.cancel(false);
            }
            timerAt = at;
            timer = loop.schedule(this::beat, at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void beat() {
        timer = null;
        long now = System.nanoTime();
        EngineSession session = awaiting.first();
        while (session != null && session.heartbeatAt - now <= 0) {
            // Out of the queue whatever its state, so that this loop always ends.
            awaiting.remove(session);
            if (session.paused() && session.open()) {
                // Its answer may lie unread in our own buffers: it is not to blame.
                session.heartbeatAt = now + pingTimeout;
                awaiting.add(session);
            } else {
                session.close(CloseReason.PING_TIMEOUT);
            }
            session = awaiting.first();
        }
        session = resting.first();
        while (session != null && session.heartbeatAt - now <= slack) {
            resting.remove(session);
            session.awaitingPong = true;
            // Counted from when the ping was due, unless this loop itself was held up for long.
            boolean late = now - session.heartbeatAt > pingTimeout / 2;
            session.heartbeatAt = (late ? now : session.heartbeatAt) + pingTimeout;
            awaiting.add(session);
            session.ping();
            session = resting.first();
        }
        EngineSession due = earliest();
        if (due != null) {
            schedule(due.heartbeatAt);
        }
    }

    private @Nullable EngineSession earliest() {
        EngineSession ping = resting.first();
        EngineSession pong = awaiting.first();
        if (ping == null || pong == null) {
            return ping == null ? pong : ping;
        }
        return ping.heartbeatAt - pong.heartbeatAt < 0 ? ping : pong;
    }
}
