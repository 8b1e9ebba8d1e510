package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Directories in which agents may run: announced by the machine, approved by its owner.
class AssistantsTest {
    private RelayRig rig;
    private Person ada;
    private EnrolledMachine machine;
    private Client daemon;
    private Client page;
    private String id;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        machine = EnrolledMachine.of(ada);
        page = ada.page().connected().hears("machine-assistants");
        daemon = machine.daemon().connected().hears("machine-assistants");
        page.receives("machine-row", row -> row.path("status").asString().equals("online"));
        id = rig.machineId();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void registeredAssistantsAreCountedAndApproveRevokeAndRemoveChangeTheCountsLive() {
        assertThat(put(id, "offline").text("approval")).isEqualTo("pending");
        counts(0, 0, 1);
        assertThat(owner("approve").text("approval")).isEqualTo("approved");
        counts(0, 1, 0);
        assertThat(put(id, "online").text("status")).isEqualTo("online");
        counts(1, 0, 0);
        assertThat(owner("revoke").text("approval")).isEqualTo("revoked");
        counts(0, 0, 0);
        String second = rig.machineId();
        put(second, "offline");
        counts(0, 0, 1);
        assertThat(ada.api().delete(ofOwner() + "/" + second).status()).isEqualTo(200);
        counts(0, 0, 0);
    }

    @Test
    void theMachineLearnsOfTheApprovalByAnEvent() {
        put(id, "offline");
        hears("pending");
        owner("approve");
        hears("approved");
        JsonNode listed = machine.api().get(ofMachine()).body().path(0);
        assertThat(listed.path("assistantId").asString()).isEqualTo(id);
        assertThat(listed.path("machineId").asString()).isEqualTo(machine.id());
        assertThat(listed.path("approval").asString()).isEqualTo("approved");
        assertThat(listed.path("approvedAt").asLong()).isEqualTo(rig.now());
        assertThat(listed.path("createdAt").asLong()).isEqualTo(rig.now());
        assertThat(listed.path("details").asString()).isEqualTo("ZGV0YWlscw==");
        owner("revoke");
        hears("revoked");
        ada.api().delete(ofOwner() + "/" + id);
        hears("removed");
        assertThat(machine.api().get(ofMachine()).body()).isEmpty();
    }

    @Test
    void onlyAnApprovedAssistantMayGoOnline() {
        assertThat(put(id, "online").status()).isEqualTo(409);
        assertThat(ada.api().get(ofOwner()).body()).isEmpty();
        put(id, "offline");
        assertThat(put(id, "online").status()).isEqualTo(409);
        owner("approve");
        assertThat(put(id, "online").status()).isEqualTo(200);
        owner("revoke");
        assertThat(put(id, "online").status()).isEqualTo(409);
        assertThat(ada.api().get(ofOwner()).body().path(0).path("status").asString())
                .isEqualTo("offline");
        assertThat(put(id, "offline").text("approval")).isEqualTo("revoked");
    }

    @Test
    void rejectingAPendingOneRemovesItAndNothingElseCanBeRejected() {
        put(id, "offline");
        assertThat(owner("revoke").status()).isEqualTo(409);
        assertThat(owner("reject").status()).isEqualTo(200);
        hears("removed");
        assertThat(ada.api().get(ofOwner()).body()).isEmpty();
        assertThat(owner("reject").status()).isEqualTo(404);

        put(id, "offline");
        owner("approve");
        assertThat(owner("reject").status()).isEqualTo(409);
        owner("revoke");
        assertThat(owner("reject").status()).isEqualTo(409);
        assertThat(owner("approve").status()).isEqualTo(409);
    }

    @Test
    void approvalsSurviveARestartAndNothingIsOnlineAfterIt() {
        put(id, "offline");
        owner("approve");
        put(id, "online");

        rig.restarts();

        JsonNode listed = ada.api().get(ofOwner()).body().path(0);
        assertThat(listed.path("approval").asString()).isEqualTo("approved");
        assertThat(listed.path("status").asString()).isEqualTo("offline");
        machine.daemon().connected();
        Client other = ada.page().connected();
        put(id, "online");
        other.receives("machine-row", row -> row.at("/assistantCounts/online").asInt() == 1);
    }

    @Test
    void whenTheLastAssistantGoesOfflineTheMachineStaysOnlineAndTheOtherWayRoundNoneStays() {
        put(id, "offline");
        owner("approve");
        put(id, "online");
        put(id, "offline");
        JsonNode row = ada.api().get("/v1/web/machines").body().path(0);
        assertThat(row.path("status").asString()).isEqualTo("online");
        assertThat(row.path("assistantCount").asInt()).isEqualTo(1);

        put(id, "online");
        page.settled().forget();
        daemon.leaves();
        JsonNode gone =
                page.receives("machine-row", r -> r.path("status").asString().equals("offline"));
        assertThat(gone.at("/assistantCounts/online").asInt()).isZero();
        assertThat(gone.at("/assistantCounts/offline").asInt()).isEqualTo(1);
        assertThat(ada.api().get(ofOwner()).body().path(0).path("status").asString())
                .isEqualTo("offline");
        machine.daemon().connected();
        JsonNode back =
                page.receives("machine-row", r -> r.path("status").asString().equals("online"));
        assertThat(back.at("/assistantCounts/online").asInt()).isZero();
    }

    @Test
    void aSignOfLifeChangesNoRowAndTellsNobody() {
        put(id, "offline");
        page.settled().forget();
        rig.clock().pass(Duration.ofSeconds(20));

        assertThat(put(id, "offline").body().path("lastSeen").asLong()).isEqualTo(rig.now());

        page.settled();
        assertThat(page.events("machine-row")).isEmpty();
        assertThat(page.events("machine-assistants")).isEmpty();
    }

    @Test
    void aMachinesCredentialApprovesNothingAndTouchesOnlyItsOwnMachine() {
        EnrolledMachine sibling = EnrolledMachine.of(ada);
        put(id, "offline");
        for (String act : List.of("approve", "reject", "revoke")) {
            assertThat(machine.api().post(ofOwner() + "/" + id + "/" + act, Map.of()).status())
                    .isEqualTo(403);
        }
        assertThat(machine.api().delete(ofOwner() + "/" + id).status()).isEqualTo(403);
        assertThat(machine.api().get(ofOwner()).status()).isEqualTo(403);
        assertThat(sibling.api().get(ofMachine()).status()).isEqualTo(403);
        assertThat(sibling.api().call("PUT", ofMachine() + "/" + id, body("offline")).status())
                .isEqualTo(403);
        String nowhere = "/v1/machines/" + rig.machineId() + "/assistants";
        assertThat(sibling.api().get(nowhere).status()).isEqualTo(403);
        assertThat(ada.api().get(ofOwner()).body().path(0).path("approval").asString())
                .isEqualTo("pending");
        // The daemon of a paired machine has the account's credential; it is pending all the same.
        String another = rig.machineId();
        assertThat(
                        ada.api()
                                .call("PUT", ofMachine() + "/" + another, body("offline"))
                                .text("approval"))
                .isEqualTo("pending");
    }

    @Test
    void anotherAccountSeesNoneAndIsToldLikeOfNobodys() {
        Person eve = rig.signsUp();
        Client foreign = eve.page().connected().hears("machine-assistants");
        Client posing = eve.daemon(machine.id()).connected().hears("machine-assistants");
        put(id, "offline");
        String unknown = "/v1/web/machines/" + rig.machineId() + "/assistants";
        assertThat(eve.api().get(ofOwner())).isEqualTo(eve.api().get(unknown));
        for (String act : List.of("approve", "reject", "revoke")) {
            assertThat(eve.api().post(ofOwner() + "/" + id + "/" + act, Map.of()))
                    .isEqualTo(eve.api().post(unknown + "/" + id + "/" + act, Map.of()));
        }
        assertThat(eve.api().delete(ofOwner() + "/" + id).status()).isEqualTo(404);
        assertThat(eve.api().call("PUT", ofMachine() + "/" + id, body("offline")).status())
                .isEqualTo(404);
        owner("approve");
        for (Client client : List.of(foreign, posing)) {
            client.settled();
            assertThat(client.events("machine-assistants")).isEmpty();
        }
        // The same id is another assistant on another machine.
        EnrolledMachine hers = EnrolledMachine.of(eve);
        String own = "/v1/machines/" + hers.id() + "/assistants/" + id;
        assertThat(hers.api().call("PUT", own, body("offline")).text("approval"))
                .isEqualTo("pending");
        assertThat(ada.api().get(ofOwner()).body()).hasSize(1);
    }

    @Test
    void oneOfManySimultaneousDecisionsCounts() throws Exception {
        put(id, "offline");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls =
                    IntStream.range(0, 12)
                            .<Callable<Answer>>mapToObj(
                                    i -> () -> owner(i % 2 == 0 ? "approve" : "reject"))
                            .toList();
            List<Integer> statuses =
                    threads.invokeAll(calls).stream()
                            .map(Future::resultNow)
                            .map(Answer::status)
                            .toList();
            assertThat(statuses).contains(200);
        }
        List<String> kinds = kinds();
        assertThat(kinds.stream().filter(k -> k.matches("assistant-(approve|reject)"))).hasSize(1);
        boolean approved = kinds.contains("assistant-approve");
        assertThat(ada.api().get(ofOwner()).body()).hasSize(approved ? 1 : 0);
    }

    @Test
    void everyDecisionIsInTheAuditLog() {
        put(id, "offline");
        owner("approve");
        owner("approve");
        owner("revoke");
        ada.api().delete(ofOwner() + "/" + id);
        put(id, "offline");
        owner("reject");
        assertThat(kinds().stream().filter(kind -> kind.startsWith("assistant")))
                .containsExactly(
                        "assistant-reject",
                        "assistant-announce",
                        "assistant-remove",
                        "assistant-revoke",
                        "assistant-approve",
                        "assistant-announce");
    }

    @Test
    void numberAndSizeAreBoundedAndBadInputIsAContractError() {
        String one = ofMachine() + "/" + id;
        for (Object wrong :
                List.of(
                        Map.of(),
                        Map.of("details", ""),
                        Map.of("details", 1),
                        Map.of("details", "x".repeat(16_385)),
                        Map.of("details", "x", "status", "away"),
                        List.of())) {
            assertThat(machine.api().call("PUT", one, wrong).status()).isEqualTo(400);
        }
        String half = "{\"details\":\"\\ud800\"}";
        assertThat(machine.api().raw("PUT", one, half).status()).isEqualTo(400);
        assertThat(machine.api().call("PUT", ofMachine() + "/short", body("offline")).status())
                .isEqualTo(400);
        for (int i = 0; i < 100; i++) {
            assertThat(put(rig.machineId(), "offline").status()).isEqualTo(200);
            if (i % 30 == 29) {
                assertThat(put(rig.machineId(), "offline").status()).isEqualTo(429);
                rig.clock().pass(Duration.ofMinutes(1));
            }
        }
        rig.clock().pass(Duration.ofMinutes(1));
        assertThat(put(rig.machineId(), "offline").status()).isEqualTo(429);
        assertThat(ada.api().get(ofOwner()).body()).hasSize(100);
    }

    @Test
    void assistantsGoWithTheirMachine() {
        put(id, "offline");
        ada.api().delete("/v1/web/machines/" + machine.id());
        assertThat(ada.api().get(ofOwner()).status()).isEqualTo(404);
        assertThat(OwnedData.tablesWith(rig, id)).containsOnlyKeys("audit_entry");
    }

    private void hears(String approval) {
        for (Client client : List.of(daemon, page)) {
            JsonNode event =
                    client.receives(
                            "machine-assistants",
                            e -> e.path("approval").asString().equals(approval));
            assertThat(event.path("machineId").asString()).isEqualTo(machine.id());
            assertThat(event.path("assistantId").asString()).isEqualTo(id);
            client.forget();
        }
    }

    private void counts(int online, int offline, int pending) {
        JsonNode row =
                page.receives(
                        "machine-row",
                        r ->
                                r.at("/assistantCounts/online").asInt() == online
                                        && r.at("/assistantCounts/offline").asInt() == offline
                                        && r.at("/assistantCounts/pending").asInt() == pending);
        assertThat(row.path("assistantCount").asInt()).isEqualTo(online + offline + pending);
        page.forget();
    }

    private String ofMachine() {
        return "/v1/machines/" + machine.id() + "/assistants";
    }

    private String ofOwner() {
        return "/v1/web/machines/" + machine.id() + "/assistants";
    }

    private Answer put(String assistant, String status) {
        return machine.api().call("PUT", ofMachine() + "/" + assistant, body(status));
    }

    private static Map<String, String> body(String status) {
        return Map.of("details", "ZGV0YWlscw==", "status", status);
    }

    private Answer owner(String act) {
        return ada.api().post(ofOwner() + "/" + id + "/" + act, Map.of());
    }

    private List<String> kinds() {
        return ada.api()
                .get("/v1/web/audit")
                .body()
                .path("entries")
                .valueStream()
                .map(entry -> entry.path("kind").asString())
                .toList();
    }
}
