/// Scheduled jobs: the owner's clients write them, encrypted under the machine key, to the relay;
/// the machine keeps the schedule and starts a session for each run.
@NullMarked
package dev.roosthold.daemon.jobs;

import org.jspecify.annotations.NullMarked;
