/// Groups and accounts: roles over time, which transactions of a group count, which read keys an
/// identity can find. All algorithms are loops over lists, whatever the depth of the data.
@NullMarked
package dev.roosthold.jazz.group;

import org.jspecify.annotations.NullMarked;
