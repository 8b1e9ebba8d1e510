/// Notifications: phones and browsers of an account, and telling them that a session wants to be
/// looked at.
///
/// Owns the tables `push_token` and `web_push_subscription`, the secret files `web-push.json` and
/// `browsers.key`, the event `session-event`, and the routes `/v1/push-tokens`, `/v1/web/push` and
/// `POST /v1/sessions/:id/push-event`.
///
/// - Sockets hear of it first. Nothing is sent while a person is looking at a user-scoped client.
/// - Phones get it through the Expo push service, only when the operator has said so; browsers
///   through their own push services (RFC 8030), encrypted for the browser (RFC 8291) and signed by
///   the relay (RFC 8292). Title and body are no secret of the relay; Expo can read them too.
/// - A receiver that its push service no longer knows is deleted. A failure never fails the
///   request.
/// - Addresses of browsers come from clients: only public addresses of the internet are contacted,
///   over https, without following redirects.
///
/// | Limit | Value | Beyond it |
/// |---|---|---|
/// | push tokens of an account | 100 | the one registered longest ago is dropped |
/// | subscriptions of an account | 50 | likewise |
/// | notifications of an account | 60 at once, 1 a second over time | `failed`, `rate-limited` |
/// | time for one notification | 8 s for everything together | `timeout` |
/// | notification with its data | 3,900 bytes | data, then the body are left out |
@NullMarked
package dev.roosthold.relay.push;

import org.jspecify.annotations.NullMarked;
