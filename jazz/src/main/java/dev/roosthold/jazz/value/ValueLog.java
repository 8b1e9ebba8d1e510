package dev.roosthold.jazz.value;

import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value as it is stored: header and sessions. For one thread.
public final class ValueLog {
    private final Header header;
    private final Map<SessionId, SessionLog> sessions = new LinkedHashMap<>();

    public ValueLog(Header header) {
        this.header = header;
    }

    public CoId id() {
        return header.id();
    }

    public Header header() {
        return header;
    }

    public Collection<SessionLog> sessions() {
        return Collections.unmodifiableCollection(sessions.values());
    }

    public @Nullable SessionLog session(SessionId id) {
        return sessions.get(id);
    }

    /// The log of a session, made empty when it is new.
    public SessionLog open(SessionId id) {
        return sessions.computeIfAbsent(id, SessionLog::new);
    }

    /// Puts back a session that a store kept.
    public void restore(SessionLog log) {
        sessions.put(log.id(), log);
    }

    /// Keeps a batch whose signature was verified; a session that is new comes into being by it.
    public void adopt(SessionLog.Batch batch) {
        SessionLog log = batch.log();
        SessionLog known = sessions.putIfAbsent(log.id(), log);
        if (known != null && known != log) {
            throw new IllegalStateException("the session was begun twice");
        }
        log.commit(batch);
    }

    /// Transactions of all sessions; grows with every change.
    public int count() {
        int count = 0;
        for (SessionLog session : sessions.values()) {
            count += session.count();
        }
        return count;
    }

    /// The largest `madeAt` of all sessions.
    public long lastMadeAt() {
        long last = 0;
        for (SessionLog session : sessions.values()) {
            last = Math.max(last, session.lastMadeAt());
        }
        return last;
    }

    public KnownState known() {
        var counts = new HashMap<SessionId, Integer>();
        for (SessionLog session : sessions.values()) {
            if (session.count() > 0) {
                counts.put(session.id(), session.count());
            }
        }
        return new KnownState(id(), true, counts);
    }

    /// What somebody lacks, in one piece; only sessions of which more than
    /// [Limits#CHECKPOINT] is missing are cut, at their checkpoints. The sessions come in the order
    /// in which they began. Empty when nothing is missing.
    public List<Content> since(KnownState known) {
        var pieces = new ArrayList<Map<SessionId, SessionContent>>();
        var ends = new LinkedHashMap<SessionId, Integer>();
        for (SessionLog session : sessions.values()) {
            int from = known.count(session.id());
            if (from >= session.count()) {
                continue;
            }
            ends.put(session.id(), session.count());
            int at = Math.max(0, pieces.size() - 1);
            for (int cut : session.cuts(from)) {
                if (pieces.size() == at) {
                    pieces.add(new LinkedHashMap<>());
                }
                pieces.get(at++).put(session.id(), session.piece(from, cut));
                from = cut;
            }
        }
        if (pieces.isEmpty() && !known.header()) {
            pieces.add(Map.of());
        }
        var contents = new ArrayList<Content>(pieces.size());
        for (int i = 0; i < pieces.size(); i++) {
            boolean first = i == 0;
            contents.add(
                    new Content(
                            id(),
                            first && !known.header() ? header : null,
                            header.priority(),
                            pieces.get(i),
                            first && pieces.size() > 1 ? ends : Map.of()));
        }
        return contents;
    }
}
