/// What is active: a lease for each machine and session that has a socket or was heard of, in
/// memory, the truth for REST answers, events and rows alike. Machines and sessions have a
/// [dev.roosthold.relay.presence.Presence] each; only what they need of it differs.
///
/// | What happens | Lease |
/// |---|---|
/// | first socket scoped to it and a row, whichever comes last | active at once |
/// | its last socket ends by the client's own DISCONNECT packet | inactive at once |
/// | its last socket stops answering | inactive at once |
/// | its last socket ends in any other way | inactive after 5 s without a new one |
/// | machine: 60 s without an event from a socket | that socket is closed, it answers no more |
/// | session: made | active; inactive after 60 s without a socket |
/// | session: another socket says that it is alive | active for 60 s from then on |
/// | session: ended or archived | inactive at once, as if its sockets were gone |
/// | the relay starts or stops | inactive |
///
/// An ended session ignores heartbeats for 60 s or until its owner asks for it again by its tag.
/// After that a heartbeat or a new socket makes it active; a socket that was there before counts
/// again from its next heartbeat.
///
/// Each change is written to the row and then told. Heartbeats move the time of the last activity,
/// which is written now and then for many rows together.
@NullMarked
package dev.roosthold.relay.presence;

import org.jspecify.annotations.NullMarked;
