/// Key-value pairs of an account.
@NullMarked
package dev.roosthold.protocol.kv;

import org.jspecify.annotations.NullMarked;
