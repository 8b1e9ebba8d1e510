package dev.roosthold.jazz.group;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.SealerId;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.Ruleset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A group or account at one point of its history: which of its steps count, and what everybody's
/// role was at every time.
///
/// The steps are walked once, in the order of time; whether a step counts depends on the role that
/// its author had just then, which the steps before (and the parent groups) decide. Roles that come
/// from parents are computed along [#lineage], parents first, so that neither a long chain nor a
/// wide web of groups costs more than one visit of each.
///
/// Immutable once built; thread-safe.
public final class GroupState {
    /// Ancestors of a group, all levels together; a step that would make them more does not count.
    public static final int MAX_ANCESTORS = 256;

    private static final String EXTEND = "extend";

    /// A newer value of `groupSealer` replaces older ones, which stay useful for opening.
    ///
    /// @param key the read key that the sealer is derived from
    record Sealer(KeyId key, SealerId id) {}

    private final Header header;
    private final List<GroupEntry> steps;
    private final Map<String, GroupEntry> entries = new LinkedHashMap<>();
    private final Map<String, History<Role>> roles = new HashMap<>();
    private final Map<CoId, History<String>> parents = new LinkedHashMap<>();
    /// States of groups that steps name as parents, as far as they are there.
    private final Map<CoId, GroupState> known;

    private final List<Sealer> sealers = new ArrayList<>();
    private final List<GroupEntry> revelations = new ArrayList<>();

    /// Null while it has to be computed, which happens only during the walk.
    private @Nullable List<GroupState> lineage;

    private GroupState(Header header, List<GroupEntry> steps, Map<CoId, GroupState> known) {
        this.header = header;
        this.steps = steps;
        this.known = known;
    }

    /// A group that is to be built.
    record Plan(Header header, GroupSteps steps) {}

    private record Next(GroupState state, GroupEntry step) {}

    /// Builds groups of which each names the others as parents, directly or not; usually it is one.
    /// Their steps are walked together, so that of two groups that extend each other the earlier
    /// extension counts.
    ///
    /// @param parents states of all other groups that they name, as far as they are there
    static List<GroupState> build(List<Plan> plans, Map<CoId, GroupState> parents) {
        var known = new HashMap<>(parents);
        var states = new ArrayList<GroupState>();
        var steps = new ArrayList<Next>();
        for (Plan plan : plans) {
            var state = new GroupState(plan.header(), plan.steps().steps(), known);
            states.add(state);
            known.put(state.id(), state);
            plan.steps().steps().forEach(step -> steps.add(new Next(state, step)));
        }
        if (plans.size() > 1) {
            steps.sort(Comparator.comparing(Next::step, GroupSteps.ORDER));
        }
        for (Next next : steps) {
            if (next.state().counts(next.step()) && next.state().apply(next.step())) {
                states.forEach(state -> state.lineage = null);
            }
        }
        states.forEach(GroupState::lineage);
        return states;
    }

    public CoId id() {
        return header.id();
    }

    public Header header() {
        return header;
    }

    /// The role that counts for a transaction made at a time, or null when there was none.
    public @Nullable Role roleAt(Author member, long time) {
        return roleAt(member.text(), time);
    }

    /// The role now, or null.
    public @Nullable Role role(Author member) {
        return roleAt(member.text(), Long.MAX_VALUE);
    }

    /// The role that an entry of this group itself gives now, or null; parents and `everyone` are
    /// left out.
    public @Nullable Role ownRole(Author member) {
        return ownRole(member.text(), Long.MAX_VALUE);
    }

    /// The role of those without one, or null.
    public @Nullable Role everyone() {
        return ownRole(GroupEntry.EVERYONE, Long.MAX_VALUE);
    }

    /// Members by entries of this group, with what they are now; `revoked` ones and `everyone` are
    /// left out.
    public Map<Author, Role> members() {
        var members = new LinkedHashMap<Author, Role>();
        for (var entry : roles.entrySet()) {
            Role role = entry.getValue().last();
            if (role != null
                    && role != Role.REVOKED
                    && !entry.getKey().equals(GroupEntry.EVERYONE)) {
                members.put(Author.of(entry.getKey()), role);
            }
        }
        return members;
    }

    /// The counted entries with their last values.
    public Map<String, String> entries() {
        var texts = new LinkedHashMap<String, String>();
        entries.forEach((key, entry) -> texts.put(key, entry.value()));
        return texts;
    }

    /// The last counted value of an entry, or null.
    public @Nullable String entry(String key) {
        GroupEntry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    /// Name of the key that new values of this group are written with, or null.
    public @Nullable KeyId readKey() {
        return keyId(entry(GroupEntry.READ_KEY));
    }

    /// Name of a write-only member's own key, or null.
    public @Nullable KeyId writeKey(Author member) {
        return keyId(entry(GroupEntry.WRITE_KEY + member.text()));
    }

    /// The public key that outsiders seal to, or null in groups that have none.
    public @Nullable SealerId sealer() {
        return sealers.isEmpty() ? null : sealers.getLast().id();
    }

    /// The groups whose members are members here, now.
    public List<CoId> parents() {
        var now = new ArrayList<CoId>();
        parents.forEach(
                (id, history) -> {
                    if (!Role.REVOKED.text().equals(history.last())) {
                        now.add(id);
                    }
                });
        return now;
    }

    /// This group and its ancestors, parents before children.
    public List<GroupState> lineage() {
        List<GroupState> ready = lineage;
        if (ready == null) {
            ready = order();
            lineage = ready;
        }
        return ready;
    }

    /// Ancestors in depth-first order, with a stack of our own.
    private List<GroupState> order() {
        var done = new LinkedHashSet<GroupState>();
        var path = new ArrayDeque<GroupState>();
        path.push(this);
        while (!path.isEmpty()) {
            GroupState group = path.getFirst();
            List<GroupState> ready = group.lineage;
            if (ready != null) {
                done.addAll(ready);
                path.pop();
                continue;
            }
            boolean waits = false;
            for (GroupState parent : group.parentStates()) {
                if (!done.contains(parent)) {
                    path.push(parent);
                    waits = true;
                }
            }
            if (!waits) {
                done.add(group);
                path.pop();
            }
        }
        return List.copyOf(done);
    }

    /// Until when this state answers as an earlier state of the same group does: for all times
    /// before the returned one, roles are the same. `Long.MAX_VALUE` when nothing has changed,
    /// `Long.MIN_VALUE` when everything may have.
    public long sameUntil(GroupState earlier) {
        if (earlier == this) {
            return Long.MAX_VALUE;
        }
        var before = new HashMap<CoId, GroupState>();
        earlier.lineage().forEach(group -> before.put(group.id(), group));
        if (before.size() != lineage().size()) {
            return Long.MIN_VALUE;
        }
        long until = Long.MAX_VALUE;
        for (GroupState group : lineage()) {
            GroupState old = before.get(group.id());
            if (old == null) {
                return Long.MIN_VALUE;
            }
            until = Math.min(until, firstDifference(old.steps, group.steps));
        }
        return until;
    }

    /// Whether an earlier state of the same group, and of its ancestors, was only added to.
    public boolean continues(GroupState earlier) {
        if (earlier == this) {
            return true;
        }
        var groups = new HashMap<CoId, GroupState>();
        lineage().forEach(group -> groups.put(group.id(), group));
        for (GroupState old : earlier.lineage()) {
            GroupState now = groups.get(old.id());
            if (now == old) {
                continue;
            }
            if (now == null
                    || now.steps.size() < old.steps.size()
                    || !now.steps.subList(0, old.steps.size()).equals(old.steps)) {
                return false;
            }
        }
        return true;
    }

    private static long firstDifference(List<GroupEntry> one, List<GroupEntry> other) {
        int both = Math.min(one.size(), other.size());
        for (int i = 0; i < both; i++) {
            if (!one.get(i).equals(other.get(i))) {
                return Math.min(one.get(i).madeAt(), other.get(i).madeAt());
            }
        }
        if (one.size() == other.size()) {
            return Long.MAX_VALUE;
        }
        return (one.size() > both ? one : other).get(both).madeAt();
    }

    /// All counted steps that reveal a key, oldest first. Not only the last of each name: a relay
    /// can repeat a session under another name (which no signature covers), and what was sealed in
    /// it cannot be opened there.
    List<GroupEntry> revelations() {
        return Collections.unmodifiableList(revelations);
    }

    Collection<GroupEntry> all() {
        return Collections.unmodifiableCollection(entries.values());
    }

    List<Sealer> sealers() {
        return Collections.unmodifiableList(sealers);
    }

    /// States of the counted parents, revoked ones included: their keys stay valid.
    List<GroupState> parentStates() {
        var states = new ArrayList<GroupState>();
        for (CoId id : parents.keySet()) {
            GroupState state = known.get(id);
            if (state != null) {
                states.add(state);
            }
        }
        return states;
    }

    private @Nullable Role roleAt(String member, long time) {
        if (parents.isEmpty()) {
            Role own = ownRole(member, time);
            return own != null ? own : ownRole(GroupEntry.EVERYONE, time);
        }
        var found = new HashMap<CoId, Role>();
        Role role = null;
        for (GroupState group : lineage()) {
            role = group.ownRole(member, time);
            for (var parent : group.parents.entrySet()) {
                Role inherited = found.get(parent.getKey());
                String mapping = parent.getValue().at(time);
                if (inherited == null || !inherited.mayRead() || mapping == null) {
                    continue;
                }
                Role mapped = mapping.equals(EXTEND) ? inherited : Role.of(mapping);
                if (mapped != null && mapped != Role.REVOKED && Role.isBetter(mapped, role)) {
                    role = mapped;
                }
            }
            if (role == null) {
                role = group.ownRole(GroupEntry.EVERYONE, time);
            }
            if (role != null) {
                found.put(group.id(), role);
            }
        }
        return role;
    }

    private @Nullable Role ownRole(String member, long time) {
        if (header.isAccount() && member.equals(id().text())) {
            return Role.ADMIN;
        }
        History<Role> history = roles.get(member);
        Role role = history == null ? null : history.at(time);
        return role == Role.REVOKED ? null : role;
    }

    private boolean counts(GroupEntry step) {
        String key = step.key();
        String author = step.author().text();
        Role role = roleAt(author, step.madeAt());
        boolean manages = role != null && role.mayManage();
        if (key.equals(GroupEntry.READ_KEY)
                || key.equals(GroupEntry.SEALER)
                || key.equals("profile")
                || key.equals("root")) {
            return manages;
        }
        if (key.startsWith(GroupEntry.PARENT)) {
            return manages && mayBeParent(step);
        }
        if (key.startsWith(GroupEntry.CHILD)) {
            return false;
        }
        if (key.startsWith(KeyId.PREFIX)) {
            return isRevelation(key)
                    && (manages || (role != null && role.isInvite()) || isOwnWriteKey(key, author));
        }
        if (key.startsWith(GroupEntry.WRITE_KEY)) {
            String member = key.substring(GroupEntry.WRITE_KEY.length());
            if (role == Role.WRITE_ONLY_INVITE) {
                return !entries.containsKey(key);
            }
            return manages || member.equals(author);
        }
        return roleCounts(step, author, role);
    }

    private boolean roleCounts(GroupEntry step, String author, @Nullable Role role) {
        String member = step.key();
        Role next = Role.of(step.value());
        if (next == null || !isMemberKey(member)) {
            return false;
        }
        if (member.equals(GroupEntry.EVERYONE)
                && next != Role.READER
                && next != Role.WRITER
                && next != Role.WRITE_ONLY
                && next != Role.REVOKED) {
            return false;
        }
        Role current = ownRole(member, step.madeAt());
        if (role == null
                && !roles.containsKey(member)
                && next == Role.ADMIN
                && member.equals(author)
                && header.ruleset() instanceof Ruleset.Group(Author first)
                && first.text().equals(author)) {
            return true;
        }
        if (next == Role.REVOKED && member.equals(author)) {
            return true;
        }
        return switch (role) {
            case ADMIN -> current != Role.ADMIN || next == Role.ADMIN || member.equals(author);
            case MANAGER ->
                    current != Role.ADMIN
                            && next != Role.ADMIN
                            && next != Role.ADMIN_INVITE
                            && next != Role.MANAGER_INVITE;
            case null -> false;
            default -> next == role.invited();
        };
    }

    /// @return whether the lineage has changed
    private boolean apply(GroupEntry step) {
        entries.put(step.key(), step);
        if (step.key().startsWith(KeyId.PREFIX)) {
            revelations.add(step);
            return false;
        }
        CoId parent = GroupSteps.parent(step);
        if (parent != null) {
            boolean isNew = !parents.containsKey(parent);
            parents.computeIfAbsent(parent, _ -> new History<>()).add(step.madeAt(), step.value());
            return isNew;
        }
        if (step.key().equals(GroupEntry.SEALER)) {
            int at = step.value().indexOf('@');
            try {
                if (at > 0) {
                    sealers.add(
                            new Sealer(
                                    new KeyId(step.value().substring(0, at)),
                                    SealerId.of(step.value().substring(at + 1))));
                }
            } catch (FormatException e) {
                // A value that opens nothing.
            }
            return false;
        }
        Role role = isMemberKey(step.key()) ? Role.of(step.value()) : null;
        if (role != null) {
            roles.computeIfAbsent(step.key(), _ -> new History<>()).add(step.madeAt(), role);
        }
        return false;
    }

    private boolean mayBeParent(GroupEntry step) {
        CoId parent = GroupSteps.parent(step);
        if (parent == null || parent.equals(id())) {
            return false;
        }
        GroupState state = known.get(parent);
        if (state != null
                && !parents.containsKey(parent)
                && (state.lineage().contains(this)
                        || state.lineage().size() + lineage().size() > MAX_ANCESTORS)) {
            return false;
        }
        Role mapping = Role.of(step.value());
        return step.value().equals(EXTEND)
                || (mapping != null && (mapping.mayRead() || mapping == Role.REVOKED));
    }

    private boolean isOwnWriteKey(String key, String author) {
        String own = entry(GroupEntry.WRITE_KEY + author);
        return own != null && key.startsWith(own + GroupEntry.FOR);
    }

    private static boolean isRevelation(String key) {
        return key.contains(GroupEntry.FOR) || key.contains(GroupEntry.SEALED_FOR);
    }

    private static boolean isMemberKey(String key) {
        if (key.equals(GroupEntry.EVERYONE)) {
            return true;
        }
        try {
            Author.of(key);
            return true;
        } catch (FormatException e) {
            return false;
        }
    }

    /// The key id of a text, or null when it is none.
    static @Nullable KeyId keyId(@Nullable String text) {
        try {
            return text == null ? null : new KeyId(text);
        } catch (FormatException e) {
            return null;
        }
    }
}
