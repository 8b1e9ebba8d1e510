package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Usage reports and their sums.
class UsageTest {
    private RelayRig rig;
    private Person ada;
    private String session;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        session = ada.makesSession("s");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void reportsOfOneKeyShareAnIdAndEveryOneOfThemCounts() {
        Client page = ada.page().connected();
        Client agent = ada.session(session).connected();
        long first = rig.now();

        JsonNode one = agent.ask("usage-report", report(session, "k", 10, 0.1));
        rig.clock().pass(Duration.ofSeconds(90));
        JsonNode two = agent.ask("usage-report", report(session, "k", 25, 0.2));

        assertThat(one.path("success").asBoolean()).isTrue();
        assertThat(one.path("createdAt").asLong()).isEqualTo(first);
        assertThat(one.path("updatedAt").asLong()).isEqualTo(first);
        assertThat(two.path("reportId")).isEqualTo(one.path("reportId"));
        assertThat(two.path("createdAt").asLong()).isEqualTo(first);
        assertThat(two.path("updatedAt").asLong()).isEqualTo(rig.now());
        assertThat(agent.settled().events("usage")).isEmpty();
        JsonNode event = page.receives("usage", e -> e.path("timestamp").asLong() > first);
        assertThat(event.path("id").asString()).isEqualTo(session);
        assertThat(event.path("key").asString()).isEqualTo("k");
        assertThat(event.path("tokens").path("total").asInt()).isEqualTo(25);
        assertThat(page.settled().events("usage")).hasSize(2);

        JsonNode sums = query(Map.of("sessionId", session)).body();
        assertThat(sums.path("groupBy").asString()).isEqualTo("day");
        assertThat(sums.path("totalReports").asInt()).isEqualTo(2);
        assertThat(total(sums, "tokens")).containsExactly("35");
        assertThat(total(sums, "cost")).containsExactly("0.3");
    }

    @Test
    void aReportThatComesAgainUnderItsOwnIdCountsOnce() {
        Person eve = rig.signsUp();
        Client page = ada.page().connected();
        Client agent = ada.session(session).connected();
        Map<String, Object> report = new HashMap<>(report(session, "k", 10, 0.1));
        report.put("localId", "one");

        JsonNode first = agent.ask("usage-report", report);
        rig.clock().pass(Duration.ofSeconds(90));
        JsonNode again = agent.ask("usage-report", report);
        report.put("localId", "two");
        JsonNode other = agent.ask("usage-report", report);
        report.put("sessionId", null);
        JsonNode evesOwn = eve.page().connected().ask("usage-report", report);

        assertThat(first.path("success").asBoolean()).isTrue();
        assertThat(again).isEqualTo(first);
        assertThat(other.path("reportId")).isEqualTo(first.path("reportId"));
        assertThat(other.path("createdAt")).isEqualTo(first.path("createdAt"));
        assertThat(evesOwn.path("success").asBoolean()).isTrue();
        assertThat(page.settled().events("usage")).hasSize(2);
        assertThat(total(query(Map.of("sessionId", session)).body(), "tokens"))
                .containsExactly("20");
        report.put("localId", List.of());
        assertThat(agent.ask("usage-report", report).path("error").asString())
                .isEqualTo("Invalid localId");
        report.put("localId", "x".repeat(201));
        assertThat(agent.ask("usage-report", report).path("error").asString())
                .isEqualTo("Invalid localId");
    }

    @Test
    void theIdIsAnotherForEveryAccountSessionAndKey() {
        Person eve = rig.signsUp();
        String second = ada.makesSession("second");
        Client page = ada.page().connected();
        Client evesPage = eve.page().connected();
        List<String> ids =
                List.of(
                        id(page.ask("usage-report", report(session, "k", 1, 1))),
                        id(page.ask("usage-report", report(session, "l", 1, 1))),
                        id(page.ask("usage-report", report(second, "k", 1, 1))),
                        id(page.ask("usage-report", report(null, "k", 1, 1))),
                        id(evesPage.ask("usage-report", report(null, "k", 1, 1))));
        assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
        assertThat(id(page.ask("usage-report", report(null, "k", 1, 1)))).isEqualTo(ids.get(3));
        assertThat(id(page.ask("usage-report", report("", "k", 1, 1)))).isEqualTo(ids.get(3));
        assertThat(page.settled().events("usage")).hasSize(3);
        assertThat(query(Map.of()).body().path("totalReports").asInt()).isEqualTo(6);
        assertThat(count(session)).isEqualTo(2);
    }

    @Test
    void racingReportsOfOneKeyGetOneIdAndAllCount() throws Exception {
        List<Client> clients =
                IntStream.range(0, 4).mapToObj(_ -> ada.session(session).connected()).toList();
        List<Callable<List<String>>> work =
                clients.stream()
                        .<Callable<List<String>>>map(
                                client ->
                                        () ->
                                                IntStream.range(0, 25)
                                                        .mapToObj(
                                                                _ ->
                                                                        id(
                                                                                client.ask(
                                                                                        "usage-report",
                                                                                        report(
                                                                                                session,
                                                                                                "k",
                                                                                                2,
                                                                                                0.1))))
                                                        .toList())
                        .toList();
        var ids = new ArrayList<String>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<String>> some : executor.invokeAll(work)) {
                ids.addAll(some.get());
            }
        }
        assertThat(ids).hasSize(100);
        assertThat(ids.stream().distinct()).hasSize(1);
        JsonNode sums = query(Map.of()).body();
        assertThat(total(sums, "tokens")).containsExactly("200");
        assertThat(total(sums, "cost")).containsExactly("10");
    }

    @Test
    void aBurstWithoutAcknowledgementsIsKeptAsAWhole() {
        Client agent = ada.session(session).connected();
        for (int i = 0; i < 1_000; i++) {
            agent.send("usage-report", report(session, "k" + i % 3, 1, 1));
        }
        await().until(() -> count(session) == 1_000);
    }

    @Test
    void bucketsAreHoursAndDaysOfUtcByTheTimeOfArrival() {
        Client agent = ada.session(session).connected();
        Instant day = rig.clock().instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(2));
        Instant hour = day.minus(Duration.ofHours(1));
        List<Instant> arrivals =
                List.of(
                        hour.minusMillis(1),
                        hour,
                        day.minusMillis(1),
                        day,
                        day.plus(Duration.ofMinutes(59)),
                        day.plus(Duration.ofDays(3)));
        int tokens = 1;
        for (Instant arrival : arrivals) {
            rig.clock().pass(Duration.between(rig.clock().instant(), arrival));
            agent.ask("usage-report", report(session, "k", tokens, 1));
            tokens *= 10;
        }

        JsonNode byDay = query(Map.of()).body();
        assertThat(times(byDay))
                .containsExactly(
                        day.minus(Duration.ofDays(1)).getEpochSecond(),
                        day.getEpochSecond(),
                        day.plus(Duration.ofDays(3)).getEpochSecond());
        assertThat(total(byDay, "tokens")).containsExactly("111", "11000", "100000");
        JsonNode byHour = query(Map.of("groupBy", "hour", "sessionId", session)).body();
        assertThat(byHour.path("groupBy").asString()).isEqualTo("hour");
        assertThat(times(byHour))
                .containsExactly(
                        hour.minus(Duration.ofHours(1)).getEpochSecond(),
                        hour.getEpochSecond(),
                        day.getEpochSecond(),
                        day.plus(Duration.ofDays(3)).getEpochSecond());
        assertThat(total(byHour, "tokens")).containsExactly("1", "110", "11000", "100000");
        assertThat(byHour.path("usage").get(1).path("reportCount").asInt()).isEqualTo(2);
        assertThat(byHour.path("totalReports").asInt()).isEqualTo(6);

        JsonNode window =
                query(
                                Map.of(
                                        "startTime", hour.getEpochSecond(),
                                        "endTime", day.getEpochSecond()))
                        .body();
        assertThat(window.path("totalReports").asInt()).isEqualTo(3);
        JsonNode nothing = query(Map.of("startTime", 1_000, "endTime", 2_000)).body();
        assertThat(nothing.path("usage")).isEmpty();
        assertThat(nothing.path("totalReports").asInt(-1)).isZero();
    }

    @Test
    void sumsAreExact() {
        Client agent = ada.session(session).connected();
        for (int i = 0; i < 3; i++) {
            agent.ask("usage-report", report(session, "k", 9_007_199_254_740_993L, 0.1));
            agent.ask("usage-report", report(session, "k", Long.MAX_VALUE, 1e-7));
        }
        JsonNode sums = query(Map.of()).body();
        assertThat(total(sums, "tokens")).containsExactly("27697137708328550400");
        assertThat(sums.path("usage").get(0).path("cost").path("total").decimalValue())
                .isEqualByComparingTo("0.3000003");
    }

    @Test
    void aReportWithTotalsOnlyIsToldInTheFormThatAppsAccept() {
        Client page = ada.page().connected();
        page.ask(
                "usage-report",
                Map.of(
                        "key",
                        "k",
                        "sessionId",
                        session,
                        "tokens",
                        Map.of("total", 7, "odd", 3, "text", "x", "list", List.of(1)),
                        "cost",
                        Map.of("total", 0.5, "input", 0.25)));

        JsonNode event = page.receives("usage");
        assertThat(event.path("tokens").propertyNames())
                .containsExactlyInAnyOrder(
                        "total", "odd", "input", "output", "cache_creation", "cache_read");
        assertThat(event.path("tokens").path("total").asInt()).isEqualTo(7);
        assertThat(event.path("tokens").path("odd").asInt()).isEqualTo(3);
        assertThat(event.path("tokens").path("input").asInt(-1)).isZero();
        assertThat(event.path("cost").path("input").asDouble()).isEqualTo(0.25);
        assertThat(event.path("cost").path("output").asInt(-1)).isZero();
        JsonNode bucket = query(Map.of()).body().path("usage").get(0);
        assertThat(bucket.path("tokens").propertyNames()).containsExactlyInAnyOrder("total", "odd");
    }

    @Test
    void wrongReportsAreRefusedAndNotKept() {
        Person eve = rig.signsUp();
        String eves = eve.makesSession("s");
        Client page = ada.page().connected();
        var wrong =
                new ArrayList<Object>(List.of(1, true, List.of(), Map.of(), "", "x".repeat(201)));
        wrong.add("a\u0000b");
        wrong.add(null);
        for (Object key : wrong) {
            assertThat(error(page, "key", key)).isEqualTo("Invalid key");
        }
        for (String name : List.of("tokens", "cost")) {
            var values = new ArrayList<Object>(List.of(1, true, "x", List.of(), Map.of()));
            values.add(null);
            values.add(Map.of("total", "1"));
            values.add(Map.of("total", true));
            values.add(Map.of("total", Map.of()));
            values.add(Map.of("input", 1));
            for (Object value : values) {
                assertThat(error(page, name, value))
                        .as("%s = %s", name, value)
                        .isEqualTo("Invalid " + name + " object - must include total");
            }
        }
        for (Object id : List.of(1, true, List.of(), Map.of())) {
            assertThat(error(page, "sessionId", id)).isEqualTo("Invalid sessionId");
        }
        for (String id : List.of("nope", eves)) {
            assertThat(error(page, "sessionId", id)).isEqualTo("Session not found");
        }
        assertThat(query(Map.of()).body().path("totalReports").asInt(-1)).isZero();
        assertThat(page.settled().events("usage")).isEmpty();
    }

    @Test
    void wrongQueriesAreTheClientsFault() {
        for (String field : List.of("sessionId", "startTime", "endTime", "groupBy")) {
            for (Object value : List.of(true, List.of(), Map.of(), 1.5)) {
                Answer answer = query(Map.of(field, value));
                assertThat(answer.status()).as("%s = %s", field, value).isEqualTo(400);
                assertThat(answer.text("message")).startsWith("body/" + field);
            }
            var nothing = new HashMap<String, Object>();
            nothing.put(field, null);
            assertThat(query(nothing).status()).isEqualTo(200);
        }
        assertThat(query(Map.of("groupBy", "week")).status()).isEqualTo(400);
        assertThat(query(Map.of("startTime", -1)).status()).isEqualTo(400);
        assertThat(query(Map.of("endTime", Long.MAX_VALUE)).status()).isEqualTo(400);
        String eves = rig.signsUp().makesSession("s");
        for (String id : List.of("nope", "", eves)) {
            Answer answer = query(Map.of("sessionId", id));
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.error()).isEqualTo("Session not found");
        }
    }

    @Test
    void reportsGoWithTheirSession() {
        Client page = ada.page().connected();
        page.ask("usage-report", report(session, "k", 1, 1));
        page.ask("usage-report", report(null, "k", 2, 1));
        assertThat(ada.api().delete("/v1/sessions/" + session).status()).isEqualTo(200);
        assertThat(query(Map.of("sessionId", session)).status()).isEqualTo(404);
        assertThat(total(query(Map.of()).body(), "tokens")).containsExactly("2");
    }

    @Test
    void theCredentialOfAMachineReportsForItsOwnSessionsOnly() {
        EnrolledMachine machine = EnrolledMachine.of(ada);
        String own = machine.makesSession("own");
        Client agent = machine.session(own).connected();
        assertThat(agent.ask("usage-report", report(own, "k", 1, 1)).path("success").asBoolean())
                .isTrue();
        assertThat(agent.ask("usage-report", report(session, "k", 1, 1)).path("error").asString())
                .isEqualTo("Session not found");
        assertThat(machine.api().post("/v1/usage/query", Map.of()).status()).isEqualTo(403);
        assertThat(count(own)).isEqualTo(1);
    }

    private String error(Client client, String field, @Nullable Object value) {
        var report = new HashMap<>(report(session, "k", 1, 1));
        report.put(field, value);
        JsonNode answer = client.ask("usage-report", report);
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        return answer.path("error").asString();
    }

    private static Map<String, Object> report(
            @Nullable String session, String key, long tokens, double cost) {
        var report = new HashMap<String, Object>();
        report.put("key", key);
        report.put("tokens", Map.of("total", tokens, "input", tokens));
        report.put("cost", Map.of("total", cost));
        if (session != null) {
            report.put("sessionId", session);
        }
        return report;
    }

    private Answer query(Map<String, ?> query) {
        return ada.api().post("/v1/usage/query", query);
    }

    private int count(String id) {
        return query(Map.of("sessionId", id)).body().path("totalReports").asInt();
    }

    private static String id(JsonNode answer) {
        return answer.path("reportId").asString();
    }

    private static List<Long> times(JsonNode sums) {
        return sums.path("usage")
                .valueStream()
                .map(bucket -> bucket.path("timestamp").asLong())
                .toList();
    }

    private static List<String> total(JsonNode sums, String kind) {
        return sums.path("usage")
                .valueStream()
                .map(bucket -> bucket.path(kind).path("total").toString())
                .toList();
    }
}
