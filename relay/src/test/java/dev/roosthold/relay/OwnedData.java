package dev.roosthold.relay;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/// Gives a person something in every table, and finds what the tables hold of someone.
final class OwnedData {
    private OwnedData() {}

    /// What was made.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Made(String session, String machine, String attachment, byte[] bytes) {}

    static Made fill(Person owner, Person friend) {
        String session = owner.makesSession("tag of " + owner.account());
        String machine = owner.rig().machineId();
        String enrolled = owner.rig().machineId();
        posts(owner, session, "first");
        require(owner.makesMachine(machine));
        String secret = owner.addsMachine(enrolled, "desk");
        ownedByMachine(owner, enrolled, secret);
        require(
                owner.api()
                        .post(
                                "/v1/artifacts",
                                Map.of(
                                        "id",
                                        UUID.randomUUID().toString(),
                                        "header",
                                        "aDE=",
                                        "body",
                                        "YjE=",
                                        "dataEncryptionKey",
                                        "a2V5")));
        require(
                owner.api()
                        .post(
                                "/v1/access-keys/" + session + "/" + machine,
                                Map.of("data", "ZGF0YQ==")));
        require(
                owner.api()
                        .post(
                                "/v1/kv",
                                Map.of(
                                        "mutations",
                                        List.of(
                                                Map.of(
                                                        "key", "k", "value", "eA==", "version",
                                                        -1)))));
        require(owner.api().post("/v1/push-tokens", Map.of("token", "ExponentPushToken[x]")));
        require(
                owner.api()
                        .post(
                                "/v1/web/push/subscriptions",
                                new Browser()
                                        .subscription("https://push.example/" + owner.account())));
        require(owner.api().post("/v1/connect/openai/register", Map.of("token", "sk-1")));
        require(owner.api().post("/v1/friends/add", Map.of("uid", friend.account())));
        require(friend.api().post("/v1/friends/add", Map.of("uid", owner.account())));
        require(
                owner.api()
                        .post(
                                "/v1/account/settings",
                                Map.of("settings", "c2V0", "expectedVersion", 0)));
        byte[] bytes = RelayRig.randomBytes(3_000);
        String attachment = uploads(owner, session, bytes);
        owner.rig()
                .relay()
                .store()
                .writeNow(
                        tx -> {
                            tx.execute(
                                    "INSERT INTO usage_report (report_id, account_id, session_id,"
                                            + " key, tokens, cost, reported_at)"
                                            + " VALUES ('r', ?, NULL, 'k', '{}', '{}', ?)",
                                    owner.account(),
                                    tx.nowMs());
                            tx.execute(
                                    "INSERT INTO person (account_id, first_name, username)"
                                            + " VALUES (?, 'Ada', ?)",
                                    owner.account(),
                                    "u" + owner.account());
                            tx.execute(
                                    "INSERT INTO presence_lease (kind, account_id, id, node)"
                                            + " VALUES ('m', ?, 'm', 'n')",
                                    owner.account());
                            return tx.execute(
                                    "INSERT INTO pairing (kind, public_key, supports_v2,"
                                            + " account_id, response, created_at, answered_at)"
                                            + " VALUES ('TERMINAL', ?, 0, ?, 'x', ?, ?)",
                                    RelayRig.randomBytes(32),
                                    owner.account(),
                                    tx.nowMs(),
                                    tx.nowMs());
                        });
        return new Made(session, machine, attachment, bytes);
    }

    /// A job, an assistant and a request for keys.
    private static void ownedByMachine(Person owner, String machine, String secret) {
        Answer authenticated =
                owner.rig()
                        .api()
                        .post(
                                "/v1/machines/authenticate",
                                Map.of("machineId", machine, "secret", secret));
        require(authenticated);
        Api api = owner.rig().api().as(authenticated.text("token"));
        String path = "/v1/machines/" + machine;
        require(api.call("PUT", path + "/jobs/j", Map.of("data", "am9i", "expectedVersion", 0)));
        require(
                api.call(
                        "PUT",
                        path + "/assistants/" + owner.rig().machineId(),
                        Map.of("details", "ZGV0YWlscw==")));
        require(api.call("PUT", path + "/enrolment", Map.of("publicKey", "A".repeat(43) + "=")));
    }

    /// Posts one message and returns its number.
    static long posts(Person owner, String session, String localId) {
        Answer answer =
                owner.api()
                        .post(
                                "/v3/sessions/" + session + "/messages",
                                Map.of(
                                        "messages",
                                        List.of(Map.of("localId", localId, "content", "eA=="))));
        require(answer);
        return answer.body().path("messages").get(0).path("seq").asLong();
    }

    /// Uploads an attachment and returns the name of its file.
    static String uploads(Person owner, String session, byte[] bytes) {
        Answer announced =
                owner.api()
                        .post(
                                "/v1/sessions/" + session + "/attachments/request-upload",
                                Map.of("filename", "f", "size", bytes.length));
        require(announced);
        try {
            int status =
                    owner.rig()
                            .http()
                            .send(
                                    HttpRequest.newBuilder(URI.create(announced.text("uploadUrl")))
                                            .PUT(BodyPublishers.ofByteArray(bytes))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode();
            if (status != 200) {
                throw new AssertionError("not uploaded: " + status);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("not uploaded", e);
        }
        String ref = announced.text("ref");
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    /// The tables in which some column contains the text, with how many rows.
    static Map<String, Long> tablesWith(RelayRig rig, String text) {
        var found = new LinkedHashMap<String, Long>();
        for (String table : tables(rig)) {
            var conditions = new ArrayList<String>();
            for (String column : columns(rig, table)) {
                conditions.add("instr(CAST(\"" + column + "\" AS TEXT), '" + text + "') > 0");
            }
            String sql =
                    "SELECT count(*) FROM \""
                            + table
                            + "\" WHERE "
                            + String.join(" OR ", conditions);
            long rows =
                    rig.relay()
                            .store()
                            .readNow(s -> s.first(sql, row -> row.getLong(1)).orElseThrow());
            if (rows > 0) {
                found.put(table, rows);
            }
        }
        return found;
    }

    /// Every table of the schema.
    static TreeSet<String> tables(RelayRig rig) {
        return new TreeSet<>(
                rig.relay()
                        .store()
                        .<List<String>>readNow(
                                sql -> sql.list(TestDatabase.tables(), row -> row.getString(1))));
    }

    static List<String> columns(RelayRig rig, String table) {
        return rig.relay()
                .store()
                .readNow(sql -> sql.list(TestDatabase.columns(), row -> row.getString(1), table));
    }

    private static void require(Answer answer) {
        if (answer.status() != 200) {
            throw new AssertionError("not made: " + answer);
        }
    }
}
