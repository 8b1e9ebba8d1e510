/// The web view of machines: adding one with a token, renaming, removing, replacing the token, and
/// a machine showing its token to get a bearer.
///
/// A machine that was given a token only publishes a key of its own, and the person sends keys to
/// it after comparing a code: enrolment by approval. A request is for one key and goes with the
/// credential that made it; the relay passes on an envelope that it cannot open.
///
/// Owns the tables `machine_secret` and `machine_enrolment`, the routes `/v1/web/machines` and
/// `POST /v1/machines/authenticate`, `/v1/machines/:id/enrolment` and
/// `/v1/web/machines/:id/enrolment`,
/// and the socket event `enrolment-approved`. The rows and their events belong to machines.
///
/// | Limit | Value | Answer |
/// |---|---|---|
/// | machines of an account | 200 | 429 |
/// | machines added | 30 a minute and account | 429 |
/// | new keys published | 10 a minute and machine | 429 |
/// | a key waits | 1 hour after it was published last | 404 |
/// | an answer is kept | 24 hours | 404 |
/// | wrong tokens | 10 a minute for one id or one address | 429 |
///
/// After ten failures an address is refused whatever it sends; an id is refused only with a wrong
/// secret, so that nobody can lock out a machine.
@NullMarked
package dev.roosthold.relay.enrolment;

import org.jspecify.annotations.NullMarked;
