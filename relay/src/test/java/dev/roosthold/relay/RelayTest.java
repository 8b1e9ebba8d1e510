package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// The way through every layer.
class RelayTest {

    @Test
    void aMachineAddedInTheWebViewComesOnlineAndBecomesVisibleToTheHappyClients() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Client page = ada.page().connected();
            String id = rig.machineId();

            String secret = ada.addsMachine(id, "laptop");
            assertThat(page.receives("machine-row").path("status").asString()).isEqualTo("offline");

            Answer authenticated =
                    rig.api()
                            .post(
                                    "/v1/machines/authenticate",
                                    Map.of("machineId", id, "secret", secret));
            assertThat(authenticated.status()).isEqualTo(200);
            String token = authenticated.text("token");
            Client daemon =
                    rig.connect(
                                    Map.of(
                                            "token",
                                            token,
                                            "clientType",
                                            "machine-scoped",
                                            "machineId",
                                            id))
                            .connected();
            var online =
                    page.receives(
                            "machine-row", row -> row.path("status").asString().equals("online"));
            assertThat(online.path("enrolment").asString()).isEqualTo("keys");
            assertThat(ada.api().get("/v1/machines").body()).isEmpty();

            Answer machine =
                    rig.api()
                            .as(token)
                            .post("/v1/machines", Map.of("id", id, "metadata", "bWV0YQ=="));
            assertThat(machine.status()).isEqualTo(200);
            assertThat(page.receives("new-machine").path("body").path("active").asBoolean())
                    .isTrue();
            assertThat(ada.api().get("/v1/machines").body()).hasSize(1);
            assertThat(
                            daemon.ask(
                                            "machine-update-state",
                                            Map.of(
                                                    "machineId",
                                                    id,
                                                    "daemonState",
                                                    "cnVubmluZw==",
                                                    "expectedVersion",
                                                    0))
                                    .path("result")
                                    .asString())
                    .isEqualTo("success");
        }
    }
}
