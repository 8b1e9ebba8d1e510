package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `roost health` and `roost --version`.
final class HealthTest {
    @TempDir Path home;

    @Test
    void theExitStatusTellsWhetherTheRelayWorks() throws Exception {
        String port;
        try (RoostProcess relay = RoostProcess.relay(home)) {
            port = Integer.toString(relay.port());
            try (RoostProcess health = RoostProcess.start(home, "health", "--port", port)) {
                assertThat(health.exitStatus()).as("%s", health.lines()).isZero();
            }
            try (RoostProcess health =
                    RoostProcess.start(home, "health", "--server", relay.address() + "/")) {
                assertThat(health.exitStatus()).as("%s", health.lines()).isZero();
            }
        }
        try (RoostProcess health = RoostProcess.start(home, "health", "--port", port)) {
            assertThat(health.exitStatus()).isEqualTo(1);
            health.awaitLine("error: no relay answers at http://127.0.0.1:" + port);
        }
    }

    @Test
    void aRelayWithTlsIsAskedOverTlsAndKnownByItsCertificate() throws Exception {
        Path certificate = home.resolve("certificate.pem");
        Path key = home.resolve("key.pem");
        Path other = home.resolve("other.pem");
        makeCertificate(certificate, key);
        makeCertificate(other, home.resolve("other-key.pem"));
        try (RoostProcess relay =
                RoostProcess.relay(
                        home, "--tls-cert", certificate.toString(), "--tls-key", key.toString())) {
            String port = Integer.toString(relay.port());
            assertThat(health(port, certificate)).isZero();
            assertThat(health(port, other)).isEqualTo(1);
        }
    }

    private int health(String port, Path certificate) throws InterruptedException {
        try (RoostProcess health =
                RoostProcess.start(
                        home, "health", "--port", port, "--tls-cert", certificate.toString())) {
            return health.exitStatus();
        }
    }

    private static void makeCertificate(Path certificate, Path key) throws Exception {
        Path file = certificate.resolveSibling(certificate.getFileName() + ".p12");
        char[] password = "changeit".toCharArray();
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-alias",
                                "a",
                                "-dname",
                                "CN=roost.example",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "changeit",
                                "-keystore",
                                file.toString())
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), password);
        Files.writeString(certificate, pem("CERTIFICATE", store.getCertificate("a").getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", store.getKey("a", password).getEncoded()));
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                .formatted(what, Base64.getMimeEncoder().encodeToString(der));
    }

    @Test
    void theVersionNamesTheBuild() {
        assertThat(Version.build()).matches("[0-9a-f]{12}\\+?|unknown");
        assertThat(new Version().getVersion())
                .satisfiesExactly(
                        version -> assertThat(version).startsWith("roost "),
                        build -> assertThat(build).startsWith("build " + Version.build()));
    }
}
