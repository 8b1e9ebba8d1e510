package dev.roosthold.relay.doctor;

import dev.roosthold.relay.http.ServerCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/// The relay's own certificate can be read and is valid for a while yet.
record CertificateCheck(Situation situation) implements Check {
    private static final String NAME = "certificate";

    /// Authorities that renew by themselves do it a month ahead; later than this, they have failed.
    private static final Duration SOON = Duration.ofDays(14);

    @Override
    public List<Finding> run() {
        return situation.certificate().map(file -> List.of(look(file))).orElse(List.of());
    }

    private Finding look(Path file) {
        ServerCertificate certificate;
        try {
            certificate = ServerCertificate.read(file);
        } catch (IOException e) {
            return Finding.wrong(
                    NAME,
                    String.valueOf(e.getMessage()),
                    "Name a file that is there with --tls-cert.");
        }
        Instant now = situation.clock().instant();
        String until = certificate.validUntil().atOffset(ZoneOffset.UTC).toLocalDate().toString();
        if (now.isBefore(certificate.validFrom())) {
            return Finding.wrong(
                    NAME,
                    "valid only from "
                            + certificate.validFrom().atOffset(ZoneOffset.UTC).toLocalDate()
                            + " on",
                    "See the clock of this computer, or get another certificate.");
        }
        if (now.isAfter(certificate.validUntil())) {
            return Finding.wrong(
                    NAME,
                    "expired on " + until + ": browsers and apps refuse it",
                    "Replace the two files; the relay takes new ones without a restart.");
        }
        if (now.plus(SOON).isAfter(certificate.validUntil())) {
            return Finding.warning(
                    NAME,
                    "valid only until " + until,
                    "Renew it; the relay takes new files without a restart.");
        }
        return Finding.ok(NAME, "valid until " + until);
    }
}
