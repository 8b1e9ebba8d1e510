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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The steps that change a group. Each step is one transaction with one `set`, in the order that
/// other implementations write. For the thread of its log.
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
        reveal(key, author);
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
        log.set(member.text(), role.text());
        if (role == Role.WRITE_ONLY || role == Role.WRITE_ONLY_INVITE) {
            if (role == Role.WRITE_ONLY) {
                createWriteKey(member);
            }
            return;
        }
        GroupState state = log.state();
        reveal(currentKey(state), member);
        Map<KeyId, KeySecret> keys = log.keys(state);
        for (GroupEntry entry : state.all()) {
            if (entry.key().startsWith(GroupEntry.WRITE_KEY)) {
                // Members write these entries themselves: the value may be anything.
                KeyId id = GroupState.keyId(entry.value());
                KeySecret secret = id == null ? null : keys.get(id);
                if (id != null && secret != null) {
                    reveal(new ReadKey(id, secret), member);
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
        log.set(GroupEntry.EVERYONE, role.text());
        revealToEveryone(currentKey(log.state()));
    }

    /// Ends a membership: new values are written with a new key that the member does not get.
    ///
    /// @throws IllegalStateException when the member is another admin, whom nobody can remove
    public void remove(Author member) {
        if (log.state().ownRole(member) == Role.ADMIN && !me.is(member.text())) {
            throw new IllegalStateException("an admin can only be removed by itself");
        }
        rotate(member.text());
        log.set(member.text(), Role.REVOKED.text());
    }

    /// Ends the role of everybody.
    public void removeEveryone() {
        rotate(GroupEntry.EVERYONE);
        log.set(GroupEntry.EVERYONE, Role.REVOKED.text());
    }

    /// A new read key for all members except one.
    ///
    /// @param without id of a member, `everyone`, or null
    public void rotate(@Nullable String without) {
        GroupState state = log.state();
        ReadKey old = currentKey(state);
        ReadKey key = ReadKey.random(random);
        for (var member : state.members().entrySet()) {
            Role role = member.getValue();
            boolean reads = role.mayRead() || (role.isInvite() && role != Role.WRITE_ONLY_INVITE);
            if (reads && !member.getKey().text().equals(without)) {
                reveal(key, member.getKey());
            }
        }
        Role everyone = state.everyone();
        if (everyone != null && everyone.mayRead() && !GroupEntry.EVERYONE.equals(without)) {
            revealToEveryone(key);
        }
        log.set(old.id().text() + GroupEntry.FOR + key.id().text(), ReadCipher.encrypt(old, key));
        log.set(GroupEntry.READ_KEY, key.id().text());
        setSealer(key);
        for (GroupState parent : state.parentStates()) {
            if (state.parents().contains(parent.id())) {
                revealToParent(key, parent);
            }
        }
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

    /// With the identity of an invite: makes an account a member with the invite's role.
    ///
    /// @throws IllegalStateException when the invite is not valid
    public void accept(CoId account) {
        Role role = log.state().role(me.agent());
        Role invited = role == null ? null : role.invited();
        if (invited == null) {
            throw new IllegalStateException("the invite is not valid");
        }
        add(account, invited);
    }

    private void createWriteKey(Author member) {
        ReadKey key = ReadKey.random(random);
        log.set(GroupEntry.WRITE_KEY + member.text(), key.id().text());
        reveal(key, member);
        for (var other : log.state().members().entrySet()) {
            if (other.getValue().mayRead() && !other.getKey().equals(member)) {
                reveal(key, other.getKey());
            }
        }
    }

    private void reveal(ReadKey key, Author member) {
        AgentId agent = agents.agentOf(member);
        if (agent == null) {
            throw new IllegalStateException("account " + member.text() + " is not loaded");
        }
        Nonce nonce = Nonce.of(log.id(), log.next());
        log.set(
                key.id().text() + GroupEntry.FOR + member.text(),
                Sealing.seal(
                        Json.of(key.secret().reveal()),
                        me.secret().sealer(),
                        agent.sealer(),
                        nonce));
    }

    private void revealToEveryone(ReadKey key) {
        log.set(key.id().text() + GroupEntry.FOR + GroupEntry.EVERYONE, key.secret().reveal());
    }

    private void revealToParent(ReadKey key, GroupState parent) {
        KeyId id = parent.readKey();
        KeySecret secret = id == null ? null : log.keys(parent).get(id);
        if (id != null && secret != null) {
            var under = new ReadKey(id, secret);
            log.set(key.id().text() + GroupEntry.FOR + id.text(), ReadCipher.encrypt(key, under));
            return;
        }
        SealerId sealer = parent.sealer();
        if (sealer == null) {
            throw new IllegalStateException(
                    "group " + parent.id() + " can neither be opened nor sealed to");
        }
        Nonce nonce = Nonce.of(log.id(), log.next());
        log.set(
                key.id().text() + GroupEntry.SEALED_FOR + sealer.text(),
                Sealing.sealForGroup(Json.of(key.secret().reveal()), sealer, nonce, random));
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
