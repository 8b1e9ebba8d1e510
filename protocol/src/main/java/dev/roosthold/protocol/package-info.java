/// What travels: ids, records of REST bodies and socket events, and the JSON codec. No I/O.
@NullMarked
package dev.roosthold.protocol;

import org.jspecify.annotations.NullMarked;
