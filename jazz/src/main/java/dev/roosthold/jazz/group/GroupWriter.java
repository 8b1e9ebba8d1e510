package dev.roosthold.jazz.group;

import dev.roosthold.jazz.crypto.KeySecret;
import dev.roosthold.jazz.crypto.Nonce;
import dev.roosthold.jazz.crypto.ReadCipher;
import dev.roosthold.jazz.crypto.ReadKey;
import dev.roosthold.jazz.crypto.SealerSecret;
import dev.roosthold.jazz.crypto.Sealing;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.KeyId;
import dev.roosthold.jazz.ids.SealerId;
import dev.roosthold.jazz.ids.TransactionId;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The steps that change a group. Each step is one transaction with one `set`, in the order that
/// other implementations write. A method that throws has written nothing. For the thread of its
/// log.
public final class GroupWriter {
    /// The log that is written to.
    public interface Log {
        CoId id();

        /// Where the next step will stand; sealed texts depend on it.
        TransactionId next();

        void set(String key, String value);

        /// The state with all steps so far.
        GroupState state();

        /// The read keys of a group that we can open.
        Map<KeyId, KeySecret> keys(GroupState group);
    }

    private final Log log;
    private final Identity me;
    private final Agents agents;
    private final SecureRandom random;

    public GroupWriter(Log log, Identity me, Agents agents, SecureRandom random) {
        this.log = log;
        this.me = me;
        this.agents = agents;
        this.random = random;
    }

    /// The first steps of a new group: we are admin and hold the key.
    ///
    /// @param withSealer whether outsiders may seal to it; accounts have none
    public void create(boolean withSealer) {
        Author author = me.authorIn(log.id());
        ReadKey key = ReadKey.random(random);
        log.set(author.text(), Role.ADMIN.text());
        reveal(key, author, me.agent());
        log.set(GroupEntry.READ_KEY, key.id().text());
        if (withSealer) {
            setSealer(key);
        }
    }

    /// Gives a member a role, and the keys that go with it. A member whose role ends loses nothing
    /// it could read before; see [#remove].
    ///
    /// @throws IllegalStateException when we do not have the group's key or the member's account is
    ///     not there
    public void add(Author member, Role role) {
        if (role == Role.REVOKED) {
            throw new IllegalArgumentException("use remove");
        }
        AgentId agent = agent(member);
        GroupState before = log.state();
        if (role == Role.WRITE_ONLY || role == Role.WRITE_ONLY_INVITE) {
            Role own = before.ownRole(member);
            if (own != null && own.mayRead()) {
                rotate(member.text());
            }
            log.set(member.text(), role.text());
            if (role == Role.WRITE_ONLY) {
                writeKey(member, agent, log.state());
            }
            return;
        }
        ReadKey key = currentKey(before);
        log.set(member.text(), role.text());
        reveal(key, member, agent);
        GroupState state = log.state();
        Map<KeyId, KeySecret> keys = log.keys(state);
        for (GroupEntry entry : state.all()) {
            if (entry.key().startsWith(GroupEntry.WRITE_KEY)) {
                // Members write these entries themselves: the value may be anything.
                KeyId id = GroupState.keyId(entry.value());
                KeySecret secret = id == null ? null : keys.get(id);
                if (id != null && secret != null) {
                    reveal(new ReadKey(id, secret), member, agent);
                }
            }
        }
    }

    /// Lets everybody who knows a value's id read (or write) it.
    ///
    /// @param role reader or writer
    public void addEveryone(Role role) {
        if (role != Role.READER && role != Role.WRITER) {
            throw new IllegalArgumentException("everyone can be reader or writer");
        }
        ReadKey key = currentKey(log.state());
        log.set(GroupEntry.EVERYONE, role.text());
        revealToEveryone(key);
    }

    /// Ends a membership: new values are written with a new key that the member does not get.
    ///
    /// @return members who stay but did not get the new key, see [#rotate]
    /// @throws IllegalStateException when the member is another admin, whom nobody can remove
    public Set<Author> remove(Author member) {
        GroupState state = log.state();
        if (state.ownRole(member) == Role.ADMIN && !me.is(member.text())) {
            throw new IllegalStateException("an admin can only be removed by itself");
        }
        Role mine = state.role(me.authorIn(log.id()));
        Set<Author> skipped = Set.of();
        if (mine != null && mine.mayManage()) {
            skipped = rotate(member.text());
        } else if (!me.is(member.text())) {
            throw new IllegalStateException("only admins and managers remove others");
        }
        log.set(member.text(), Role.REVOKED.text());
        return skipped;
    }

    /// Ends the role of everybody.
    ///
    /// @return members who did not get the new key, see [#rotate]
    public Set<Author> removeEveryone() {
        Set<Author> skipped = rotate(GroupEntry.EVERYONE);
        log.set(GroupEntry.EVERYONE, Role.REVOKED.text());
        return skipped;
    }

    /// Whether we can open the group's key, without which nobody can be added or removed.
    public boolean hasKey() {
        GroupState state = log.state();
        KeyId id = state.readKey();
        return id != null && log.keys(state).containsKey(id);
    }

    /// A new read key for all members except one, and new keys for the write-only ones.
    ///
    /// A member whose account is not here cannot be given a key. That must not keep another member
    /// from being removed, so such members are left out: load their accounts and [#add] them again.
    ///
    /// @param without id of a member, `everyone`, or null
    /// @return who was left out
    public Set<Author> rotate(@Nullable String without) {
        GroupState state = log.state();
        ReadKey old = currentKey(state);
        ReadKey key = ReadKey.random(random);
        var skipped = new LinkedHashSet<Author>();
        for (Author member : readers(state, without)) {
            AgentId agent = agents.agentOf(member);
            if (agent == null) {
                skipped.add(member);
            } else {
                reveal(key, member, agent);
            }
        }
        Role everyone = state.everyone();
        if (everyone != null && everyone.mayRead() && !GroupEntry.EVERYONE.equals(without)) {
            revealToEveryone(key);
        }
        for (var member : state.members().entrySet()) {
            Author id = member.getKey();
            if (member.getValue() == Role.WRITE_ONLY && !id.text().equals(without)) {
                AgentId agent = agents.agentOf(id);
                if (agent == null) {
                    skipped.add(id);
                } else {
                    writeKey(id, agent, state, without);
                }
            }
        }
        log.set(old.id().text() + GroupEntry.FOR + key.id().text(), ReadCipher.encrypt(old, key));
        log.set(GroupEntry.READ_KEY, key.id().text());
        if (!state.header().isAccount()) {
            setSealer(key);
        }
        revealToParents(key, state);
        return skipped;
    }

    /// Makes the members of another group members of this one.
    ///
    /// @param role the role they get, or null for the one they have there
    /// @throws IllegalStateException when the other group extends this one already
    public void extend(GroupState parent, @Nullable Role role) {
        if (parent.lineage().stream().anyMatch(group -> group.id().equals(log.id()))) {
            throw new IllegalStateException(
                    "group " + parent.id() + " extends group " + log.id() + " already");
        }
        ReadKey key = currentKey(log.state());
        KeyId parentKey = parent.readKey();
        if (parent.sealer() == null
                && (parentKey == null || !log.keys(parent).containsKey(parentKey))) {
            throw new IllegalStateException(
                    "group " + parent.id() + " can neither be opened nor sealed to");
        }
        log.set(GroupEntry.PARENT + parent.id().text(), role == null ? "extend" : role.text());
        revealToParent(key, parent);
    }

    /// An agent that may make somebody a member; hand its secret to that person.
    public void invite(AgentId agent, Role role) {
        Role invite = role.invite();
        if (invite == null) {
            throw new IllegalArgumentException("no invite gives " + role.text());
        }
        add(agent, invite);
    }

    /// With the identity of an invite: makes an account a member with the invite's role. A member
    /// with a role that is as good keeps it.
    ///
    /// @param once whether the invite ends by this; otherwise it can be used again
    /// @throws IllegalStateException when the invite is not valid
    public void accept(CoId account, boolean once) {
        GroupState state = log.state();
        Role role = state.role(me.agent());
        Role invited = role == null ? null : role.invited();
        if (invited == null) {
            throw new IllegalStateException("the invite is not valid");
        }
        Role own = state.ownRole(account);
        if (own == null || (own != invited && Role.isBetter(invited, own))) {
            add(account, invited);
        }
        if (once) {
            log.set(me.agent().text(), Role.REVOKED.text());
        }
    }

    private void writeKey(Author member, AgentId agent, GroupState state) {
        writeKey(member, agent, state, null);
    }

    /// A key of a write-only member's own, which the readers get too.
    private void writeKey(
            Author member, AgentId agent, GroupState state, @Nullable String without) {
        ReadKey key = ReadKey.random(random);
        log.set(GroupEntry.WRITE_KEY + member.text(), key.id().text());
        reveal(key, member, agent);
        for (Author reader : readers(state, without)) {
            AgentId other = agents.agentOf(reader);
            if (other != null && !reader.equals(member)) {
                reveal(key, reader, other);
            }
        }
        revealToParents(key, state);
    }

    /// Members, and invites to become one, who hold the read key.
    private static List<Author> readers(GroupState state, @Nullable String without) {
        var readers = new ArrayList<Author>();
        state.members()
                .forEach(
                        (member, role) -> {
                            boolean reads =
                                    role.mayRead()
                                            || (role.isInvite() && role != Role.WRITE_ONLY_INVITE);
                            if (reads && !member.text().equals(without)) {
                                readers.add(member);
                            }
                        });
        return readers;
    }

    private AgentId agent(Author member) {
        AgentId agent = agents.agentOf(member);
        if (agent == null) {
            throw new IllegalStateException("account " + member.text() + " is not loaded");
        }
        return agent;
    }

    private void reveal(ReadKey key, Author member, AgentId agent) {
        Nonce nonce = Nonce.of(log.id(), log.next());
        log.set(
                key.id().text() + GroupEntry.FOR + member.text(),
                Sealing.seal(
                        Json.of(key.secret().reveal()),
                        me.secret().sealer(),
                        agent.sealer(),
                        nonce));
    }

    private void revealToParents(ReadKey key, GroupState state) {
        for (GroupState parent : state.parentStates()) {
            if (state.parents().contains(parent.id())) {
                // A parent that nothing can be sealed to must not keep a key from being replaced.
                revealToParent(key, parent);
            }
        }
    }

    private void revealToEveryone(ReadKey key) {
        log.set(key.id().text() + GroupEntry.FOR + GroupEntry.EVERYONE, key.secret().reveal());
    }

    /// @return whether that was possible
    private boolean revealToParent(ReadKey key, GroupState parent) {
        KeyId id = parent.readKey();
        KeySecret secret = id == null ? null : log.keys(parent).get(id);
        if (id != null && secret != null) {
            var under = new ReadKey(id, secret);
            log.set(key.id().text() + GroupEntry.FOR + id.text(), ReadCipher.encrypt(key, under));
            return true;
        }
        SealerId sealer = parent.sealer();
        if (sealer == null) {
            return false;
        }
        Nonce nonce = Nonce.of(log.id(), log.next());
        log.set(
                key.id().text() + GroupEntry.SEALED_FOR + sealer.text(),
                Sealing.sealForGroup(Json.of(key.secret().reveal()), sealer, nonce, random));
        return true;
    }

    private void setSealer(ReadKey key) {
        SealerId sealer = SealerSecret.ofGroup(key.secret()).id();
        log.set(GroupEntry.SEALER, key.id().text() + "@" + sealer.text());
    }

    private ReadKey currentKey(GroupState state) {
        KeyId id = state.readKey();
        KeySecret secret = id == null ? null : log.keys(state).get(id);
        if (id == null || secret == null) {
            throw new IllegalStateException("the key of group " + log.id() + " is not ours");
        }
        return new ReadKey(id, secret);
    }
}
