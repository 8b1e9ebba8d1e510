/// Scheduled jobs: what a machine fires by itself, encrypted by the clients and kept in step here.
///
/// Owns the table `machine_job`, the routes `/v1/machines/:id/jobs` and the socket event
/// `machine-jobs`. The owner and the machine itself may read and write them; the credential of
/// another machine gets 403. A write names the version that it replaces, 0 for none, and a refused
/// one gets what is current. They go with their machine. The event is not in the log: a client that
/// connects reads the list.
///
/// | Limit | Value | Answer |
/// |---|---|---|
/// | jobs of a machine | 100 | 429 |
/// | data of a job | 131,072 characters | 400 |
/// | writes | 120 a minute and machine | 429 |
@NullMarked
package dev.roosthold.relay.jobs;

import org.jspecify.annotations.NullMarked;
