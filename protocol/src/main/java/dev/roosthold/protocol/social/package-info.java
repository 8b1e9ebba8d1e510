/// People as others see them, friends and the feed.
@NullMarked
package dev.roosthold.protocol.social;

import org.jspecify.annotations.NullMarked;
