package dev.roosthold.relay.doctor;

import dev.roosthold.relay.store.PostgresUrl;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;

/// What is looked over. With a running relay its own words count, otherwise the settings.
///
/// @param dataDirectory of the relay
/// @param held whether a relay holds the directory
/// @param running what that relay says of itself; empty when it runs and says nothing, or not
///     at all
/// @param host and `port` to listen on
/// @param certificate file of the relay's own certificate; empty for plain HTTP
/// @param publicUrl under which others reach it
/// @param registration the policy in words of the option
/// @param metricsPort empty for none
/// @param server the PostgreSQL database in place of the file; empty for the file
public record Situation(
        Path dataDirectory,
        boolean held,
        Optional<RunningRelay> running,
        String host,
        int port,
        Optional<Path> certificate,
        Optional<URI> publicUrl,
        String registration,
        OptionalInt metricsPort,
        Optional<PostgresUrl> server,
        InstantSource clock) {}
