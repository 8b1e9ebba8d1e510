package dev.roosthold.client.network;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// The authorities that the JDK knows and those of one more file. Immutable.
record TrustedCertificates(SSLSocketFactory sockets, X509TrustManager manager) {

    /// @param file PEM; any number of certificates, also one that a relay made for itself
    /// @throws IllegalArgumentException with a message for people
    static TrustedCertificates with(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> more =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (more.isEmpty()) {
                throw new IllegalArgumentException("there is no certificate in " + file);
            }
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            int number = 0;
            for (Certificate usual : manager(null).getAcceptedIssuers()) {
                all.setCertificateEntry("usual" + number++, usual);
            }
            for (Certificate own : more) {
                all.setCertificateEntry("own" + number++, own);
            }
            X509TrustManager manager = manager(all);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {manager}, null);
            return new TrustedCertificates(context.getSocketFactory(), manager);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file + " with certificates");
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot read certificates from " + file, e);
        }
    }

    /// @param store null for what the JDK knows
    private static X509TrustManager manager(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new IllegalStateException("no trust manager for X.509");
    }
}
