package dev.roosthold.jazz.group;

import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.Author;
import org.jspecify.annotations.Nullable;

/// Who stands behind an author.
@FunctionalInterface
public interface Agents {
    /// The keys of an author: its own, or those of its account; null when the account is not there.
    @Nullable AgentId agentOf(Author author);
}
