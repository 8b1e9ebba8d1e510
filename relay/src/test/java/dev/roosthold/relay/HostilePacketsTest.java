package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.relay.limits.Rate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.json.JSONArray;
import org.json.JSONObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// No packet harms anybody: every acknowledged event is answered once, everyone stays connected.
class HostilePacketsTest {
    private static final List<Object> WRONG =
            List.of(
                    1,
                    1.5,
                    true,
                    new JSONObject(),
                    new JSONArray(),
                    JSONObject.NULL,
                    new byte[] {1});

    private RelayRig rig;
    private Person ada;
    private Client attacker;
    private Client bystander;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        ada.makesMachine("m");
        attacker = ada.page().connected();
        bystander = rig.signsUp().page().connected();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void wrongTypesInEveryFieldAreAnswered() throws Exception {
        var good =
                Map.of(
                        "machine-update-metadata",
                        Map.of("machineId", "m", "metadata", "x", "expectedVersion", 1),
                        "machine-update-state",
                        Map.of("machineId", "m", "daemonState", "x", "expectedVersion", 0));
        for (var event : good.entrySet()) {
            for (String field : event.getValue().keySet()) {
                for (Object wrong : WRONG) {
                    if (field.equals("expectedVersion") && wrong instanceof Integer) {
                        continue;
                    }
                    var body = new HashMap<String, Object>(event.getValue());
                    body.put(field, wrong);
                    assertInvalid(attacker.ask(event.getKey(), new JSONObject(body)));
                }
                var body = new HashMap<String, Object>(event.getValue());
                body.remove(field);
                assertInvalid(attacker.ask(event.getKey(), new JSONObject(body)));
            }
            for (Object wrong : List.of(1, "text", true, new JSONArray(), new byte[] {1})) {
                assertInvalid(attacker.ask(event.getKey(), wrong));
            }
            JsonNode internal = attacker.ask(event.getKey(), JSONObject.NULL);
            assertThat(internal.path("message").asString()).isEqualTo("Internal error");
            JsonNode missing = attacker.ask(event.getKey());
            assertThat(missing.path("message").asString()).isEqualTo("Internal error");
        }
        assertNobodyWasHarmed();
    }

    @Test
    void wrongTypesInEventsWithoutAnswerAreIgnored() throws Exception {
        for (Object wrong : WRONG) {
            attacker.send("machine-alive", new JSONObject(Map.of("machineId", wrong, "time", 1)));
            attacker.send("machine-alive", new JSONObject(Map.of("machineId", "m", "time", wrong)));
            attacker.send("app-state", new JSONObject(Map.of("state", wrong)));
            attacker.send("machine-alive", wrong);
            attacker.send("app-state", wrong);
            attacker.send("nobody-knows-this", wrong);
        }
        assertNobodyWasHarmed();
    }

    @Test
    void argumentsThatAreNoAcknowledgementAreNotTakenForOne() {
        attacker.send("machine-update-state", Map.of("machineId", "m"), "not a function", 1);
        attacker.send("ping", 1, "x");
        assertThat(attacker.ask("ping", Map.of("a", 1)).isObject()).isTrue();
        assertNobodyWasHarmed();
    }

    @Test
    void versionsBeyondEveryRowAreMismatches() throws Exception {
        for (long version : List.of(-1L, 0L, 2L, Long.MAX_VALUE, Long.MIN_VALUE)) {
            JsonNode answer =
                    attacker.ask(
                            "machine-update-metadata",
                            Map.of("machineId", "m", "metadata", "x", "expectedVersion", version));
            assertThat(answer.path("result").asString()).isEqualTo("version-mismatch");
            assertThat(answer.path("version").asInt()).isEqualTo(1);
        }
        assertNobodyWasHarmed();
    }

    @Test
    void aFloodIsAnsweredWithErrorsAndNotWithAClosedSocket() {
        rig.close();
        rig =
                RelayRig.start(
                        config ->
                                config.withLimits(
                                        config.limits().withSocketEvents(new Rate(5, 1))));
        ada = rig.signsUp();
        attacker = ada.page().connected();
        bystander = rig.signsUp().page().connected();
        var body = Map.of("machineId", "m", "metadata", "x", "expectedVersion", 1);
        for (int i = 0; i < 5; i++) {
            assertThat(message(body)).isEqualTo("Machine not found");
        }
        assertThat(message(body)).isEqualTo("Too many requests");
        rig.passes(Duration.ofSeconds(2));
        assertThat(message(body)).isEqualTo("Machine not found");
        assertNobodyWasHarmed();
    }

    private String message(Map<String, ?> body) {
        return attacker.ask("machine-update-metadata", body).path("message").asString();
    }

    private void assertNobodyWasHarmed() {
        assertThat(attacker.settled().isConnected()).isTrue();
        assertThat(bystander.settled().isConnected()).isTrue();
    }

    private static void assertInvalid(JsonNode answer) {
        assertThat(answer.path("result").asString()).isEqualTo("error");
        assertThat(answer.path("message").asString()).isEqualTo("Invalid parameters");
    }
}
