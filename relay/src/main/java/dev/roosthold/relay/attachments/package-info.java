/// Attachments: encrypted files that messages refer to (relay contract, attachments).
///
/// Owns the table `attachment`, the folder `attachments` of the data directory and the routes below
/// `/v1/sessions/:id/attachments`.
///
/// The life of an attachment, with what a crash after each step leaves:
///
/// | Step | After a crash |
/// |---|---|
/// | announced: a row without `uploaded_at` | its address can be used; dropped after an hour |
/// | bytes in `<file>.<n>.part`, flushed | removed at the next start |
/// | renamed to `<file>`, folder flushed | not readable, can be repeated; removed with the row |
/// | row marked as uploaded, then answered | there |
/// | row deleted with its session | the file is removed by the next tidying |
///
/// So bytes are readable exactly when the upload was acknowledged or was about to be, and no file
/// outlives its row for long.
@NullMarked
package dev.roosthold.relay.attachments;

import org.jspecify.annotations.NullMarked;
