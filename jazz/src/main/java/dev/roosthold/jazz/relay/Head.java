package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.crypto.Verifier;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.Ruleset;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known of a value without its transactions. Relay thread only.
final class Head {
    private static final int WEIGHT = 700;
    private static final int SESSION_WEIGHT = 600;
    private static final int HASH_WEIGHT = 1_600;
    private static final int NAME_WEIGHT = 160;

    final CoId id;

    /// The header as it is sent.
    final String header;

    final boolean group;
    final int priority;

    /// 0 until it is in the file.
    long num;

    private final @Nullable AgentId agent;
    private final Map<SessionId, SessionHead> sessions = new LinkedHashMap<>();

    /// Values that must be there before this one is of use: owner, authors, members, parents.
    private final Set<CoId> needs = new LinkedHashSet<>();

    private @Nullable KnownState known;
    private @Nullable Verifier verifier;

    Head(Header header) {
        id = header.id();
        this.header = JsonText.compact(header.json());
        group = header.isGroup();
        priority = header.priority();
        agent =
                header.isAccount()
                                && header.ruleset() instanceof Ruleset.Group(Author admin)
                                && admin instanceof AgentId keys
                        ? keys
                        : null;
        if (header.ruleset() instanceof Ruleset.OwnedBy(CoId owner, boolean _)) {
            need(owner);
        }
        if (header.isBranch()) {
            try {
                need(new CoId(String.valueOf(header.meta("source"))));
            } catch (FormatException e) {
                // A branch of nothing.
            }
        }
    }

    /// Adds a need; true when it is new.
    boolean need(CoId other) {
        return !other.equals(id) && needs.add(other);
    }

    Set<CoId> needs() {
        return needs;
    }

    Collection<SessionHead> sessions() {
        return sessions.values();
    }

    @Nullable SessionHead session(SessionId session) {
        return sessions.get(session);
    }

    void add(SessionHead session) {
        sessions.put(session.id, session);
        if (session.id.author() instanceof CoId account) {
            need(account);
        }
        changed();
    }

    void changed() {
        known = null;
    }

    /// The same object until something is added, so that equal states of peers share it.
    KnownState known() {
        KnownState state = known;
        if (state == null) {
            var counts = new HashMap<SessionId, Integer>();
            for (SessionHead session : sessions.values()) {
                counts.put(session.id, session.count);
            }
            state = new KnownState(id, true, counts);
            known = state;
        }
        return state;
    }

    /// Whether a state is [#known] itself: nothing has come since somebody was given it.
    @SuppressWarnings("ReferenceEquality") // equal ones share an object; a missed one costs nothing
    boolean isKnown(KnownState state) {
        return state == known();
    }

    /// What a peer has, as far as it matters: of sessions that are not here nothing is kept, so
    /// that made-up ones cost no memory.
    KnownState relevant(KnownState theirs) {
        var counts = new HashMap<SessionId, Integer>();
        boolean all = theirs.header();
        for (SessionHead session : sessions.values()) {
            int count = theirs.count(session.id);
            if (count < session.count) {
                all = false;
            }
            if (count > 0) {
                counts.put(session.id, Math.min(count, session.count));
            }
        }
        return all ? known() : new KnownState(id, theirs.header(), counts);
    }

    /// Checks signatures of the account that this value is; null when it is none.
    @Nullable Verifier verifier() {
        if (verifier == null && agent != null) {
            verifier = new Verifier(agent.signer());
        }
        return verifier;
    }

    /// Bytes of memory, roughly.
    long weight() {
        long weight = WEIGHT + header.length() + (long) needs.size() * NAME_WEIGHT;
        for (SessionHead session : sessions.values()) {
            weight += session.hash == null ? SESSION_WEIGHT : SESSION_WEIGHT + HASH_WEIGHT;
        }
        return weight;
    }
}
