package dev.roosthold.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.roosthold.sync.config.ConfigException;
import dev.roosthold.sync.config.SyncConfig;
import dev.roosthold.sync.config.SyncOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@NullUnmarked // what is missing fails the test
final class Section19SecurityTest {
    @TempDir private static Path shared;
    private static TestAuthority authority;

    @TempDir private Path folder;

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = new TestAuthority(shared);
        Files.writeString(shared.resolve("ca.pem"), authority.pem());
    }

    private static Wire tls(Rig rig, String alias) throws Exception {
        return new Wire(authority.server(alias).getServerSocketFactory(), rig.relay().getPort());
    }

    private static Rig.Device device(Rig rig, String name, Wire wire, boolean known) {
        Rig.Device device =
                rig.device(name).relay(URI.create("wss://127.0.0.1:" + wire.port() + "/"));
        return known
                ? device.settings("{\"relayCaFile\":\"" + shared.resolve("ca.pem") + "\"}")
                : device;
    }

    @Test
    void aRelayOfAPrivateAuthorityIsReachedWhenItsFileIsNamed() throws Exception {
        try (var rig = new Rig(folder);
                Wire wire = tls(rig, "here")) {
            Rig.Device a = device(rig, "a", wire, true).start().initialised(1);
            a.awaitState("ONLINE");
            String id = Entries.id();
            a.client().call("sync.push", Entries.push(Entries.command(id)));
            a.awaitSent();
            Rig.Device b = device(rig, "b", wire, true).start().initialised(1);
            await().atMost(Rig.SOON).until(() -> b.all().containsKey("command/" + id));
        }
    }

    @Test
    void anUnknownAuthorityIsRefusedAlsoByTheUsualTrust() throws Exception {
        try (var rig = new Rig(folder);
                Wire wire = tls(rig, "here")) {
            Rig.Device a = device(rig, "a", wire, false).start();
            JsonNode error = a.init(1).path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32003);
            assertThat(wire.accepted.get()).isPositive();
            assertThat(a.client().state()).isEqualTo("OFFLINE");
        }
    }

    @Test
    void theNameInTheCertificateIsCheckedAlsoOfAPrivateAuthority() throws Exception {
        try (var rig = new Rig(folder);
                Wire wire = tls(rig, "elsewhere")) {
            Rig.Device a = device(rig, "a", wire, true).start();
            assertThat(a.init(1).path("error").path("code").asInt()).isEqualTo(-32003);
            assertThat(wire.accepted.get()).isPositive();
            assertThat(a.client().state()).isEqualTo("OFFLINE");
        }
    }

    @Test
    void aFileWithoutCertificatesIsAWrongSetting() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        Path noise = Files.writeString(folder.resolve("noise.pem"), "-----BEGIN CERTIFICATE-----");
        for (Path file : List.of(empty, noise, folder.resolve("missing.pem"))) {
            Path settings = folder.resolve("settings.json");
            Files.writeString(settings, "{\"relayCaFile\":\"" + file + "\"}");
            ConfigException failure =
                    catchThrowableOfType(
                            ConfigException.class,
                            () ->
                                    SyncConfig.read(
                                            new SyncOptions(
                                                    Map.of("--config", settings.toString()), false),
                                            Map.of("HOME", folder.toString())));
            assertThat(failure.getMessage())
                    .startsWith(settings + ": relayCaFile: ")
                    .contains(file.toString());
        }
    }

    /// Section 13: what the relay keeps tells none of these. The random id of a device is part of
    /// the name of its record (section 10.2), and names are for all to see.
    @Test
    void theRelayKeepsNeitherIdsNorNamesNorLevelsNorPreferences() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("tell-nobody").relay().start().initialised(1);
            String id = Entries.id();
            a.client()
                    .call(
                            "sync.push",
                            Entries.push(
                                    Entries.command(id),
                                    Entries.preference("very.private.name", 1000)));
            a.awaitSent();
            String blob = a.all().get("command/" + id).path("encrypted").stringValue();
            rig.stopRelay();
            var kept = new StringBuilder();
            try (var files = Files.walk(folder.resolve("relay"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    kept.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
            String account = a.client().call("sync.status").path("accountId").stringValue();
            assertThat(kept).contains(account);
            for (String hidden :
                    List.of(
                            id,
                            "tell-nobody",
                            "very.private.name",
                            "safetyLevel",
                            "encryptedPayload",
                            blob,
                            Rig.key(1))) {
                assertThat(kept.indexOf(hidden)).as(hidden).isNegative();
            }
        }
    }

    /// The one secret of the daemon is in its own file, and in no other.
    @Test
    void theKeyOfTheAccountIsInItsFileAlone() throws Exception {
        try (var rig = new Rig(folder)) {
            Rig.Device a = rig.device("a").relay().start().initialised(1);
            a.client().call("sync.push", Entries.push(Entries.command(Entries.id())));
            a.awaitSent();
            a.stop();
            byte[] key = Files.readAllBytes(a.config().authKeyFile());
            String text = new String(key, StandardCharsets.ISO_8859_1);
            try (var files = Files.walk(a.home)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String content =
                            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    if (!file.equals(a.config().authKeyFile())) {
                        assertThat(content.contains(text)).as(file.toString()).isFalse();
                    }
                    assertThat(content.contains(Rig.key(1))).as(file.toString()).isFalse();
                }
            }
        }
    }
}
