package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A machine that has lost its key and kept its token: `PUT /v1/machines/:id/keys`.
class RenewedMachineKeyTest {
    private static final Map<String, String> RENEWED =
            Map.of("metadata", "bmV3", "daemonState", "c3RhdGU=", "dataEncryptionKey", "AAECAw==");

    private RelayRig rig;
    private Person ada;
    private EnrolledMachine machine;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        machine = EnrolledMachine.of(ada);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private String path() {
        return "/v1/machines/" + machine.id() + "/keys";
    }

    private JsonNode row() {
        return ada.api().get("/v1/machines/" + machine.id()).body().path("machine");
    }

    private void fill() {
        Answer made =
                machine.api()
                        .post(
                                "/v1/machines",
                                Map.of(
                                        "id", machine.id(),
                                        "metadata", "b2xk",
                                        "daemonState", "b2xk",
                                        "dataEncryptionKey", "AAAA"));
        assertThat(made.status()).isEqualTo(200);
    }

    @Test
    void theRowIsReplacedWithHigherVersionsAndTheAccountHearsTheNewKey() {
        fill();
        Client page = ada.page().connected();
        Client daemon = machine.daemon().connected();
        page.forget();
        daemon.forget();

        Answer renewed = machine.api().call("PUT", path(), RENEWED);

        assertThat(renewed.status()).isEqualTo(200);
        JsonNode row = row();
        assertThat(renewed.body().path("machine").path("metadata").asString()).isEqualTo("bmV3");
        assertThat(row.path("metadata").asString()).isEqualTo("bmV3");
        assertThat(row.path("metadataVersion").asInt()).isEqualTo(2);
        assertThat(row.path("daemonState").asString()).isEqualTo("c3RhdGU=");
        assertThat(row.path("daemonStateVersion").asInt()).isEqualTo(2);
        assertThat(row.path("dataEncryptionKey").asString()).isEqualTo("AAECAw==");
        page.receives(
                "new-machine",
                update ->
                        update.path("body")
                                .path("dataEncryptionKey")
                                .asString()
                                .equals("AAECAw=="));
        daemon.receives(
                "update-machine",
                update -> update.path("body").path("daemonState").path("version").asInt() == 2);
    }

    @Test
    void aMachineThatNeverSentAnythingIsFilledByIt() {
        assertThat(machine.api().call("PUT", path(), RENEWED).status()).isEqualTo(200);
        assertThat(row().path("metadataVersion").asInt()).isEqualTo(1);
    }

    @Test
    void onlyTheMachineItselfMayDoIt() {
        fill();
        EnrolledMachine other = EnrolledMachine.of(ada);
        Person eve = rig.signsUp();

        assertThat(ada.api().call("PUT", path(), RENEWED).status()).isEqualTo(403);
        assertThat(other.api().call("PUT", path(), RENEWED).status()).isEqualTo(403);
        assertThat(eve.api().call("PUT", path(), RENEWED).status()).isEqualTo(403);
        assertThat(rig.api().call("PUT", path(), RENEWED).status()).isEqualTo(401);
        assertThat(row().path("metadata").asString()).isEqualTo("b2xk");
    }

    @Test
    void eachFieldIsNeededAndTheKeyIsBase64() {
        fill();
        for (String field : RENEWED.keySet()) {
            Map<String, String> body = new HashMap<>(RENEWED);
            body.remove(field);
            assertThat(machine.api().call("PUT", path(), body).status()).as(field).isEqualTo(400);
        }
        Map<String, String> body = new HashMap<>(RENEWED);
        body.put("dataEncryptionKey", "no base64!");
        assertThat(machine.api().call("PUT", path(), body).status()).isEqualTo(400);
        assertThat(row().path("metadata").asString()).isEqualTo("b2xk");
    }
}
