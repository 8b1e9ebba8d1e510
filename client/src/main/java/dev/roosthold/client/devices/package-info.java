/// The credentials of an account, one for each device.
@NullMarked
package dev.roosthold.client.devices;

import org.jspecify.annotations.NullMarked;
