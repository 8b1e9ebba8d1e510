package dev.roosthold.jazz.client;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.group.GroupState;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A group: who may read and write the values that it owns. Thread-safe.
public final class CoGroup {
    private static final String INVITE = "inviteSecret_z";

    private final Jazz jazz;
    private final CoId id;

    CoGroup(Jazz jazz, CoId id) {
        this.jazz = jazz;
        this.id = id;
    }

    public CoId id() {
        return id;
    }

    /// Our role, here or by a parent group; empty when we have none or the group is not here.
    public Optional<Role> role() {
        return roleOf(jazz.account());
    }

    /// Somebody's role.
    public Optional<Role> roleOf(Author member) {
        return jazz.locked(
                () -> {
                    GroupState state = jazz.node().group(id);
                    return Optional.ofNullable(state == null ? null : state.role(member));
                });
    }

    /// Members by entries of the group itself.
    public Map<Author, Role> members() {
        return jazz.locked(
                () -> {
                    GroupState state = jazz.node().group(id);
                    return state == null ? Map.<Author, Role>of() : Map.copyOf(state.members());
                });
    }

    /// Gives an account a role and the keys for it; its account is loaded for that.
    ///
    /// @throws JazzException.NotHere when the relay does not have the account
    /// @throws JazzException.TimedOut when it does not answer in time
    public void add(CoId account, Role role, Duration patience) {
        require(account, patience);
        jazz.locked(() -> jazz.local().editGroup(id).add(account, role));
    }

    /// Lets everybody who knows a value's id read (or write) it.
    public void addEveryone(Role role) {
        jazz.locked(() -> jazz.local().editGroup(id).addEveryone(role));
    }

    /// Ends a membership. This group, and the groups here that extend it, get new keys, so the
    /// member cannot read what is written from now on.
    public void remove(Author member) {
        jazz.locked(() -> jazz.local().removeMember(id, member));
    }

    /// Makes the members of another group members of this one.
    ///
    /// @param role the role they get, or null for the one they have there
    /// @throws JazzException.NotHere when the relay does not have the other group
    public void extend(CoId parent, @Nullable Role role, Duration patience) {
        require(parent, patience);
        jazz.locked(
                () -> {
                    GroupState state = jazz.node().group(parent);
                    if (state == null) {
                        throw new JazzException.NotHere(parent + " is no group");
                    }
                    jazz.local().editGroup(id).extend(state, role);
                });
    }

    /// A secret that makes whoever has it a member, see [#accept].
    ///
    /// @param role reader, writer, manager, admin or writeOnly
    /// @return `inviteSecret_z...`; hand it over safely
    public String invite(Role role) {
        byte[] seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        AgentSecret invite = AgentSecret.ofSeed(seed);
        jazz.locked(() -> jazz.local().editGroup(id).invite(invite.id(), role));
        return INVITE + Base58.encode(seed);
    }

    /// Becomes a member by an invite.
    ///
    /// @param once whether the invite is spent by this; otherwise others can use it too
    /// @throws IllegalStateException when the invite is not valid
    /// @throws JazzException.NotHere when the relay does not have the group
    public void accept(String inviteSecret, boolean once, Duration patience) {
        byte[] seed = Base58.decode(inviteSecret, INVITE, 32);
        require(id, patience);
        Identity invite = Identity.ofAgent(AgentSecret.ofSeed(seed));
        jazz.locked(() -> jazz.local().as(invite).editGroup(id).accept(jazz.account(), once));
    }

    /// Calls a listener after changes of the group.
    public Subscription subscribe(Consumer<CoGroup> listener) {
        return jazz.subscribe(id, () -> listener.accept(this));
    }

    /// Completes when the relay has confirmed our changes of this group until now.
    public CompletableFuture<Void> synced() {
        return jazz.synced(id);
    }

    private void require(CoId value, Duration patience) {
        if (!jazz.load(value, patience)) {
            throw new JazzException.NotHere("the relay does not have value " + value);
        }
    }

    @Override
    public String toString() {
        return "CoGroup[" + id + "]";
    }
}
