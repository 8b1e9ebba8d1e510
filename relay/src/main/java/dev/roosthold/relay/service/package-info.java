/// Routes that apps ask and for which a relay of one's own has nothing to offer: voice, which needs
/// a service on the internet, and newer versions of the apps, which come from their stores.
@NullMarked
package dev.roosthold.relay.service;

import org.jspecify.annotations.NullMarked;
