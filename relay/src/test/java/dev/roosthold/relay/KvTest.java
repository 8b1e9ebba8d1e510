package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Codec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
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

/// The key-value store of an account.
class KvTest {
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
    void aRequestChangesAllOfItsPairsOrNoneAndNamesEveryWrongOne() {
        write(set("a", "YTA=", -1), set("b", "YjA=", -1), set("c", "YzA=", -1));
        write(set("b", "YjE=", 0));
        Client page = ada.page().connected();

        Answer refused =
                write(
                        set("a", "YTE=", 0),
                        set("b", "YjI=", 0),
                        set("new", "bg==", 3),
                        set("c", "YzE=", -1));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().toString())
                .isEqualTo(
                        "{\"success\":false,\"errors\":["
                                + mismatch("b", 1, "\"YjE=\"")
                                + ","
                                + mismatch("new", -1, "null")
                                + ","
                                + mismatch("c", 0, "\"YzA=\"")
                                + "]}");
        assertThat(get("a").text("value")).isEqualTo("YTA=");
        assertThat(get("new").status()).isEqualTo(404);
        assertThat(page.settled().events()).isEmpty();
    }

    @Test
    void oneEventTellsTheWholeRequestWithTheValuesAsSent() {
        write(set("a", "YTA=", -1));
        Client page = ada.page().connected();
        Client session = ada.session("s").connected();

        Answer written = write(set("b", "YQ", -1), set("a", null, 0), set("c", "", -1));

        assertThat(written.body().toString())
                .isEqualTo(
                        "{\"success\":true,\"results\":[{\"key\":\"b\",\"version\":0},"
                                + "{\"key\":\"a\",\"version\":1},{\"key\":\"c\",\"version\":0}]}");
        assertThat(page.receives("kv-batch-update").path("body").path("changes"))
                .isEqualTo(
                        json(
                                "[{\"key\":\"b\",\"value\":\"YQ\",\"version\":0},"
                                        + "{\"key\":\"a\",\"value\":null,\"version\":1},"
                                        + "{\"key\":\"c\",\"value\":\"\",\"version\":0}]"));
        assertThat(get("b").text("value")).isEqualTo("YQ==");
        assertThat(page.settled().events("kv-batch-update")).hasSize(1);
        assertThat(session.settled().events()).isEmpty();
    }

    @Test
    void aDeletedKeyKeepsItsVersion() {
        write(set("a", "YTA=", -1));
        write(set("a", null, 0));
        assertThat(get("a").status()).isEqualTo(404);
        assertThat(get("a").error()).isEqualTo("Key not found");
        assertThat(keys("")).isEmpty();

        Answer created = write(set("a", "YTE=", -1));
        assertThat(created.status()).isEqualTo(409);
        assertThat(created.body().path("errors").get(0).toString())
                .isEqualTo(mismatch("a", 1, "null"));
        assertThat(write(set("a", "", 1)).status()).isEqualTo(200);
        assertThat(get("a").status()).isEqualTo(404);
        assertThat(write(set("a", "YTE=", 2)).status()).isEqualTo(200);
        assertThat(get("a").body().path("version").asInt()).isEqualTo(3);
    }

    @Test
    void theSecondMutationOfOneKeyIsJudgedByTheStateBeforeTheRequestAndFails() {
        write(set("a", "YTA=", -1));
        for (int second : List.of(0, 1)) {
            Answer refused = write(set("a", "YTE=", 0), set("a", "YTI=", second));
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body().path("errors").toString())
                    .isEqualTo("[" + mismatch("a", 0, "\"YTA=\"") + "]");
        }
        assertThat(write(set("n", "YTE=", -1), set("n", "YTI=", -1)).status()).isEqualTo(409);
        assertThat(keys("")).containsExactly("a");
        assertThat(get("a").body().path("version").asInt()).isZero();
    }

    @Test
    void ofRacingWritersOneWinsAndTheOthersLearnItsValue() throws Exception {
        Client page = ada.page().connected();
        for (int version = -1; version < 9; version++) {
            int expected = version;
            List<Callable<Answer>> attempts =
                    IntStream.range(0, 8)
                            .<Callable<Answer>>mapToObj(
                                    i ->
                                            () ->
                                                    write(
                                                            set("a", base64("a" + i), expected),
                                                            set("b", base64("b" + i), expected)))
                            .toList();
            var answers = new ArrayList<Answer>();
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Answer> answer : executor.invokeAll(attempts)) {
                    answers.add(answer.get());
                }
            }
            String a = get("a").text("value");
            String b = get("b").text("value");
            assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
            assertThat(answers)
                    .filteredOn(answer -> answer.status() == 409)
                    .hasSize(7)
                    .allSatisfy(
                            answer ->
                                    assertThat(answer.body().path("errors").toString())
                                            .isEqualTo(
                                                    "["
                                                            + mismatch(
                                                                    "a",
                                                                    expected + 1,
                                                                    "\"" + a + "\"")
                                                            + ","
                                                            + mismatch(
                                                                    "b",
                                                                    expected + 1,
                                                                    "\"" + b + "\"")
                                                            + "]"));
        }
        assertThat(page.settled().events("kv-batch-update")).hasSize(10);
    }

    @Test
    void aPrefixIsTakenLetterByLetter() {
        String last = Character.toString(Character.MAX_CODE_POINT);
        List<String> all =
                List.of(
                        "a",
                        "a%",
                        "a%b",
                        "a*",
                        "a[b]",
                        "a_",
                        "ab",
                        "a\uD7FF",
                        "a\uE000",
                        "a" + last,
                        "a" + last + "b",
                        "b",
                        last,
                        last + "x");
        write(all.stream().map(key -> set(key, "eA==", -1)).toList());

        for (String prefix :
                List.of(
                        "",
                        "a",
                        "a%",
                        "a_",
                        "a*",
                        "a[",
                        "A",
                        "a\uD7FF",
                        "a\uE000",
                        "a" + last,
                        last,
                        "%")) {
            assertThat(keys(prefix))
                    .as(prefix)
                    .containsExactlyElementsOf(
                            all.stream().filter(key -> key.startsWith(prefix)).toList());
        }
        assertThat(ada.api().get("/v1/kv?prefix=a&limit=2").body().path("items").size())
                .isEqualTo(2);
        for (String limit : List.of("0", "1001", "-1", "x", "1.5", "")) {
            assertThat(ada.api().get("/v1/kv?limit=" + limit).status()).as(limit).isEqualTo(400);
        }
    }

    @Test
    void theListHasAHundredPairsUnlessMoreAreAskedFor() {
        rig.relay()
                .store()
                .writeNow(
                        tx ->
                                tx.execute(
                                        """
                                        WITH RECURSIVE n (i) AS
                                          (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
                                        INSERT INTO kv_pair SELECT ?, 'k' || i, ?, 0, 0, 0
                                        FROM n""",
                                        ada.account(),
                                        new byte[] {1}));
        assertThat(keys("")).hasSize(100);
        assertThat(ada.api().get("/v1/kv?limit=1000").body().path("items").size()).isEqualTo(1_000);
    }

    @Test
    void keysMayHaveEveryCharacterAndAThousandOfThem() {
        String longest = "ä/%?#&+ \u20AC\uD83D\uDE00".repeat(100).substring(0, 1_023) + "z";
        for (String key : List.of("a/b", "a b+c", "100%", "..x", "bulk", longest)) {
            assertThat(write(set(key, "eA==", -1)).status()).as(key).isEqualTo(200);
            assertThat(get(key).text("key")).isEqualTo(key);
        }
        assertThat(longest.length()).isEqualTo(1_024);
        for (String key : List.of("", "x".repeat(1_025), "a\u0000b", "a\nb")) {
            Answer answer = write(set(key, "eA==", -1));
            assertThat(answer.status()).as(key).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/mutations/0/key");
        }
        assertThat(get("x".repeat(1_025)).status()).isEqualTo(404);
    }

    @Test
    void manyKeysAreReadAtOnceWithoutThoseThatAreNotThere() {
        write(set("a", "YQ==", -1), set("b", "Yg==", -1));
        write(set("b", null, 0));
        JsonNode values = bulk(List.of("c", "b", "a", "a", "")).body().path("values");
        assertThat(values.toString())
                .isEqualTo("[{\"key\":\"a\",\"value\":\"YQ==\",\"version\":0}]");
        assertThat(bulk(IntStream.range(0, 100).mapToObj(i -> "k" + i).toList()).status())
                .isEqualTo(200);
        for (Object wrong :
                List.of(
                        List.of(),
                        IntStream.range(0, 101).mapToObj(i -> "k" + i).toList(),
                        List.of("a", 1),
                        List.of(List.of()),
                        List.of("x".repeat(1_025)),
                        "a",
                        1,
                        Map.of())) {
            Answer answer = bulk(wrong);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/keys");
        }
        assertThat(ada.api().post("/v1/kv/bulk", Map.of()).status()).isEqualTo(400);
    }

    @Test
    void wrongTypesInEveryFieldAreTheClientsFault() {
        Client page = ada.page().connected();
        var wrong = new ArrayList<Object>(List.of(true, List.of(), Map.of(), 1.5, "***"));
        wrong.add(null);
        for (String field : List.of("key", "value", "version")) {
            for (Object value : wrong) {
                boolean right =
                        field.equals("value") && value == null
                                || field.equals("key") && "***".equals(value);
                var mutation = new HashMap<>(set("k", "eA==", -1));
                mutation.put(field, value);
                Answer answer = write(mutation, set("other", "eA==", -1));
                if (!right) {
                    assertThat(answer.status()).as("%s = %s", field, value).isEqualTo(400);
                    assertThat(answer.text("message")).startsWith("body/mutations/0/" + field);
                } else {
                    assertThat(answer.status()).isEqualTo(200);
                    write(set("other", null, 0));
                    rig.relay().store().writeNow(tx -> tx.execute("DELETE FROM kv_pair"));
                }
            }
        }
        for (Object mutations :
                List.of(1, "x", Map.of(), List.of(), List.of(1), List.of(List.of()))) {
            Answer answer = ada.api().post("/v1/kv", Map.of("mutations", mutations));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text("message")).startsWith("body/mutations");
        }
        for (Object version : List.of(-2, 1L << 31)) {
            assertThat(write(Map.of("key", "k", "value", "eA==", "version", version)).status())
                    .isEqualTo(400);
        }
        var many = IntStream.range(0, 101).mapToObj(i -> set("k" + i, null, -1)).toList();
        assertThat(write(many).status()).isEqualTo(400);
        assertThat(write(List.of(Map.of("key", "k", "version", -1))).status()).isEqualTo(400);
        assertThat(keys("")).isEmpty();
        assertThat(page.settled().events("kv-batch-update")).hasSize(4);
    }

    @Test
    void aValueHasSixtyFourKilobytesAndAHundredOfThemFitIntoARequest() {
        String largest = Base64.getEncoder().encodeToString(new byte[64 << 10]);
        var mutations = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < 100; i++) {
            mutations.add(set("k" + i, largest, -1));
        }
        assertThat(write(mutations).status()).isEqualTo(200);
        String more = Base64.getEncoder().encodeToString(new byte[(64 << 10) + 1]);
        Answer refused = write(set("k", more, -1));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("message")).startsWith("body/mutations/0/value");
    }

    @Test
    void otherAccountsAndCredentialsOfMachinesReachNothing() {
        write(set("a", "YQ==", -1));
        Person eve = rig.signsUp();
        assertThat(eve.api().get("/v1/kv").body().path("items")).isEmpty();
        assertThat(eve.api().get("/v1/kv/a").status()).isEqualTo(404);
        Api machine = EnrolledMachine.of(ada).api();
        for (Answer answer :
                List.of(
                        machine.get("/v1/kv"),
                        machine.get("/v1/kv/a"),
                        machine.post("/v1/kv", Map.of()),
                        machine.post("/v1/kv/bulk", Map.of()))) {
            assertThat(answer.status()).isEqualTo(403);
        }
    }

    private static Map<String, Object> set(String key, @Nullable String value, int version) {
        var mutation = new HashMap<String, Object>();
        mutation.put("key", key);
        mutation.put("value", value);
        mutation.put("version", version);
        return mutation;
    }

    @SafeVarargs
    private Answer write(Map<String, Object>... mutations) {
        return write(List.of(mutations));
    }

    private Answer write(List<Map<String, Object>> mutations) {
        return ada.api().post("/v1/kv", Map.of("mutations", mutations));
    }

    private Answer get(String key) {
        return ada.api().get("/v1/kv/" + encode(key));
    }

    private Answer bulk(Object keys) {
        return ada.api().post("/v1/kv/bulk", Map.of("keys", keys));
    }

    private List<String> keys(String prefix) {
        return ada.api()
                .get("/v1/kv?prefix=" + encode(prefix))
                .body()
                .path("items")
                .valueStream()
                .map(pair -> pair.path("key").asString())
                .toList();
    }

    private static JsonNode json(String text) {
        return Codec.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String mismatch(String key, int version, String value) {
        return "{\"key\":\"%s\",\"error\":\"version-mismatch\",\"version\":%d,\"value\":%s}"
                .formatted(key, version, value);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
