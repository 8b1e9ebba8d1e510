package dev.roosthold.relay.http;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// The certificate of a relay, for programs that stand beside it and can read its file.
///
/// @param certificate the first one in the file
public record ServerCertificate(X509Certificate certificate) {

    /// @throws IOException with a message for the operator
    public static ServerCertificate read(Path file) throws IOException {
        return new ServerCertificate(Certificates.own(file));
    }

    public Instant validFrom() {
        return certificate.getNotBefore().toInstant();
    }

    public Instant validUntil() {
        return certificate.getNotAfter().toInstant();
    }

    /// Trusts this certificate alone, under whatever name or address it is met and whoever signed
    /// it: who holds its key is the relay beside us.
    public SSLContext trusted() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Only(certificate)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    private static final class Only extends X509ExtendedTrustManager {
        private final X509Certificate known;

        Only(X509Certificate known) {
            this.known = known;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0 || !chain[0].equals(known)) {
                throw new CertificateException("another certificate than that in the file");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("not for servers");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("not for servers");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("not for servers");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
