/// Bodies of profile and settings.
@NullMarked
package dev.roosthold.protocol.account;

import org.jspecify.annotations.NullMarked;
