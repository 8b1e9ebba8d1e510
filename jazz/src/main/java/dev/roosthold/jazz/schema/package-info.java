/// How records and other Java types stand in values.
@NullMarked
package dev.roosthold.jazz.schema;

import org.jspecify.annotations.NullMarked;
