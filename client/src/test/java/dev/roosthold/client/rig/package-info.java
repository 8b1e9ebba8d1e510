/// What the tests of the client share: a real relay, a line that can be cut, a proxy.
@NullMarked
package dev.roosthold.client.rig;

import org.jspecify.annotations.NullMarked;
