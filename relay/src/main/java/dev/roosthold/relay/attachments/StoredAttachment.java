package dev.roosthold.relay.attachments;

/// One row.
///
/// @param file name in the folder and last part of the reference
/// @param size bytes, as announced
/// @param uploaded whether the bytes are there
record StoredAttachment(String file, long size, boolean uploaded) {}
