package dev.roosthold.relay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate for this computer, signed by an authority that nobody else knows, made with the
/// JDK's keytool.
final class TestCertificate {
    private static final String PASSWORD = "changeit";

    private final KeyStore store;

    private TestCertificate(KeyStore store) {
        this.store = store;
    }

    /// @param algorithm `EC`, `RSA` or `Ed25519`
    /// @param validity of keytool, such as `-validity 30`
    static TestCertificate make(Path folder, String algorithm, String... validity)
            throws Exception {
        Path file = Files.createTempFile(folder, "keys", ".p12");
        Files.delete(file);
        keytool(file, List.of("-alias", "ca", "-dname", "CN=Test authority", "-ext", "bc:c"), "EC");
        var leaf =
                new ArrayList<>(
                        List.of("-alias", "leaf", "-dname", "CN=localhost", "-signer", "ca"));
        leaf.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1"));
        leaf.addAll(List.of(validity));
        keytool(file, leaf, algorithm);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return new TestCertificate(store);
    }

    private static void keytool(Path file, List<String> more, String algorithm) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-keyalg", algorithm, "-keystore", file.toString()));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        if (algorithm.equals("EC")) {
            command.addAll(List.of("-groupname", "secp256r1"));
        }
        command.addAll(more);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool: " + output);
        }
    }

    /// The certificate and, behind it, the authority's.
    String chain() throws GeneralSecurityException {
        var pem = new StringBuilder("what stands before a block is a comment\n");
        for (Certificate certificate : store.getCertificateChain("leaf")) {
            pem.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return pem.toString();
    }

    String key() throws GeneralSecurityException {
        return pem("PRIVATE KEY", store.getKey("leaf", PASSWORD.toCharArray()).getEncoded());
    }

    Certificate certificate() throws GeneralSecurityException {
        return store.getCertificate("leaf");
    }

    /// For a client that knows the authority and not the certificate.
    SSLContext client() throws GeneralSecurityException, IOException {
        return client(this);
    }

    /// For a client that knows all these authorities.
    static SSLContext client(TestCertificate... known)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (int i = 0; i < known.length; i++) {
            trusted.setCertificateEntry("ca" + i, known[i].store.getCertificate("ca"));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    static String pem(String kind, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n";
    }
}
