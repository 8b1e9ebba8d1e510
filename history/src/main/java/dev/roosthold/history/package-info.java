/// Command history on the person's side: what the command line and the machine daemon use.
///
/// | Package | Holds |
/// |---|---|
/// | `keys` | recovery phrase, keys, blobs: the only place with secrets |
/// | `entry` | what an entry is, and which ones stay on this computer |
/// | `store` | the database of this computer |
/// | `spool` | shell hooks, and the files that they write |
/// | `imports` | histories of other programs |
/// | `ipc` | the client of the sync daemon |
///
/// [History] puts them together. The sync daemon is another program, which never has a key of the
/// content that it carries; nothing here knows more of it than its socket.
@NullMarked
package dev.roosthold.history;

import org.jspecify.annotations.NullMarked;
