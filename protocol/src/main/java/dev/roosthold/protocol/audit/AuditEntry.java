package dev.roosthold.protocol.audit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One entry of the audit log, as `GET /v1/web/audit` shows it to the owner of the account.
///
/// @param number place among the entries of this account, from 1; two entries in a row whose
///     numbers are not have lost one between them
/// @param at Unix milliseconds
/// @param kind what was done, for example `sign-in`, `device-revoke` or `rpc-call`; new ones may
///     come
/// @param device id of the credential that did it, or that was made; null for the operator and for
///     someone without a credential. It may have been revoked since
/// @param address where it came from; null for the operator
/// @param details ids of what it was done to, by name
/// @param hash 64 hexadecimal digits; the hash of every later entry of the relay depends on it
public record AuditEntry(
        long number,
        long at,
        String kind,
        @Nullable String device,
        @Nullable String address,
        Map<String, String> details,
        String hash) {}
