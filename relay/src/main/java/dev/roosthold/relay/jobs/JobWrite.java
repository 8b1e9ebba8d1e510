package dev.roosthold.relay.jobs;

import dev.roosthold.protocol.machines.Job;
import java.util.Optional;

/// What became of a write of a job.
sealed interface JobWrite {

    /// Written; the job as it is now.
    record Saved(Job job) implements JobWrite {}

    /// Another version is there, or none.
    record Mismatch(Optional<Job> current) implements JobWrite {}

    /// The machine has as many as it may, or they are written too often.
    record TooMany(String text) implements JobWrite {}

    /// No such machine in this account.
    record UnknownMachine() implements JobWrite {}
}
