/// Assistants: directories of this machine in which agents work for the account, each with its
/// owner's approval. The relay keeps the approvals, this machine keeps to them.
@NullMarked
package dev.roosthold.daemon.assistants;

import org.jspecify.annotations.NullMarked;
