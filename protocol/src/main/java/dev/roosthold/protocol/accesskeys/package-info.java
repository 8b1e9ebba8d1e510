/// Access keys: what lets one machine open one session.
@NullMarked
package dev.roosthold.protocol.accesskeys;

import org.jspecify.annotations.NullMarked;
