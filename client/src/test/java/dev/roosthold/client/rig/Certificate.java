package dev.roosthold.client.rig;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A certificate for `relay.test` and this computer, of an authority that nobody else knows, made
/// with the JDK's keytool.
///
/// @param chain PEM file for the relay
/// @param key PEM file for the relay
/// @param authority PEM file for clients
public record Certificate(Path chain, Path key, Path authority) {
    private static final String PASSWORD = "changeit";

    public static Certificate make(Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        keytool(store, "-alias", "ca", "-dname", "CN=Test authority", "-ext", "bc:c");
        keytool(
                store,
                "-alias",
                "leaf",
                "-dname",
                "CN=relay.test",
                "-signer",
                "ca",
                "-ext",
                "san=dns:relay.test,dns:localhost,ip:127.0.0.1");
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        StringBuilder chain = new StringBuilder();
        for (java.security.cert.Certificate one : keys.getCertificateChain("leaf")) {
            chain.append(pem("CERTIFICATE", one.getEncoded()));
        }
        byte[] key = keys.getKey("leaf", PASSWORD.toCharArray()).getEncoded();
        return new Certificate(
                Files.writeString(folder.resolve("chain.pem"), chain),
                Files.writeString(folder.resolve("key.pem"), pem("PRIVATE KEY", key)),
                Files.writeString(
                        folder.resolve("authority.pem"),
                        pem("CERTIFICATE", keys.getCertificate("ca").getEncoded())));
    }

    private static void keytool(Path store, String... more) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD, "-validity", "30"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("keytool: " + output);
        }
    }

    private static String pem(String kind, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n";
    }
}
