/// What a value is made of: a header that gives the id, and per session an append-only signed log.
///
/// Nothing in this package decrypts or judges permissions. A log accepts only transactions whose
/// signature was verified, so that everything above it may trust authorship and order.
@NullMarked
package dev.roosthold.jazz.value;

import org.jspecify.annotations.NullMarked;
