package dev.roosthold.sync;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// An authority that nobody else knows, and certificates that it signed; made with the JDK's
/// keytool.
final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final KeyStore store;

    TestAuthority(Path folder) throws Exception {
        Path file = folder.resolve("authority.p12");
        keytool(file, "-alias", "ca", "-dname", "CN=Test authority", "-ext", "bc:c");
        leaf(file, "here", "san=dns:localhost,ip:127.0.0.1");
        leaf(file, "elsewhere", "san=dns:relay.example");
        store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
    }

    private static void leaf(Path file, String alias, String names) throws Exception {
        keytool(file, "-alias", alias, "-dname", "CN=" + alias, "-signer", "ca", "-ext", names);
    }

    private static void keytool(Path file, String... more) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD, "-validity", "30"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool: " + output);
        }
    }

    /// The authority's certificate.
    String pem() throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(store.getCertificate("ca").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /// For a server.
    ///
    /// @param alias `here` has the names of this computer, `elsewhere` those of another
    SSLContext server(String alias) throws Exception {
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(
                alias,
                store.getKey(alias, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                store.getCertificateChain(alias));
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(one, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
