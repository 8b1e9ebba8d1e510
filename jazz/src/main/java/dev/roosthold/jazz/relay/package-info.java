/// A relay: keeps what peers write and gives it to the others. It holds no key and reads nothing
/// but what is not encrypted anyway: headers, times, authors, the members of groups.
///
/// No HTTP and no sockets: a transport gives a [Link] for each peer and gets a [RelayPeer] for what
/// the peer sends. One thread decides and writes, so there is one order of everything:
///
/// ```
/// frames ──► decode (a virtual thread for each peer) ──► relay thread: takes what waits
///                                                          check, verify, append (many pieces)
///                                                          commit once, with fsync
///                                                          answer `known`, give to subscribers
/// ```
///
/// While the disk works on one commit the next messages gather, so its cost is shared; an answer
/// means that what it tells of is on the disk. What a peer lacks is read from the file at the
/// moment when its connection takes it: nothing is queued for slow peers but names of values.
@NullMarked
package dev.roosthold.jazz.relay;

import org.jspecify.annotations.NullMarked;
