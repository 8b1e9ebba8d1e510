package dev.roosthold.jazz.node;

import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.crypto.Verifier;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Agents;
import dev.roosthold.jazz.group.GroupState;
import dev.roosthold.jazz.group.Groups;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.ReadKeys;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.Ruleset;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.Transaction;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.view.Access;
import dev.roosthold.jazz.view.FeedView;
import dev.roosthold.jazz.view.ListView;
import dev.roosthold.jazz.view.MapView;
import dev.roosthold.jazz.view.View;
import dev.roosthold.jazz.view.WritesView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Values in memory, read with one identity (or none: then only what is public).
///
/// Content of strangers is taken in by [#receive]: its header must hash to the id, the accounts of
/// its authors and its group must be here, and every session must be signed by its author. Only
/// then is anything kept; decrypting and permissions come later, when a view is asked for.
///
/// For one thread. Signatures of many pieces are checked on all processors.
public final class Node {
    /// Fewer signatures than this are checked on the calling thread.
    private static final int PARALLEL_FROM = 8;

    private final @Nullable Identity me;
    private final Map<CoId, ValueLog> values = new LinkedHashMap<>();
    private final Map<Author, Verifier> verifiers = new HashMap<>();
    private final Map<CoId, View> views = new HashMap<>();
    private final Map<CoId, WritesView> writes = new HashMap<>();
    private final Map<CoId, GroupAccess> accesses = new HashMap<>();
    private final Agents agents = this::agentOf;
    private final Groups groups;
    private long groupVersion;

    public Node(@Nullable Identity me) {
        this.me = me;
        groups =
                new Groups(
                        new Groups.Source() {
                            @Override
                            public @Nullable ValueLog log(CoId id) {
                                return values.get(id);
                            }

                            @Override
                            public long groupVersion() {
                                return groupVersion;
                            }
                        });
    }

    /// The stored form of a value, or null when it is not here.
    public @Nullable ValueLog log(CoId id) {
        return values.get(id);
    }

    /// All values, dependencies before what depends on them.
    public Collection<ValueLog> logs() {
        return Collections.unmodifiableCollection(values.values());
    }

    /// Puts back a value whose signatures were checked before it was stored.
    public void restore(ValueLog log) {
        values.put(log.id(), log);
        changed(log);
    }

    /// Takes in one piece of content.
    public Received receive(Content content) {
        return receive(List.of(content)).getFirst();
    }

    /// Takes in pieces in their order. Pieces that do not need each other are verified together.
    ///
    /// @return what became of each
    public List<Received> receive(List<Content> contents) {
        var results = new ArrayList<Received>(Collections.nCopies(contents.size(), PLACE));
        var wave = new ArrayList<Staged>();
        var ids = new HashSet<CoId>();
        for (int i = 0; i < contents.size(); i++) {
            Content content = contents.get(i);
            if (ids.contains(content.id()) || missing(content).stream().anyMatch(ids::contains)) {
                finish(wave, results);
                ids.clear();
            }
            Set<CoId> missing = missing(content);
            if (!missing.isEmpty()) {
                results.set(i, new Received.Waiting(missing));
                continue;
            }
            ValueLog log = values.get(content.id());
            Header header = header(content);
            if (header == null) {
                results.set(i, new Received.Headless(content.id()));
            } else if (!header.id().equals(content.id())) {
                results.set(i, new Received.Forged(content.id()));
            } else {
                wave.add(stage(i, content, log == null ? new ValueLog(header) : log));
                ids.add(content.id());
            }
        }
        finish(wave, results);
        for (int i : closedCircle(contents, results)) {
            Content content = contents.get(i);
            Header header = Objects.requireNonNull(header(content));
            ValueLog log = values.get(content.id());
            wave.add(stage(i, content, log == null ? new ValueLog(header) : log));
            finish(wave, results);
        }
        return results;
    }

    /// Pieces that wait for nothing but each other, accounts first. Groups that extend each
    /// other would wait forever, and so would accounts in each other's groups.
    private List<Integer> closedCircle(List<Content> contents, List<Received> results) {
        var circle = new LinkedHashMap<CoId, Integer>();
        for (int i = 0; i < contents.size(); i++) {
            Header header = header(contents.get(i));
            if (results.get(i) instanceof Received.Waiting
                    && header != null
                    && header.id().equals(contents.get(i).id())) {
                circle.putIfAbsent(header.id(), i);
            }
        }
        while (circle.values()
                .removeIf(
                        i ->
                                !(results.get(i) instanceof Received.Waiting(var missing))
                                        || !circle.keySet().containsAll(missing))) {
            // Whoever waited for a removed one has to go as well.
        }
        var order = new ArrayList<>(circle.values());
        order.sort(
                Comparator.comparing(
                        i -> {
                            Header header = header(contents.get(i));
                            return header == null || !header.isAccount();
                        }));
        return order;
    }

    private @Nullable Header header(Content content) {
        ValueLog log = values.get(content.id());
        return log != null ? log.header() : content.header();
    }

    /// Values that content needs and that are not here: its group, its authors' accounts and, for a
    /// group, the accounts of members and parent groups.
    public Set<CoId> missing(Content content) {
        var missing = new LinkedHashSet<CoId>();
        Header header = header(content);
        if (header == null) {
            return missing;
        }
        if (header.ruleset() instanceof Ruleset.OwnedBy(CoId group, boolean _)) {
            missing.add(group);
        }
        for (var session : content.sessions().entrySet()) {
            if (session.getKey().author() instanceof CoId account) {
                missing.add(account);
            }
            if (header.isGroup()) {
                session.getValue().transactions().forEach(tx -> addNamed(tx, missing));
            }
        }
        missing.remove(content.id());
        missing.removeIf(values::containsKey);
        return missing;
    }

    /// The keys of an author, or null when its account is not here.
    public @Nullable AgentId agentOf(Author author) {
        return switch (author) {
            case AgentId agent -> agent;
            case CoId account -> {
                ValueLog log = values.get(account);
                yield log == null ? null : agentOf(log.header());
            }
        };
    }

    /// The state of a group or account, or null when it is not here.
    public @Nullable GroupState group(CoId id) {
        return groups.state(id);
    }

    /// The read keys of a group that our identity can open.
    public Map<KeyId, KeySecret> keys(GroupState group) {
        return keys(group, me);
    }

    /// The read keys of a group that somebody can open.
    @SuppressWarnings("ReferenceEquality") // the identity that this node was made with
    Map<KeyId, KeySecret> keys(GroupState group, @Nullable Identity reader) {
        return reader == me ? known(group).keys() : ReadKeys.find(group, reader, agents);
    }

    /// Keys of an earlier state of a group, if its history has only been continued since. Of
    /// ancestors only the very same state counts: comparing all of their histories would cost more
    /// than opening their keys.
    @SuppressWarnings("ReferenceEquality")
    private Map<KeyId, KeySecret> earlier(GroupState group, boolean compare) {
        GroupAccess access = accesses.get(group.id());
        return access != null
                        && (access.group() == group || (compare && group.continues(access.group())))
                ? access.keys()
                : Map.of();
    }

    /// The map with this id, up to date; null when it is not here or no map.
    public @Nullable MapView map(CoId id) {
        return view(id) instanceof MapView map ? map : null;
    }

    /// The list (or text) with this id, up to date; null when it is not here or no list.
    public @Nullable ListView list(CoId id) {
        return view(id) instanceof ListView list ? list : null;
    }

    /// The feed with this id, up to date; null when it is not here or no feed.
    public @Nullable FeedView feed(CoId id) {
        return view(id) instanceof FeedView feed ? feed : null;
    }

    /// Every write to this value that counts, up to date; null when it is not here.
    public @Nullable WritesView writes(CoId id) {
        ValueLog log = values.get(id);
        Access access = log == null ? null : access(log.header());
        if (log == null || access == null) {
            return null;
        }
        WritesView view = writes.computeIfAbsent(id, _ -> new WritesView(log));
        view.update(access);
        return view;
    }

    Agents agents() {
        return agents;
    }

    /// To be called after a log was written to.
    void changed(ValueLog log) {
        if (log.header().isGroup()) {
            groupVersion++;
        }
    }

    /// Who may write into a value and with which keys it is read; null while its group is not here.
    @Nullable Access access(Header header) {
        return switch (header.ruleset()) {
            case Ruleset.OwnedBy(CoId group, boolean _) -> access(groups.state(group));
            case Ruleset.Group _ -> access(groups.state(header.id()));
            case Ruleset.Anyone _ -> OPEN;
        };
    }

    /// The same object as long as the state of the group is the same.
    private @Nullable Access access(@Nullable GroupState group) {
        if (group == null) {
            return null;
        }
        return known(group);
    }

    @SuppressWarnings("ReferenceEquality")
    private GroupAccess known(GroupState group) {
        GroupAccess access = accesses.get(group.id());
        if (access == null || access.group() != group) {
            access =
                    new GroupAccess(
                            group,
                            ReadKeys.find(group, me, agents, each -> earlier(each, each == group)));
            accesses.put(group.id(), access);
        }
        return access;
    }

    private @Nullable View view(CoId id) {
        ValueLog log = values.get(id);
        Access access = log == null ? null : access(log.header());
        if (log == null || access == null) {
            return null;
        }
        View view =
                views.computeIfAbsent(
                        id,
                        _ ->
                                switch (log.header().type()) {
                                    case MAP -> new MapView(log);
                                    case LIST, TEXT -> new ListView(log);
                                    case FEED -> new FeedView(log);
                                });
        view.update(access);
        return view;
    }

    /// A piece whose transactions are hashed and wait for their signatures to be checked.
    private record Staged(int place, ValueLog log, List<SessionLog.Batch> batches, boolean gap) {}

    private Staged stage(int place, Content content, ValueLog log) {
        var batches = new ArrayList<SessionLog.Batch>();
        boolean gap = false;
        for (var session : content.sessions().entrySet()) {
            SessionLog known = log.session(session.getKey());
            SessionContent piece = session.getValue();
            if (piece.after() > (known == null ? 0 : known.count())) {
                gap = true;
                continue;
            }
            SessionLog target = known == null ? new SessionLog(session.getKey()) : known;
            SessionLog.Batch batch = target.prepare(piece);
            if (batch != null) {
                batches.add(batch);
            }
        }
        return new Staged(place, log, batches, gap);
    }

    private void finish(List<Staged> wave, List<Received> results) {
        var batches = new ArrayList<SessionLog.Batch>();
        var authors = new ArrayList<@Nullable Verifier>();
        for (Staged staged : wave) {
            for (SessionLog.Batch batch : staged.batches()) {
                batches.add(batch);
                authors.add(verifier(batch.session().author(), staged.log()));
            }
        }
        boolean[] sound = new boolean[batches.size()];
        IntStream all = IntStream.range(0, sound.length);
        (sound.length < PARALLEL_FROM ? all : all.parallel())
                .forEach(
                        i -> {
                            Verifier author = authors.get(i);
                            sound[i] = author != null && batches.get(i).verify(author);
                        });
        int at = 0;
        for (Staged staged : wave) {
            ValueLog log = staged.log();
            var rejected = new ArrayList<SessionId>();
            boolean added = values.putIfAbsent(log.id(), log) == null;
            for (SessionLog.Batch batch : staged.batches()) {
                if (sound[at++]) {
                    log.adopt(batch);
                    added = true;
                } else {
                    rejected.add(batch.session());
                }
            }
            if (added) {
                changed(log);
            }
            results.set(
                    staged.place(),
                    new Received.Applied(log.known(), staged.gap(), rejected, added));
        }
        wave.clear();
    }

    /// Null when the author is a value but no account: nobody can sign for it. Only accounts
    /// that are here are remembered, so that made-up agents cost no memory.
    private @Nullable Verifier verifier(Author author, ValueLog log) {
        Verifier known = verifiers.get(author);
        if (known != null) {
            return known;
        }
        AgentId agent = author.equals(log.id()) ? agentOf(log.header()) : agentOf(author);
        if (agent == null) {
            return null;
        }
        var verifier = new Verifier(agent.signer());
        if (author instanceof CoId) {
            verifiers.put(author, verifier);
        }
        return verifier;
    }

    private static @Nullable AgentId agentOf(Header header) {
        return header.isAccount()
                        && header.ruleset() instanceof Ruleset.Group(Author admin)
                        && admin instanceof AgentId agent
                ? agent
                : null;
    }

    private static void addNamed(Transaction transaction, Set<CoId> named) {
        // Members and parents stand in the key of a single `set`; what is no such id is no need.
        if (!(transaction instanceof Transaction.Trusting trusting)
                || !(trusting.changes().contains("\"co_z")
                        || trusting.changes().contains("\"parent_co_z"))) {
            return;
        }
        try {
            if (!(Json.parse(trusting.changes()) instanceof Json.Arr(var changes))) {
                return;
            }
            for (Json change : changes) {
                String key = change instanceof Json.Obj set ? set.text("key") : null;
                if (key != null && key.startsWith("parent_")) {
                    key = key.substring("parent_".length());
                }
                if (key != null && key.startsWith(CoId.PREFIX)) {
                    named.add(new CoId(key));
                }
            }
        } catch (FormatException e) {
            // Not a step of a group.
        }
    }

    private record GroupAccess(GroupState group, Map<KeyId, KeySecret> keys) implements Access {
        @Override
        public boolean mayWrite(Author author, long madeAt) {
            Role role = group.roleAt(author, madeAt);
            return role != null && role.mayWrite();
        }

        @Override
        public boolean mayDelete(Author author, long madeAt) {
            Role role = group.roleAt(author, madeAt);
            return role != null && role.mayManage();
        }

        @Override
        public @Nullable KeySecret key(KeyId id) {
            return keys.get(id);
        }

        @Override
        public long sameUntil(Access earlier) {
            return earlier instanceof GroupAccess(GroupState before, var _)
                            && before.id().equals(group.id())
                            && group.continues(before)
                    ? group.sameUntil(before)
                    : Long.MIN_VALUE;
        }
    }

    private static final Access OPEN =
            new Access() {
                @Override
                public boolean mayWrite(Author author, long madeAt) {
                    return true;
                }

                @Override
                public boolean mayDelete(Author author, long madeAt) {
                    return true;
                }

                @Override
                public @Nullable KeySecret key(KeyId id) {
                    return null;
                }
            };

    private static final Received PLACE = new Received.Waiting(Set.of());
}
