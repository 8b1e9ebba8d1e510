package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The happy view over REST; the rest of it is in the recorded exchanges.
class MachinesTest {
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aKeyThatIsNotBase64IsRefused() {
        for (String key : List.of("***", "", "AA=A", "with space")) {
            Answer answer = create("m", "dataEncryptionKey", key);
            assertThat(answer.status()).as(key).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/dataEncryptionKey");
        }
        Answer accepted = create("m", "dataEncryptionKey", "AAEC");
        assertThat(accepted.body().path("machine").path("dataEncryptionKey").asString())
                .isEqualTo("AAEC");
    }

    @Test
    void idsThatCannotBePartOfANameAreRefused() {
        for (String id : List.of("", "a:b", "a\nb", "x".repeat(201))) {
            Answer answer = create(id, "unknown", "ignored");
            assertThat(answer.status()).as(id).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/id");
        }
        String halfPair = "{\"id\":\"\\ud800\",\"metadata\":\"x\"}";
        assertThat(ada.api().raw("POST", "/v1/machines", halfPair).status()).isEqualTo(400);
    }

    @Test
    void wrongTypesInEveryFieldAreTheClientsFault() {
        for (String field : List.of("id", "metadata", "daemonState", "dataEncryptionKey")) {
            for (Object wrong : List.of(1, true, List.of(), Map.of())) {
                Answer answer = create("m", field, wrong);
                assertThat(answer.status()).as("%s = %s", field, wrong).isEqualTo(400);
                assertThat(answer.text("message")).startsWith("body/" + field);
            }
        }
        assertThat(ada.api().get("/v1/machines").body()).isEmpty();
    }

    @Test
    void theLatestActivityComesFirstAndBothNamesOfItAgree() {
        ada.makesMachine("first");
        rig.passes(Duration.ofSeconds(1));
        ada.makesMachine("second");
        rig.passes(Duration.ofSeconds(1));
        Client page = ada.page().connected();
        ada.daemon("first").connected();
        page.receives("machine-activity");

        JsonNode list = ada.api().get("/v1/machines").body();

        assertThat(list.valueStream().map(machine -> machine.path("id").asString()))
                .containsExactly("first", "second");
        assertThat(list.get(0).path("activeAt").asLong()).isEqualTo(rig.now());
        assertThat(list.valueStream())
                .allMatch(m -> m.path("activeAt").equals(m.path("lastActiveAt")));
    }

    @Test
    void deletingEndsTheSocketsOfTheMachineAlsoOfOneWithAnAccountToken() {
        ada.makesMachine("m");
        Client page = ada.page().connected();
        Client daemon = ada.daemon("m").connected();
        page.receives("machine-activity");
        page.forget();

        assertThat(ada.api().delete("/v1/machines/m").status()).isEqualTo(200);

        assertThat(daemon.end()).isEqualTo("transport close");
        rig.passes(Duration.ofSeconds(10));
        assertThat(page.settled().events().stream().map(Client.Event::kind))
                .containsExactlyInAnyOrder("delete-machine", "machine-gone");
        assertThat(ada.api().delete("/v1/machines/m").status()).isEqualTo(404);
        assertThat(ada.makesMachine("m").status()).isEqualTo(200);
    }

    @Test
    void aRelayThatWasKilledShowsNothingOnlineAfterItsStart() {
        ada.makesMachine("m");
        // What a relay leaves behind that had no time to say goodbye.
        rig.relay().store().writeNow(tx -> tx.execute("UPDATE machine SET active = 1"));
        long before = rev();

        rig.restarts();

        assertThat(
                        ada.api()
                                .get("/v1/machines/m")
                                .body()
                                .path("machine")
                                .path("active")
                                .asBoolean())
                .isFalse();
        assertThat(rev()).isGreaterThan(before);
        List<Integer> written =
                rig.relay()
                        .store()
                        .readNow(
                                sql ->
                                        sql.list(
                                                "SELECT active FROM machine",
                                                row -> row.getInt(1)));
        assertThat(written).containsExactly(0);
    }

    private long rev() {
        return ada.api().get("/v1/web/machines").body().get(0).path("rev").asLong();
    }

    private Answer create(String id, String field, Object value) {
        var body = new HashMap<String, Object>(Map.of("id", id, "metadata", "bWV0YQ=="));
        body.put(field, value);
        return ada.api().post("/v1/machines", body);
    }
}
