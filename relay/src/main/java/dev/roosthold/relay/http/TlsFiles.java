package dev.roosthold.relay.http;

import java.nio.file.Path;

/// Where the certificate of a server lies.
///
/// @param certificate PEM: the certificate of the server, then those that lead to a known authority
/// @param key PEM: its private key in the PKCS#8 form (`BEGIN PRIVATE KEY`), without a password
public record TlsFiles(Path certificate, Path key) {}
