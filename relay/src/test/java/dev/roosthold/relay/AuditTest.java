package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.relay.audit.Actor;
import dev.roosthold.relay.audit.Audit;
import dev.roosthold.relay.audit.Details;
import dev.roosthold.relay.audit.Entry;
import dev.roosthold.relay.audit.Head;
import dev.roosthold.relay.audit.Kind;
import dev.roosthold.relay.audit.Verdict;
import dev.roosthold.relay.auth.Invites;
import io.socket.client.Ack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What the audit log tells, to whom, and that nobody changes it unnoticed.
class AuditTest {

    @Test
    void whatIsDoneInAnAccountIsInItsLogWithoutAnySecret() {
        try (var rig = RelayRig.start()) {
            var secrets = new ArrayList<String>();
            Person ada = rig.signsUp();
            Person phone = rig.signsIn(ada.key());
            secrets.add(ada.token());
            secrets.add(phone.token());
            secrets.add(paired(rig, ada, "/v1/auth/request", "/v1/auth/response"));
            secrets.add(paired(rig, ada, "/v1/auth/account/request", "/v1/auth/account/response"));
            String machine = rig.machineId();
            String secret = ada.addsMachine(machine, "attic computer");
            secrets.add(secret);
            secrets.add(
                    rig.api()
                            .post(
                                    "/v1/machines/authenticate",
                                    Map.of("machineId", machine, "secret", secret))
                            .text("token"));
            String other = rig.secret();
            secrets.add(other);
            ada.api().post("/v1/web/machines/" + machine + "/secret", Map.of("secret", other));
            ada.api().delete("/v1/web/machines/" + machine);
            ada.makesMachine("happy");
            ada.makesMachine("happy");
            String phoneDevice = newest(ada, "sign-in").path("device").asString();
            ada.api().patch("/v1/devices/" + phoneDevice, Map.of("name", "lost phone"));
            ada.api().delete("/v1/devices/" + phoneDevice);
            String session = ada.makesSession("s");
            ada.api().delete("/v1/sessions/" + session);

            List<JsonNode> log = log(ada);

            assertThat(log.stream().map(entry -> entry.path("kind").asString()).toList().reversed())
                    .containsExactly(
                            "sign-in",
                            "sign-in",
                            "pairing-approve",
                            "pairing",
                            "linking-approve",
                            "linking",
                            "machine-enrol",
                            "machine-authenticate",
                            "machine-replace-token",
                            "machine-remove",
                            "machine-register",
                            "device-rename",
                            "device-revoke",
                            "session-delete");
            assertThat(log.stream().map(entry -> entry.path("number").asLong()).toList().reversed())
                    .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L);
            JsonNode revoked = newest(ada, "device-revoke");
            assertThat(revoked.path("details").path("device").asString()).isEqualTo(phoneDevice);
            assertThat(revoked.path("address").asString()).isEqualTo("127.0.0.1");
            assertThat(revoked.path("at").asLong()).isEqualTo(rig.now());
            assertThat(newest(ada, "machine-remove").path("details").path("machine").asString())
                    .isEqualTo(machine);
            assertThat(log.toString()).doesNotContain("attic computer", "lost phone", "c2VhbGVk");
            assertIntact(rig);
            rig.relay().close();
            assertThat(database(rig)).doesNotContain(secrets);
            if (!TestDatabase.isPostgres()) {
                assertThat(database(rig))
                        .as("the search finds what is there")
                        .contains(phoneDevice);
            }
        }
    }

    @Test
    void eachSeesOnlyOwnEntriesAndNoSignOfOthers() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Person bob = rig.signsUp();
            for (int i = 0; i < 5; i++) {
                rig.signsIn(ada.key());
            }
            assertThat(log(bob)).hasSize(1);
            rig.signsIn(bob.key());
            assertThat(log(bob).stream().map(entry -> entry.path("number").asLong()))
                    .containsExactly(2L, 1L);
            assertThat(log(ada)).hasSize(6);
            assertThat(EnrolledMachine.of(ada).api().get("/v1/web/audit").status()).isEqualTo(403);
            assertThat(rig.api().get("/v1/web/audit").status()).isEqualTo(401);
        }
    }

    @Test
    void pagesFollowEachOtherWithoutAGap() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            for (int i = 0; i < 6; i++) {
                rig.signsIn(ada.key());
            }
            JsonNode first = ada.api().get("/v1/web/audit?limit=3").body();
            assertThat(numbers(first)).containsExactly(7L, 6L, 5L);
            assertThat(first.path("nextBefore").asLong()).isEqualTo(5);
            JsonNode second = ada.api().get("/v1/web/audit?limit=3&before=5").body();
            assertThat(numbers(second)).containsExactly(4L, 3L, 2L);
            JsonNode last = ada.api().get("/v1/web/audit?limit=3&before=2").body();
            assertThat(numbers(last)).containsExactly(1L);
            assertThat(last.path("nextBefore").isNull()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=201", "limit=x", "before=0", "before=-1", "before="})
    void aWrongPageIsTheClientsFault(String query) {
        try (var rig = RelayRig.start()) {
            Answer answer = rig.signsUp().api().get("/v1/web/audit?" + query);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("querystring/");
        }
    }

    @Test
    void whatChangesNothingLeavesNoEntry() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Person bob = rig.signsUp();
            String device = newest(ada, "sign-in").path("device").asString();
            String session = ada.makesSession("s");
            ada.makesMachine("m");
            long before = head(rig).number();
            bob.api().delete("/v1/devices/" + device);
            bob.api().patch("/v1/devices/" + device, Map.of("name", "mine"));
            bob.api().delete("/v1/sessions/" + session);
            bob.api().delete("/v1/machines/m");
            ada.makesMachine("m");
            ada.makesSession("s");
            ada.api().delete("/v1/devices/unknown");
            assertThat(head(rig).number()).isEqualTo(before);
        }
    }

    @Test
    void callsThatStartOrStopSomethingAreNotedWithoutTheirParameters() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            ada.makesMachine("m");
            Client daemon = ada.daemon("m").connected();
            daemon.answers(
                    "rpc-request", (body, ack) -> answer(ack, body.path("method").asString()));
            for (String method : List.of("spawn-happy-session", "stop-daemon", "bash")) {
                daemon.send("rpc-register", Map.of("method", "m:" + method));
            }
            daemon.settled();
            Client page = ada.page().connected();
            for (String method : List.of("m:spawn-happy-session", "m:bash", "m:stop-daemon")) {
                page.ask("rpc-call", Map.of("method", method, "params", "c2VjcmV0"));
            }
            // Nobody there: nothing was started.
            page.ask("rpc-call", Map.of("method", "x:spawn-happy-session", "params", "c2VjcmV0"));

            await().until(() -> kinds(ada).getFirst().equals("rpc-call") && calls(ada).size() == 2);
            assertThat(calls(ada))
                    .containsExactly(
                            Map.of("method", "stop-daemon", "target", "m"),
                            Map.of("method", "spawn-happy-session", "target", "m"));
            assertThat(newest(ada, "rpc-call").path("device").asString())
                    .isEqualTo(newest(ada, "sign-in").path("device").asString());
            assertIntact(rig);
            rig.relay().close();
            assertThat(database(rig)).doesNotContain("c2VjcmV0");
        }
    }

    @Test
    void refusedSignInsOfAnAccountAreNotedAndCannotFillTheDisk() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            for (int i = 0; i < 50; i++) {
                var body = new HashMap<String, Object>(RelayRig.signIn(ada.key()));
                body.put("signature", RelayRig.signIn(ada.key()).get("signature"));
                assertThat(rig.api().post("/v1/auth", body).status()).isEqualTo(401);
            }
            var unknown = new HashMap<String, Object>(RelayRig.signIn(RelayRig.randomBytes(32)));
            unknown.put("signature", RelayRig.signIn(ada.key()).get("signature"));
            assertThat(rig.api().post("/v1/auth", unknown).status()).isEqualTo(401);

            await().until(() -> count(ada, "sign-in-refused") == 20);
            assertThat(newest(ada, "sign-in-refused").path("details").path("reason").asString())
                    .isEqualTo("signature");
            assertThat(newest(ada, "sign-in-refused").path("device").isNull()).isTrue();
            rig.passes(Duration.ofMinutes(1));
            // The last refusals may still be on their way to the count.
            await().until(
                            () -> {
                                rig.relay().audit().prune();
                                return count(ada, "sign-in-refused") == 21;
                            });
            assertThat(newest(ada, "sign-in-refused").path("details").path("unrecorded").asString())
                    .isEqualTo("30");
            assertThat(head(rig).number()).isEqualTo(22);
        }
    }

    @Test
    void aRepeatedChallengeAndAWrongMachineTokenAreRefusalsToo() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            var body = RelayRig.signIn(ada.key());
            rig.api().post("/v1/auth", body);
            rig.api().post("/v1/auth", body);
            await().until(() -> count(ada, "sign-in-refused") == 1);
            assertThat(newest(ada, "sign-in-refused").path("details").path("reason").asString())
                    .isEqualTo("challenge");
            String machine = rig.machineId();
            ada.addsMachine(machine, "m");
            var wrong = Map.of("machineId", machine, "secret", rig.secret());
            assertThat(rig.api().post("/v1/machines/authenticate", wrong).status()).isEqualTo(401);
            await().until(() -> count(ada, "machine-refused") == 1);
            assertThat(newest(ada, "machine-refused").path("details").path("machine").asString())
                    .isEqualTo(machine);
        }
    }

    @Test
    void theLogGoesOnAfterARestart() {
        try (var rig = RelayRig.start()) {
            Person ada = rig.signsUp();
            Head noted = head(rig);
            rig.restarts();
            rig.signsIn(ada.key());
            assertThat(verify(rig, Optional.of(noted)).problems()).isEmpty();
            assertThat(head(rig).number()).isEqualTo(2);
        }
    }

    /// What somebody does to the database, and what is then found.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE FROM audit_entry WHERE number = 4 | entry 4 is missing",
                "DELETE FROM audit_entry WHERE number IN (1, 2) | entries 1 to 2 are missing",
                "DELETE FROM audit_entry WHERE number > 6 | entries 7 to 8 are missing at the end",
                "DELETE FROM audit_entry | entries 1 to 8 are missing at the end",
                "UPDATE audit_entry SET at = at + 1 WHERE number = 5 | entry 5 was changed",
                "UPDATE audit_entry SET kind = 'x' WHERE number = 5 | entry 5 was changed",
                "UPDATE audit_entry SET address = NULL WHERE number = 5 | entry 5 was changed",
                "UPDATE audit_entry SET account_id = 'x' WHERE number = 5 | entry 5 was changed",
                "UPDATE audit_entry SET details = 'x' WHERE number = 5 | entry 5 was changed",
                "UPDATE audit_entry SET hash = previous WHERE number = 5 | entry 5 was changed",
                "UPDATE audit_entry SET previous = hash WHERE number = 5 | entry 5 does not continue",
                "UPDATE audit_entry SET number = 100 - number WHERE number IN (48, 52, 4) | entry 4 is",
                "UPDATE audit_entry SET number = -number WHERE number = 3 | no part of the log",
                "UPDATE audit_head SET number = 7 | its latest entry was number 7",
                "UPDATE audit_head SET hash = dropped_hash | entry 8 at the end was replaced",
                "DELETE FROM audit_head | the row that names the latest entry is missing",
                "UPDATE audit_head SET dropped_number = 2 | should not"
            })
    void whoeverChangesTheDatabaseIsFound(String change, String found) {
        try (var rig = RelayRig.start()) {
            eightEntries(rig);
            assertIntact(rig);
            Verdict verdict = tampered(rig, List.of(change), Optional.empty());
            assertThat(verdict.intact()).isFalse();
            String problems = String.join("\n", verdict.problems());
            if (found.equals("should not")) {
                assertThat(problems).contains("entry 1 is no part of the log");
                assertThat(problems).contains("does not say that they were dropped");
            } else {
                assertThat(problems).contains(found);
            }
            assertIntact(rig);
        }
    }

    @Test
    void swappedEntriesAreFound() {
        try (var rig = RelayRig.start()) {
            eightEntries(rig);
            Verdict verdict =
                    tampered(
                            rig,
                            List.of(
                                    "UPDATE audit_entry SET number = 100 WHERE number = 4",
                                    "UPDATE audit_entry SET number = 4 WHERE number = 5",
                                    "UPDATE audit_entry SET number = 5 WHERE number = 100"),
                            Optional.empty());
            assertThat(verdict.problems())
                    .contains("entry 4 was changed: its content has another hash")
                    .contains("entry 5 was changed: its content has another hash");
        }
    }

    /// Without a key the chain cannot show this by itself: that is what a noted place is for.
    @Test
    void aCutTailWithAFittingHeadIsFoundByAPlaceThatWasNoted() {
        try (var rig = RelayRig.start()) {
            eightEntries(rig);
            Head noted = head(rig);
            List<String> cut =
                    List.of(
                            "DELETE FROM audit_entry WHERE number > 6",
                            "UPDATE audit_head SET number = 6,"
                                    + " hash = (SELECT hash FROM audit_entry WHERE number = 6)");
            assertThat(tampered(rig, cut, Optional.empty()).intact()).isTrue();
            assertThat(tampered(rig, cut, Optional.of(noted)).problems())
                    .containsExactly("the log ends with entry 6, but entry 8 was noted");
            Head wrong = new Head(8, "1".repeat(64));
            assertThat(verify(rig, Optional.of(wrong)).problems())
                    .containsExactly("entry 8 is not the one that was noted");
            assertThat(verify(rig, Optional.of(noted)).intact()).isTrue();
        }
    }

    @Test
    void theProgramItselfCannotChangeOrDeleteEntries() {
        try (var rig = RelayRig.start()) {
            eightEntries(rig);
            for (String change :
                    List.of(
                            "UPDATE audit_entry SET at = 0",
                            "DELETE FROM audit_entry WHERE number = 1")) {
                assertThat(
                                org.assertj.core.api.Assertions.catchThrowable(
                                        () ->
                                                rig.relay()
                                                        .store()
                                                        .writeNow(tx -> tx.execute(change))))
                        .hasMessageContaining("an audit entry is");
            }
            assertIntact(rig);
        }
    }

    @Test
    void oldEntriesAreDroppedAndTheRestStaysVerifiable() {
        var retention = new Audit.Retention(Duration.ofDays(30), 1_000);
        try (var rig = RelayRig.start(config -> config.withAudit(retention))) {
            Person ada = rig.signsUp();
            rig.signsIn(ada.key());
            Head early = new Head(1, entries(rig).getLast().hash());
            Head dropped = head(rig);
            rig.passes(Duration.ofDays(20));
            rig.signsIn(ada.key());
            Head kept = head(rig);
            rig.passes(Duration.ofDays(12));
            rig.relay().audit().prune();
            await().until(() -> verify(rig, Optional.empty()).first() == 3);
            rig.relay().audit().prune();
            assertIntact(rig);
            assertThat(entries(rig).stream().map(Entry::number)).containsExactly(4L, 3L);
            assertThat(entries(rig).getFirst().kind()).isEqualTo("audit-shortened");
            assertThat(verify(rig, Optional.of(kept)).intact()).isTrue();
            assertThat(verify(rig, Optional.of(dropped)).intact()).isTrue();
            assertThat(verify(rig, Optional.of(early)).problems().getFirst())
                    .startsWith("entry 1, which was noted, has been dropped");
            assertThat(
                            tampered(
                                            rig,
                                            List.of(
                                                    "DELETE FROM audit_entry WHERE number = 3",
                                                    "UPDATE audit_head SET dropped_number = 3,"
                                                            + " dropped_hash = (SELECT previous"
                                                            + " FROM audit_entry WHERE number = 4)"),
                                            Optional.empty())
                                    .problems())
                    .containsExactly(
                            "entries 1 to 3 are missing, and the log does not say that they were"
                                    + " dropped");
        }
    }

    @Test
    void tooManyEntriesAreDroppedFromTheBeginning() {
        var retention = new Audit.Retention(Duration.ofDays(30), 1_000);
        try (var rig = RelayRig.start(config -> config.withAudit(retention))) {
            rig.relay()
                    .store()
                    .writeNow(
                            tx -> {
                                for (int i = 0; i < 2_100; i++) {
                                    Audit.append(
                                            tx, Actor.operator(), Kind.DATA_EXPORT, Details.none());
                                }
                                return true;
                            });
            rig.relay().audit().prune();
            await().until(() -> verify(rig, Optional.empty()).first() == 1_001);
            Verdict verdict = verify(rig, Optional.empty());
            assertThat(verdict.problems()).isEmpty();
            assertThat(verdict.head().number()).isEqualTo(2_101);
        }
    }

    @Test
    void invitesAreInTheLogOfTheRelayByTheirIdAlone() {
        try (var rig = RelayRig.start()) {
            Invites.Created made = Invites.create(rig.relay().store(), 1, Duration.ofHours(1));
            Invites.revoke(rig.relay().store(), made.id());
            assertThat(entries(rig).stream().map(Entry::kind))
                    .containsExactly("invite-revoke", "invite-create");
            assertThat(entries(rig).getFirst().details())
                    .isEqualTo("{\"invite\":\"" + made.id() + "\"}");
            assertIntact(rig);
        }
    }

    private static void eightEntries(RelayRig rig) {
        Person ada = rig.signsUp();
        for (int i = 0; i < 7; i++) {
            rig.signsIn(ada.key());
        }
    }

    /// Changes the database, looks, and takes the change back.
    private static Verdict tampered(RelayRig rig, List<String> changes, Optional<Head> noted) {
        var seen = new ArrayList<Verdict>();
        try {
            rig.relay()
                    .store()
                    .writeNow(
                            tx -> {
                                if (TestDatabase.isPostgres()) {
                                    tx.execute("DROP TRIGGER audit_entry_is_kept ON audit_entry");
                                } else {
                                    tx.execute("DROP TRIGGER audit_entry_is_not_changed");
                                    tx.execute("DROP TRIGGER audit_entry_is_not_deleted");
                                }
                                for (String change : changes) {
                                    tx.execute(change);
                                }
                                seen.add(Audit.verify(tx, noted));
                                throw new TakenBack();
                            });
        } catch (TakenBack e) {
            // As meant.
        }
        return seen.getLast();
    }

    private static final class TakenBack extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static void assertIntact(RelayRig rig) {
        assertThat(verify(rig, Optional.empty()).problems()).isEmpty();
    }

    private static Verdict verify(RelayRig rig, Optional<Head> noted) {
        return rig.relay().store().readNow(sql -> Audit.verify(sql, noted));
    }

    private static Head head(RelayRig rig) {
        return verify(rig, Optional.empty()).head();
    }

    private static List<Entry> entries(RelayRig rig) {
        return rig.relay().store().readNow(sql -> Audit.newest(sql, Long.MAX_VALUE, 1_000));
    }

    private static List<JsonNode> log(Person person) {
        return person.api()
                .get("/v1/web/audit?limit=200")
                .body()
                .path("entries")
                .valueStream()
                .toList();
    }

    private static List<String> kinds(Person person) {
        return log(person).stream().map(entry -> entry.path("kind").asString()).toList();
    }

    private static long count(Person person, String kind) {
        return kinds(person).stream().filter(kind::equals).count();
    }

    private static JsonNode newest(Person person, String kind) {
        return log(person).stream()
                .filter(entry -> entry.path("kind").asString().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static List<Map<String, String>> calls(Person person) {
        return log(person).stream()
                .filter(entry -> entry.path("kind").asString().equals("rpc-call"))
                .map(
                        entry ->
                                Map.of(
                                        "method",
                                        entry.path("details").path("method").asString(),
                                        "target",
                                        entry.path("details").path("target").asString()))
                .toList();
    }

    private static List<Long> numbers(JsonNode page) {
        return page.path("entries")
                .valueStream()
                .map(entry -> entry.path("number").asLong())
                .toList();
    }

    private static void answer(Ack ack, String text) {
        ack.call(new JSONObject(Map.of("answer", text)));
    }

    /// Lets a client in and returns its token.
    private static String paired(RelayRig rig, Person person, String request, String response) {
        String key = Base64.getEncoder().encodeToString(RelayRig.randomBytes(32));
        rig.api().post(request, Map.of("publicKey", key));
        person.api().post(response, Map.of("publicKey", key, "response", "c2VhbGVk"));
        return rig.api().post(request, Map.of("publicKey", key)).text("token");
    }

    /// Everything that is stored, as one character for each byte.
    private static String database(RelayRig rig) {
        var text = new StringBuilder();
        try (var files = Files.list(rig.config().dataDirectory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
