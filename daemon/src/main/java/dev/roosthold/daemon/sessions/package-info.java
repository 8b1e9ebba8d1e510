/// The remote methods that start, resume and stop agent sessions. They are offered when something
/// can run agents: an [dev.roosthold.daemon.sessions.AgentSessions].
@NullMarked
package dev.roosthold.daemon.sessions;

import org.jspecify.annotations.NullMarked;
