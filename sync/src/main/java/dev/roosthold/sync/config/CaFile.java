package dev.roosthold.sync.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;

/// A file with certificates in PEM.
public final class CaFile {
    private CaFile() {}

    /// Reads it.
    ///
    /// @return at least one
    /// @throws IOException when it cannot be read or holds none
    public static List<Certificate> read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            List<Certificate> found =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (found.isEmpty()) {
                throw new IOException("it holds no certificate");
            }
            return found;
        } catch (CertificateException e) {
            throw new IOException("it is no file of certificates in PEM", e);
        }
    }
}
