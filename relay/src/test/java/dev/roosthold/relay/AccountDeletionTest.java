package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.Codec;
import dev.roosthold.relay.operator.OperatorTasks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// `roost accounts delete`: everything of an account goes, at once, and nothing of others.
@Timeout(60)
class AccountDeletionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// What outlives an account: the record of what was done.
    private static final Set<String> RECORDS = Set.of("audit_entry", "audit_head");

    /// What belongs to the relay and never to one account.
    private static final Set<String> OF_THE_RELAY =
            Set.of(
                    "schema_migration",
                    "used_challenge",
                    "invite",
                    "registration_fact",
                    "relay_node",
                    "session_to_purge");

    /// What names its owner by another id alone.
    private static final Set<String> BY_SESSION_OR_MACHINE =
            Set.of(
                    "message",
                    "access_key",
                    "machine_secret",
                    "machine_enrolment",
                    "assistant",
                    "machine_job");

    private RelayRig rig;
    private Person ada;
    private Person bob;
    private OwnedData.Made made;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        bob = rig.signsUp();
        made = OwnedData.fill(ada, bob);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void noTableKeepsARowOfADeletedAccountAndOthersKeepTheirs() throws Exception {
        OwnedData.fill(bob, rig.signsUp());
        var expected = OwnedData.tables(rig);
        expected.removeAll(OF_THE_RELAY);
        expected.removeAll(BY_SESSION_OR_MACHINE);
        expected.remove("operator_task");
        expected.removeAll(RECORDS);
        var present = new TreeSet<>(OwnedData.tablesWith(rig, ada.account()).keySet());
        present.removeAll(RECORDS);
        assertThat(present)
                .as("tables that this test puts something into, of all that there are")
                .isEqualTo(expected);
        for (String table : BY_SESSION_OR_MACHINE) {
            assertThat(count(table)).as(table).isPositive();
        }
        long bobsMessages = OwnedData.tablesWith(rig, bob.account()).size();

        delete(ada);

        var left = OwnedData.tablesWith(rig, ada.account());
        left.keySet().removeAll(RECORDS);
        assertThat(left).isEmpty();
        left = OwnedData.tablesWith(rig, made.session());
        left.keySet().removeAll(RECORDS);
        assertThat(left).isEmpty();
        assertThat(OwnedData.tablesWith(rig, made.machine()).keySet()).isSubsetOf(RECORDS);
        assertThat(count("message")).isOne();
        assertThat(count("machine_secret")).isOne();
        assertThat(OwnedData.tablesWith(rig, bob.account())).hasSize((int) bobsMessages);
        await().until(
                        () ->
                                Files.notExists(
                                        rig.config()
                                                .dataDirectory()
                                                .resolve("attachments")
                                                .resolve(made.attachment())));
    }

    @Test
    void socketsAndTokensOfADeletedAccountEndWithinASecond() throws Exception {
        Client page = ada.page().connected();
        Client daemon = ada.daemon(made.machine()).connected();
        Client others = bob.page().connected();
        assertThat(ada.api().get("/v1/account/profile").status()).isEqualTo(200);
        String task =
                OperatorTasks.submitDeletion(rig.relay().store(), new AccountId(ada.account()));
        long begin = System.nanoTime();
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(3))
                .until(() -> ada.api().get("/v1/account/profile").status() == 401);
        // The relay looks once a second, which is the second that is promised.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        page.end();
        daemon.end();
        await().until(() -> OperatorTasks.outcome(rig.relay().store(), task).isPresent());
        assertThat(others.isConnected()).isTrue();
        assertThat(rig.connect(Map.of("token", ada.token(), "clientType", "user-scoped")).outcome())
                .isNotEqualTo("connected");
        assertThat(rig.relay().presence().size()).isZero();
    }

    @Test
    void friendsForgetADeletedAccountAndAreTold() throws Exception {
        Client page = bob.page().connected();
        assertThat(bob.api().get("/v1/friends").body().path("friends")).hasSize(1);
        assertThat(bob.api().get("/v1/feed").body().path("items")).isNotEmpty();
        long before = bob.api().get("/v1/changes?after=0").body().path("lastSeq").asLong();

        delete(ada);

        JsonNode told =
                page.receives(
                                "relationship-updated",
                                event -> event.toString().contains("\"deleted\""))
                        .path("body");
        assertThat(told.toString()).contains(ada.account());
        assertThat(bob.api().get("/v1/friends").body().path("friends")).isEmpty();
        assertThat(bob.api().get("/v1/feed").body().toString()).doesNotContain(ada.account());
        JsonNode changes = bob.api().get("/v1/changes?after=0").body();
        assertThat(changes.path("verdict").asString()).isEqualTo("resumed");
        assertThat(changes.path("lastSeq").asLong()).isGreaterThan(before);
        assertThat(changes.toString()).doesNotContain(ada.account());
    }

    @Test
    void theKeyOfADeletedAccountMakesANewAndEmptyOne() throws Exception {
        delete(ada);
        Person again = rig.signsIn(ada.key());
        assertThat(again.account()).isNotEqualTo(ada.account());
        assertThat(again.api().get("/v1/sessions").body().path("sessions")).isEmpty();
    }

    @Test
    void anUnknownAccountIsSaidToBeUnknown() throws Exception {
        assertThat(operator().deleteAccount(new AccountId("nobody"), PATIENCE))
                .contains(OperatorTasks.Outcome.NO_ACCOUNT);
    }

    @Test
    void whatWasAskedBeforeACrashIsDoneByTheNextRelay() {
        String task =
                OperatorTasks.submitDeletion(rig.relay().store(), new AccountId(ada.account()));
        rig.restarts();
        await().until(() -> OperatorTasks.outcome(rig.relay().store(), task).isPresent());
        var left = OwnedData.tablesWith(rig, ada.account());
        left.keySet().removeAll(RECORDS);
        assertThat(left).isEmpty();
    }

    @Test
    void withoutARelayTheCommandDeletesByItself() throws Exception {
        for (int i = 0; i < 1_200; i += 100) {
            int from = i;
            rig.relay()
                    .store()
                    .writeNow(
                            tx -> {
                                for (int n = from; n < from + 100; n++) {
                                    tx.execute(
                                            "INSERT INTO message (session_id, seq, id, created_at,"
                                                    + " updated_at, content)"
                                                    + " VALUES (?, ?, ?, 0, 0, 'x')",
                                            made.session(),
                                            1_000 + n,
                                            "m" + n);
                                }
                                return 100;
                            });
        }
        rig.relay().close();
        assertThat(operator().deleteAccount(new AccountId(ada.account()), PATIENCE))
                .contains(OperatorTasks.Outcome.DONE);
        assertThat(rig.config().dataDirectory().resolve("attachments").resolve(made.attachment()))
                .doesNotExist();
        rig.restarts();
        var left = OwnedData.tablesWith(rig, ada.account());
        left.keySet().removeAll(RECORDS);
        assertThat(left).isEmpty();
        assertThat(count("message")).isZero();
        assertThat(bob.api().get("/v1/friends").body().path("friends")).isEmpty();
    }

    @Test
    void theListCountsWhatEachAccountHas() {
        var accounts = operator().accounts();
        assertThat(accounts).hasSize(2);
        var first =
                accounts.stream()
                        .filter(account -> account.id().value().equals(ada.account()))
                        .findFirst()
                        .orElseThrow();
        assertThat(first.machines()).isEqualTo(2);
        assertThat(first.sessions()).isOne();
        assertThat(first.messages()).isOne();
        assertThat(first.devices()).isPositive();
        assertThat(first.bytes()).isGreaterThan(made.bytes().length);
        assertThat(first.lastSeenMs()).isPositive();
    }

    @Test
    void anExportHoldsTheDataAsStoredAndNoHashOfAToken() throws Exception {
        var target = rig.config().dataDirectory().resolveSibling("export");
        var report = operator().export(new AccountId(ada.account()), target).orElseThrow();
        List<String> lines = Files.readAllLines(target.resolve("account.jsonl"));
        assertThat(lines).hasSize((int) report.rows());
        var tables = new TreeSet<String>();
        for (String line : lines) {
            JsonNode row = Codec.parse(line.getBytes(StandardCharsets.UTF_8));
            tables.add(row.path("table").asString());
            assertThat(row.path("row").properties().stream().map(Map.Entry::getKey).toList())
                    .doesNotContain("token_hash", "secret_hash");
        }
        assertThat(tables)
                .contains(
                        "account",
                        "session",
                        "message",
                        "machine",
                        "artifact",
                        "access_key",
                        "kv_pair",
                        "attachment",
                        "usage_report",
                        "relationship",
                        "vendor_token",
                        "device");
        assertThat(String.join("\n", lines)).doesNotContain(ada.token());
        assertThat(Files.readAllBytes(target.resolve("attachments").resolve(made.attachment())))
                .isEqualTo(made.bytes());
        assertThat(Files.getPosixFilePermissions(target).toString()).doesNotContain("OTHERS");
        assertThat(operator().export(new AccountId("nobody"), target.resolveSibling("none")))
                .isEmpty();
    }

    private void delete(Person person) throws Exception {
        assertThat(operator().deleteAccount(new AccountId(person.account()), PATIENCE))
                .contains(OperatorTasks.Outcome.DONE);
    }

    private Operator operator() {
        return new Operator(rig.config());
    }

    private long count(String table) {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first("SELECT count(*) FROM " + table, row -> row.getLong(1))
                                        .orElseThrow());
    }
}
