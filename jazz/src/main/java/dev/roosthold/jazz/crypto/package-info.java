/// Hashing, signing, sealing and encrypting with the exact byte layouts of Jazz.
///
/// Secrets live in types that print nothing and compare in constant time. Nothing here
/// authenticates what was encrypted with a read key: check the signature of the session first.
@NullMarked
package dev.roosthold.jazz.crypto;

import org.jspecify.annotations.NullMarked;
