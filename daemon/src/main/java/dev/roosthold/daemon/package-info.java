/// The machine daemon: registers a machine, keeps its encrypted state, heartbeats, and answers
/// remote calls within the policy and the root directories of the machine.
///
/// [dev.roosthold.daemon.Enrolment] stores what a machine is, [dev.roosthold.daemon.MachineDaemon]
/// keeps it online. The relay learns neither the account's content public key nor the machine key:
/// the first stays in the machine's file, the second leaves it only sealed to the account.
@NullMarked
package dev.roosthold.daemon;

import org.jspecify.annotations.NullMarked;
