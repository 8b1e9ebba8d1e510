/// Backups of a whole relay, made beside a running one, and putting them back.
///
/// A backup holds one copy of the database, taken in a single moment; the attachments that its rows
/// name; the relay's own secrets; and a manifest with the length and SHA-256 of each file. As an
/// archive (`tar`, compressed with `gzip`) or as a folder it has the same names:
///
/// | Name | What |
/// |---|---|
/// | `attachments/<file>` | bytes as they were uploaded |
/// | `relay.db` | the database, without a log beside it |
/// | `jazz.db` | the database of Jazz values, where there is one |
/// | `*.key`, `web-push.json` | secrets |
/// | `manifest.json` | see `Manifest`; written last but one, so that what is cut short has none |
/// | `manifest.sha256` | SHA-256 of the manifest in hex |
///
/// **Order.** Attachments are immutable and there before their rows say so. So: copy the files that
/// are there, take the database, copy what came meanwhile. A file that came and went in between is
/// in the copy of the database alone; its row is dropped from the copy.
///
/// **After a restore** the relay has forgotten what was acknowledged after the backup, and its
/// clients have not. No number that it gave out in the lost time may be given out again for
/// something else: the key of recovery is made anew, all update logs begin anew behind a large
/// distance, so that every place that a client holds is a gap and it reads its state again; message
/// numbers and the versions of all fields go forward too.
@NullMarked
package dev.roosthold.relay.backup;

import org.jspecify.annotations.NullMarked;
