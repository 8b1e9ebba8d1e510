/// The audit log: what was done with credentials, machines and data, for the owner of an account
/// and for the operator.
///
/// Owns the tables `audit_entry` and `audit_head`, and the route `GET /v1/web/audit`. Other
/// features append with [Audit#append], in the transaction of the change, so that there is no
/// change without its entry and no entry without its change. What changes nothing, such as a call
/// between sockets, is noted with [Audit#note], which never waits.
///
/// All entries of the relay are one chain. The hash of an entry is the SHA-256 of its fields one
/// after the other, each as a netstring: its length in bytes in decimal, `:`, its UTF-8 bytes, `,`.
/// An absent field is `-,`. The fields:
///
/// | Field | Text |
/// |---|---|
/// | form | `roost-audit-1` |
/// | number | decimal, from 1, without holes |
/// | time | decimal, Unix milliseconds |
/// | account | id, or absent: the relay and its operator |
/// | account number | decimal, from 1 for each account; absent with the account |
/// | device | id of the credential, or absent |
/// | address | where it came from, or absent |
/// | kind | see [Kind] |
/// | details | the JSON object as stored |
/// | previous | hash of the entry before, 64 digits of `0-9a-f`; zeros for the first |
///
/// Entries are dropped from the beginning only, when they are too old or too many. What is dropped
/// leaves its last number and hash in an entry of kind `audit-shortened` and in `audit_head`.
@NullMarked
package dev.roosthold.relay.audit;

import org.jspecify.annotations.NullMarked;
