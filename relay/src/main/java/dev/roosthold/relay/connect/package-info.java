/// Tokens of other services, and the GitHub routes of a relay without GitHub.
///
/// Owns the table `vendor_token`, the secret file `vendor-tokens.key` and the routes `/v1/connect`.
///
/// - These tokens are the one thing that the relay could read: clients send them in clear. They are
///   kept encrypted with a key that is not in the database.
/// - They belong to the account; the credential of a machine reaches none of them.
/// - A token that cannot be decrypted, because the key file was lost, looks absent.
///
/// | Limit | Value | Answer |
/// |---|---|---|
/// | length of a token | 65,536 characters | 400 |
@NullMarked
package dev.roosthold.relay.connect;

import org.jspecify.annotations.NullMarked;
