package dev.roosthold.jazz.group;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.value.Header;
import org.jspecify.annotations.Nullable;

/// Somebody who reads and writes: secrets, and the account if there is one. Thread-safe.
///
/// @param account the account that belongs to the secrets, or null for a bare agent (an invite)
public record Identity(AgentSecret secret, AgentId agent, @Nullable CoId account) {
    /// The person whose account follows from these secrets.
    public static Identity ofAccount(AgentSecret secret) {
        AgentId agent = secret.id();
        return new Identity(secret, agent, Header.ofAccount(agent).id());
    }

    /// The holder of an invite, who has no account.
    public static Identity ofAgent(AgentSecret secret) {
        return new Identity(secret, secret.id(), null);
    }

    /// Under which name we write in a value: in our own account by our keys, elsewhere by the
    /// account.
    public Author authorIn(CoId value) {
        return account == null || account.equals(value) ? agent : account;
    }

    /// Whether an id of a member is ours.
    public boolean is(String member) {
        return member.equals(agent.text()) || (account != null && member.equals(account.text()));
    }
}
