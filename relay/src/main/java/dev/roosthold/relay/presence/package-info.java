/// Which machines are connected: a lease for each machine that has a socket, in memory, the truth
/// for REST answers, events and rows alike.
///
/// | What happens | Lease |
/// |---|---|
/// | first machine-scoped socket and a row, whichever comes last | online at once |
/// | last such socket ends by the client's own DISCONNECT packet | offline at once |
/// | last such socket stops answering, or is closed after 60 s without event | offline at once |
/// | last such socket ends in any other way | offline after 5 s without a new one |
/// | the relay starts or stops | offline |
///
/// Each change is written to the row and then told. Heartbeats move the time of the last activity,
/// which is written now and then for many machines together.
@NullMarked
package dev.roosthold.relay.presence;

import org.jspecify.annotations.NullMarked;
