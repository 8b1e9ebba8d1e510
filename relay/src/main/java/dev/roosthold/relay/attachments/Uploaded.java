package dev.roosthold.relay.attachments;

/// Outcome of an upload.
sealed interface Uploaded {

    /// On the disk.
    record Done() implements Uploaded {}

    /// Not announced, or given up meanwhile.
    record Unknown() implements Uploaded {}

    /// There already, or another upload is bringing it.
    record Already() implements Uploaded {}

    /// The bytes are not as many as announced.
    record WrongSize(long announced) implements Uploaded {}
}
