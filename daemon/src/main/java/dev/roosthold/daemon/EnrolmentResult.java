package dev.roosthold.daemon;

import java.nio.file.Path;
import java.util.Optional;

/// The outcome of an enrolment.
public sealed interface EnrolmentResult {

    /// This computer is a new machine.
    ///
    /// @param replaced where the credential of the machine it was before is kept
    record Enrolled(MachineCredential.WithToken credential, Optional<Path> replaced)
            implements EnrolmentResult {}

    /// This computer was that machine already and keeps its machine key.
    record Continued(MachineCredential.WithToken credential) implements EnrolmentResult {}

    /// This computer has the token and waits for the keys.
    ///
    /// @param replaced where the credential of the machine it was before is kept
    record Waiting(PendingEnrolment pending, Optional<Path> replaced) implements EnrolmentResult {}

    /// Nothing was changed.
    ///
    /// @param message for people: what is in the way and what to do
    record Refused(String message) implements EnrolmentResult {}
}
