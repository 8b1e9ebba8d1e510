/// The web view of machines: adding one with a token, renaming, removing, replacing the token, and
/// a machine showing its token to get a bearer.
///
/// Owns the table `machine_secret`, the routes `/v1/web/machines` and `POST
/// /v1/machines/authenticate`. The rows and their events belong to machines.
///
/// | Limit | Value | Answer |
/// |---|---|---|
/// | machines of an account | 200 | 429 |
/// | machines added | 30 a minute and account | 429 |
/// | wrong tokens | 10 a minute for one id or one address | 429 |
///
/// After ten failures an address is refused whatever it sends; an id is refused only with a wrong
/// secret, so that nobody can lock out a machine.
@NullMarked
package dev.roosthold.relay.enrolment;

import org.jspecify.annotations.NullMarked;
