package dev.roosthold.relay.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate of the server, read from its files and read again when they have changed.
/// Thread-safe. Connections keep what they began with.
final class Certificates {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    /// Forward secrecy and authenticated encryption only.
    private static final List<String> CIPHERS =
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /// A file is read whole; no chain of certificates is this large.
    private static final int MAX_FILE = 1 << 20;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /// What is in force, and of which bytes it was made.
    @SuppressWarnings("ArrayRecordComponent") // compared with Arrays.equals
    private record Loaded(SslContext context, byte[] digest) {}

    private record Identity(List<X509Certificate> chain, PrivateKey key) {}

    private final TlsFiles files;
    private final InstantSource clock;
    private volatile Loaded loaded;
    private byte[] rejected = new byte[0];

    private Certificates(TlsFiles files, InstantSource clock, Loaded loaded) {
        this.files = files;
        this.clock = clock;
        this.loaded = loaded;
    }

    /// @throws IOException with a message for the operator
    static Certificates load(TlsFiles files, InstantSource clock) throws IOException {
        // A client that asks for new keys over and over makes the server work; nobody needs it.
        if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        }
        byte[] certificate = read(files.certificate(), "certificate");
        byte[] key = read(files.key(), "key");
        var loaded = new Loaded(context(files, certificate, key, clock), digest(certificate, key));
        return new Certificates(files, clock, loaded);
    }

    /// The first certificate in a file.
    ///
    /// @throws IOException with a message for the operator
    static X509Certificate own(Path file) throws IOException {
        return chain(file, read(file, "certificate")).getFirst();
    }

    /// For a new connection.
    SslContext context() {
        return loaded.context();
    }

    /// Looks at the files and takes what is new in them for new connections. What is wrong with
    /// them is told once and changes nothing: the two files may be half-way through being replaced.
    synchronized void refresh() {
        byte[] digest = rejected;
        try {
            byte[] certificate = read(files.certificate(), "certificate");
            byte[] key = read(files.key(), "key");
            digest = digest(certificate, key);
            if (Arrays.equals(digest, loaded.digest()) || Arrays.equals(digest, rejected)) {
                return;
            }
            loaded = new Loaded(context(files, certificate, key, clock), digest);
            LOG.info("the TLS certificate was replaced; it is used for new connections");
        } catch (IOException e) {
            if (digest.length == 0 || !Arrays.equals(digest, rejected)) {
                LOG.warn("the changed TLS files are not used: {}", e.getMessage());
            }
            rejected = digest;
        }
    }

    private static SslContext context(
            TlsFiles files, byte[] certificate, byte[] key, InstantSource clock)
            throws IOException {
        Identity identity =
                new Identity(chain(files.certificate(), certificate), privateKey(files.key(), key));
        X509Certificate own = identity.chain().getFirst();
        if (!fits(own, identity.key())) {
            throw new IOException(
                    "the key in "
                            + files.key()
                            + " does not belong to the first certificate in "
                            + files.certificate());
        }
        warnOfTime(own, clock.instant());
        try {
            return SslContextBuilder.forServer(identity.key(), identity.chain())
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(CIPHERS, io.netty.handler.ssl.SupportedCipherSuiteFilter.INSTANCE)
                    .build();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "the certificate in "
                            + files.certificate()
                            + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
    }

    /// Worth a warning only: clients decide, and a relay that does not start helps nobody.
    private static void warnOfTime(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (now.isAfter(until)) {
            LOG.warn("the TLS certificate expired on {}", until.atOffset(ZoneOffset.UTC));
        } else if (now.isBefore(from)) {
            LOG.warn("the TLS certificate is valid from {} on", from.atOffset(ZoneOffset.UTC));
        }
    }

    private static List<X509Certificate> chain(Path file, byte[] bytes) throws IOException {
        var chain = new ArrayList<X509Certificate>();
        Matcher blocks = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        while (blocks.find()) {
            if (blocks.group(1).equals("CERTIFICATE")) {
                chain.add(certificate(file, decode(file, blocks.group(2))));
            }
        }
        if (chain.isEmpty()) {
            throw new IOException(
                    file + " holds no certificate in the PEM form (BEGIN CERTIFICATE)");
        }
        return chain;
    }

    private static X509Certificate certificate(Path file, byte[] der) throws IOException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new IOException(file + " holds a damaged certificate", e);
        }
    }

    private static PrivateKey privateKey(Path file, byte[] bytes) throws IOException {
        Matcher blocks = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        while (blocks.find()) {
            switch (blocks.group(1)) {
                case "PRIVATE KEY" -> {
                    return privateKey(file, decode(file, blocks.group(2)), "RSA", "EC", "EdDSA");
                }
                case "ENCRYPTED PRIVATE KEY" ->
                        throw new IOException(
                                "the key in "
                                        + file
                                        + " has a password; openssl pkcs8 -in KEY -out NEW writes"
                                        + " one without");
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                        throw new IOException(
                                "the key in "
                                        + file
                                        + " is not in the PKCS#8 form; openssl pkcs8 -topk8 -nocrypt"
                                        + " -in KEY -out NEW writes it");
                default -> {}
            }
        }
        throw new IOException(file + " holds no private key in the PEM form (BEGIN PRIVATE KEY)");
    }

    private static PrivateKey privateKey(Path file, byte[] der, String... algorithms)
            throws IOException {
        for (String algorithm : algorithms) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                // Not this kind: the form does not tell before it is read. The cause is not kept,
                // it could quote the key.
            }
        }
        throw new IOException(
                "the key in " + file + " is damaged or of a kind other than RSA, EC and Ed25519");
    }

    /// Signs and checks: the one test that holds for every kind of key.
    private static boolean fits(X509Certificate certificate, PrivateKey key) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                };
        byte[] text = "does it fit?".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] decode(Path file, String base64) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: not base64 between its marks", e);
        }
    }

    private static byte[] read(Path file, String what) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE + 1);
            if (bytes.length <= MAX_FILE) {
                return bytes;
            }
        } catch (NoSuchFileException e) {
            throw new IOException("the TLS " + what + " " + file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("the TLS " + what + " " + file + " cannot be read here", e);
        }
        throw new IOException("the TLS " + what + " " + file + " is larger than 1 MiB");
    }

    private static byte[] digest(byte[] certificate, byte[] key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(certificate);
            sha.update((byte) 0);
            return sha.digest(key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
