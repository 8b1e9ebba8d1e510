/// Readable forms of a value: map, list and feed, updated with new transactions only.
///
/// Transactions count in the order (time, session id, index). Two sessions that wrote in the same
/// millisecond are ordered by session id, so that all readers of this library agree; the reference
/// implementation keeps the order of arrival there.
@NullMarked
package dev.roosthold.jazz.view;

import org.jspecify.annotations.NullMarked;
