/// Speaking with one coding agent: the Agent Client Protocol, JSON-RPC 2.0 in lines over the
/// standard streams of the agent's process.
///
/// The protocol's library pairs requests with answers; reading and writing lines is done here, so
/// that sizes are bounded and nothing of a conversation is logged. What an agent sends is kept as
/// JSON trees: agents send kinds of updates that a list of types would not know yet.
@NullMarked
package dev.roosthold.daemon.acp;

import org.jspecify.annotations.NullMarked;
