/// The machines and sessions of an account at one moment, for lists.
@NullMarked
package dev.roosthold.client.overview;

import org.jspecify.annotations.NullMarked;
