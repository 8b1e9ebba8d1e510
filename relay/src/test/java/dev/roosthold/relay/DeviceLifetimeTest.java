package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.relay.auth.DeviceLifetime;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Devices that end by themselves, where the operator wants that.
@Timeout(60)
class DeviceLifetimeTest {
    private static final DeviceLifetime IDLE_30 =
            DeviceLifetime.UNLIMITED.withIdle(Duration.ofDays(30));
    private static final DeviceLifetime AGE_90 =
            DeviceLifetime.UNLIMITED.withAge(Duration.ofDays(90));

    @Test
    void withoutTheOperatorsWordNoDeviceEnds() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            rig.clock().pass(Duration.ofDays(4_000));
            rig.relay().endOldDevices();
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
        }
    }

    @Test
    void anIdleDeviceIsRefusedAlsoBeforeItIsSweptAndThenIsGoneWithTheReasonInTheAuditLog() {
        try (var rig = start(IDLE_30)) {
            Person ada = rig.signsUp();
            Person lost = rig.signsIn(ada.key());
            String id = current(lost);
            for (int i = 0; i < 2; i++) {
                rig.clock().pass(Duration.ofDays(16));
                assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
            }

            assertThat(lost.api().get("/v1/account/profile").error()).isEqualTo("Invalid token");
            assertThat(rig.connect(Map.of("token", lost.token())).outcome())
                    .isEqualTo("Invalid authentication token");
            rig.relay().endOldDevices();

            assertThat(devices(ada)).hasSize(1);
            JsonNode entry = audit(ada);
            assertThat(entry.path("kind").asString()).isEqualTo("device-revoke");
            assertThat(entry.path("details").path("device").asString()).isEqualTo(id);
            assertThat(entry.path("details").path("reason").asString()).isEqualTo("idle");
            assertThat(rig.signsIn(ada.key()).account()).isEqualTo(ada.account());
        }
    }

    @Test
    void aDeviceWithAnOpenSocketIsInUseHoweverSilent() {
        try (var rig = start(IDLE_30)) {
            Person ada = rig.signsUp();
            Client page = ada.page().connected();
            for (int i = 0; i < 3; i++) {
                rig.clock().pass(Duration.ofDays(31));
                rig.relay().endOldDevices();
            }
            assertThat(page.isConnected()).isTrue();
            page.settled();
            rig.clock().pass(Duration.ofDays(29));
            page.leaves();
            await().until(() -> !connected(rig, ada));
            rig.clock().pass(Duration.ofDays(29));
            rig.relay().endOldDevices();
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
            rig.clock().pass(Duration.ofDays(31));
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(401);
        }
    }

    @Test
    void useIsRememberedAcrossARestart() {
        try (var rig = start(IDLE_30)) {
            Person ada = rig.signsUp();
            rig.clock().pass(Duration.ofDays(20));
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
            rig.restarts();
            rig.clock().pass(Duration.ofDays(20));
            rig.relay().endOldDevices();
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
        }
    }

    @Test
    void anOldDeviceEndsAlsoWhileItIsUsedAndItsSocketsWithIt() {
        try (var rig = start(AGE_90)) {
            Person ada = rig.signsUp();
            Client page = ada.page().connected();
            rig.clock().pass(Duration.ofDays(89));
            rig.relay().endOldDevices();
            page.settled();
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);

            rig.clock().pass(Duration.ofDays(1));
            assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(401);
            rig.relay().endOldDevices();

            page.end();
            Person again = rig.signsIn(ada.key());
            assertThat(devices(again)).hasSize(1);
            JsonNode entries = again.api().get("/v1/web/audit?limit=10").body().path("entries");
            assertThat(entries.toString()).contains("\"reason\":\"age\"");
        }
    }

    @Test
    void theBearerOfAMachineEndsAndItsSecretGivesAnother() {
        try (var rig = start(AGE_90)) {
            Person ada = rig.signsUp();
            String id = rig.machineId();
            var login = Map.of("machineId", id, "secret", ada.addsMachine(id, "laptop"));
            String bearer = rig.api().post("/v1/machines/authenticate", login).text("token");
            Client daemon = new EnrolledMachine(rig, id, bearer).daemon().connected();

            rig.clock().pass(Duration.ofDays(90));
            rig.relay().endOldDevices();

            daemon.end();
            assertThat(rig.api().as(bearer).get("/v1/sessions").status()).isEqualTo(401);
            String next = rig.api().post("/v1/machines/authenticate", login).text("token");
            assertThat(rig.api().as(next).get("/v1/sessions").status()).isEqualTo(200);
        }
    }

    @Test
    void aPairingThatAnEndedDeviceApprovedCannotBePickedUp() {
        try (var rig = start(AGE_90)) {
            Person ada = rig.signsUp();
            rig.clock().pass(Duration.ofDays(90).minusMinutes(1));
            String key = Base64.getEncoder().encodeToString(RelayRig.randomBytes(32));
            var ask = Map.of("publicKey", key);
            assertThat(rig.api().post("/v1/auth/request", ask).status()).isEqualTo(200);
            var approval = Map.of("publicKey", key, "response", "c2VhbGVk");
            assertThat(ada.api().post("/v1/auth/response", approval).status()).isEqualTo(200);

            rig.clock().pass(Duration.ofMinutes(1));
            rig.relay().endOldDevices();

            assertThat(rig.api().post("/v1/auth/request", ask).text("state"))
                    .isEqualTo("requested");
        }
    }

    private static boolean connected(RelayRig rig, Person person) {
        // A socket that has gone is noted as the latest use.
        return devices(person).getFirst().path("lastSeen").asLong() != rig.now();
    }

    private static List<JsonNode> devices(Person person) {
        return person.api().get("/v1/devices").body().valueStream().toList();
    }

    private static String current(Person person) {
        return devices(person).stream()
                .filter(device -> device.path("current").asBoolean())
                .map(device -> device.path("id").asString())
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode audit(Person person) {
        return person.api().get("/v1/web/audit?limit=1").body().path("entries").path(0);
    }

    private static RelayRig start(DeviceLifetime lifetime) {
        return RelayRig.start(config -> config.withLimits(config.limits().withDevices(lifetime)));
    }
}
