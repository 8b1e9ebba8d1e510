/// Bodies of signing in, pairing and linking.
@NullMarked
package dev.roosthold.protocol.auth;

import org.jspecify.annotations.NullMarked;
