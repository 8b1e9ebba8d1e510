package dev.roosthold.relay.catchup;

import dev.roosthold.relay.updates.Router;
import dev.roosthold.relay.updates.UpdateLog;
import dev.roosthold.socketio.Recovery.MissedEvent;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// The updates that one socket missed, on their way to it. What was taken makes room for others.
/// Thread-safe.
final class Backlog implements Iterable<MissedEvent>, Iterator<MissedEvent> {
    /// More updates than this are not replayed.
    static final int MAX_ENTRIES = 10_000;

    /// Nor are more characters.
    static final long MAX_CHARACTERS = 32L << 20;

    private final ReplayRoom room;
    private final ArrayDeque<UpdateLog.Entry> waiting = new ArrayDeque<>();
    private long characters;
    private boolean done;

    Backlog(ReplayRoom room) {
        this.room = room;
    }

    /// False when there is no room for them.
    synchronized boolean add(List<UpdateLog.Entry> entries) {
        for (UpdateLog.Entry entry : entries) {
            if (waiting.size() >= MAX_ENTRIES
                    || characters + entry.size() > MAX_CHARACTERS
                    || !room.take(entry.size())) {
                return false;
            }
            characters += entry.size();
            waiting.add(entry);
        }
        return true;
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// Nothing more will be taken.
    synchronized void done() {
        if (!done) {
            done = true;
            room.give(characters);
            characters = 0;
            waiting.clear();
        }
    }

    @Override
    public Iterator<MissedEvent> iterator() {
        return this;
    }

    @Override
    public synchronized boolean hasNext() {
        return !waiting.isEmpty();
    }

    @Override
    public synchronized MissedEvent next() {
        UpdateLog.Entry entry = waiting.poll();
        if (entry == null) {
            throw new NoSuchElementException();
        }
        characters -= entry.size();
        room.give(entry.size());
        return Router.replayed(entry);
    }
}
