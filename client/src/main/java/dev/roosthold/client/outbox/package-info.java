/// Messages on their way to the relay, kept on the disk until the relay has stored them.
///
/// The file is a log of this package's own and not a database: it holds few records, for a short
/// time, and is read only at the start; one sequential write and one fsync for each message is all
/// that is needed, and a program that embeds the client brings no native library with it.
@NullMarked
package dev.roosthold.client.outbox;

import org.jspecify.annotations.NullMarked;
