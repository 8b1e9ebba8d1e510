/// Many clients that send, are cut off and come back, and what must hold for each of them in the
/// end.
///
/// A client keeps what a careful app keeps: the messages of its sessions by number, the latest
/// version of each field, and what it has sent but not seen acknowledged. It asks the server to
/// continue its connection; when it was continued, it relies on having missed nothing, otherwise it
/// reads again. What is checked:
///
/// - nothing acknowledged is lost, nothing is stored twice (one message for each local id), numbers
///   have no gap;
/// - a continued connection delivers every update once and in order; a client that only listens
///   sees no gap while it is continued;
/// - in the end all clients have the same messages and the same latest state as the server;
/// - every call between clients has exactly one answer, unless the caller went away.
@NullMarked
package dev.roosthold.conformance.chaos;

import org.jspecify.annotations.NullMarked;
