/// Runs coding agents and lets the account's clients take part in what they do.
///
/// | Class | Does |
/// |---|---|
/// | `AgentRunner` | all sessions of this machine, also after a restart: starts, resumes, ends |
/// | `AgentSession` | one session: a thread that takes one event after the other |
/// | `AgentProcess` | one running agent |
/// | `TurnOutput` | an agent's updates as messages of the session |
/// | `Permissions` | the questions that wait for an answer |
/// | `FieldWriter` | brings metadata and agent state to the relay |
/// | `SessionRecord` | what a session must not forget, on the disk |
///
/// Promises: a message of the person reaches the agent at most once and in order; what the agent
/// says reaches the relay exactly once and in order, however often relay or connection fail; no
/// agent outlives its daemon for longer than until the next start.
@NullMarked
package dev.roosthold.daemon.agents;

import org.jspecify.annotations.NullMarked;
