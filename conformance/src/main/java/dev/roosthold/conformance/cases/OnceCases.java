package dev.roosthold.conformance.cases;

import static dev.roosthold.conformance.cases.Case.required;

import dev.roosthold.conformance.crowd.Crowd;
import dev.roosthold.conformance.crowd.CrowdOptions;
import dev.roosthold.conformance.crowd.CrowdReport;
import dev.roosthold.conformance.crowd.Trouble;
import dev.roosthold.conformance.wire.RawSocketIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What is done twice happens once, and of many writers one wins.
final class OnceCases {
    private static final String GROUP = "exactly once";
    private static final int WRITERS = 20;
    private static final String NO_ARTIFACT = "00000000-0000-4000-8000-000000000000";

    private final World world;
    private final Map<Person, String> artifacts = new ConcurrentHashMap<>();

    OnceCases(World world) {
        this.world = world;
    }

    List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(
                required(
                        GROUP,
                        "a message sent again is the same message",
                        "one id, one number",
                        this::sentAgain));
        cases.add(
                required(
                        GROUP,
                        "ten at the same time send one message",
                        "200 for all, one message",
                        this::tenAtOnce));
        cases.add(
                required(
                        GROUP,
                        "one message by event and by request",
                        "one message",
                        this::bothWays));
        cases.add(
                required(
                        GROUP,
                        "ten at the same time create one session",
                        "200 for all, one id",
                        this::oneSession));
        race(cases, "session metadata", this::sessionEvent);
        race(cases, "machine state", this::machineEvent);
        race(cases, "key", this::keyRequest);
        race(cases, "artifact", this::artifactRequest);
        cases.add(
                required(
                        GROUP,
                        "the history of many clients",
                        "linearizable, nothing lost",
                        this::history));
        return cases;
    }

    private void race(List<Case> cases, String what, BiFunction<Person, Integer, Ended> write) {
        cases.add(
                required(
                        GROUP,
                        "twenty writers of one version: " + what,
                        "1 winner, the others are told its value",
                        () -> {
                            Person person = world.person();
                            prepare(person);
                            List<Callable<Ended>> writers = new ArrayList<>();
                            for (int i = 0; i < WRITERS; i++) {
                                int number = i;
                                writers.add(() -> write.apply(person, number));
                            }
                            return judge(World.together(writers));
                        }));
    }

    /// How a write ended.
    ///
    /// @param won whether it was stored
    /// @param value that is there: its own or the one it was told
    private record Ended(boolean won, String value) {}

    private static Seen judge(List<Ended> all) {
        List<String> winners = all.stream().filter(Ended::won).map(Ended::value).toList();
        long told =
                all.stream()
                        .filter(ended -> !ended.won())
                        .filter(ended -> winners.contains(ended.value()))
                        .count();
        return Seen.of(
                winners.size() == 1 && told == all.size() - 1,
                winners.size() + " winners, " + told + " told its value");
    }

    private void prepare(Person person) {
        String artifact = UUID.randomUUID().toString();
        Person.Answer made =
                person.send(
                        "POST",
                        "/v1/artifacts",
                        Map.of(
                                "id",
                                artifact,
                                "header",
                                "aA==",
                                "body",
                                "Yg==",
                                "dataEncryptionKey",
                                "aw=="));
        artifacts.put(person, made.ok() ? artifact : NO_ARTIFACT);
    }

    private Ended sessionEvent(Person person, int number) {
        return byEvent(
                person,
                Person.event(
                        "update-metadata",
                        Map.of(
                                "sid",
                                person.session(),
                                "metadata",
                                "v" + number,
                                "expectedVersion",
                                0)),
                "metadata");
    }

    private Ended machineEvent(Person person, int number) {
        return byEvent(
                person,
                Person.event(
                        "machine-update-state",
                        Map.of(
                                "machineId",
                                person.machine(),
                                "daemonState",
                                "v" + number,
                                "expectedVersion",
                                0)),
                "daemonState");
    }

    private static Ended byEvent(Person person, String event, String field) {
        try (RawSocketIo socket = person.user()) {
            return socket.ask(event)
                    .map(
                            ack ->
                                    new Ended(
                                            ack.path("result").asString("").equals("success"),
                                            ack.path(field).asString("")))
                    .orElse(new Ended(false, "no answer"));
        }
    }

    private Ended keyRequest(Person person, int number) {
        String value = "djE" + (char) ('A' + number) + "djE" + (char) ('A' + number);
        Map<String, Object> mutation = Map.of("key", "race", "value", value, "version", -1);
        Person.Answer answer =
                person.send("POST", "/v1/kv", Map.of("mutations", List.of(mutation)));
        return answer.ok()
                ? new Ended(true, value)
                : new Ended(
                        false,
                        answer.body().path("errors").path(0).path("value").asString("no value"));
    }

    private Ended artifactRequest(Person person, int number) {
        String value = "djE" + (char) ('A' + number) + "djE" + (char) ('A' + number);
        Person.Answer answer =
                person.send(
                        "POST",
                        "/v1/artifacts/" + artifacts.getOrDefault(person, NO_ARTIFACT),
                        Map.of("body", value, "expectedBodyVersion", 1));
        return answer.body().path("success").asBoolean(false)
                ? new Ended(true, value)
                : new Ended(false, answer.body().path("currentBody").asString("no value"));
    }

    private static JsonNode post(Person person, String localId) {
        return person.need(
                        "POST",
                        "/v3/sessions/" + person.session() + "/messages",
                        Map.of("messages", List.of(Map.of("content", "c", "localId", localId))))
                .path("messages")
                .path(0);
    }

    private static int stored(Person person) {
        return person.need("GET", "/v3/sessions/" + person.session() + "/messages", null)
                .path("messages")
                .size();
    }

    private Seen sentAgain() {
        Person person = world.person();
        JsonNode first = post(person, "same");
        JsonNode second = post(person, "same");
        boolean same =
                first.path("id").equals(second.path("id"))
                        && first.path("seq").equals(second.path("seq"));
        int stored = stored(person);
        return Seen.of(
                same && stored == 1, (same ? "the same" : "different") + ", " + stored + " stored");
    }

    private Seen tenAtOnce() throws Exception {
        Person person = world.person();
        List<Callable<Person.Answer>> posts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            posts.add(
                    () ->
                            person.send(
                                    "POST",
                                    "/v3/sessions/" + person.session() + "/messages",
                                    Map.of(
                                            "messages",
                                            List.of(Map.of("content", "c", "localId", "same")))));
        }
        List<Person.Answer> answers = World.together(posts);
        long ok = answers.stream().filter(Person.Answer::ok).count();
        Set<String> numbers =
                answers.stream()
                        .filter(Person.Answer::ok)
                        .map(
                                answer ->
                                        answer.body()
                                                .path("messages")
                                                .path(0)
                                                .path("seq")
                                                .toString())
                        .collect(Collectors.toSet());
        int stored = stored(person);
        return Seen.of(
                ok == 10 && numbers.size() == 1 && stored == 1,
                ok + " answered 200, " + numbers.size() + " numbers, " + stored + " stored");
    }

    private Seen bothWays() {
        Person person = world.person();
        try (RawSocketIo socket = person.user()) {
            String event =
                    Person.event(
                            "message",
                            Map.of("sid", person.session(), "message", "c", "localId", "same"));
            socket.send("42" + event);
            socket.isServed();
            post(person, "same");
            socket.send("42" + event);
            socket.isServed();
            post(person, "another");
        }
        List<String> ids = new ArrayList<>();
        person.need("GET", "/v3/sessions/" + person.session() + "/messages", null)
                .path("messages")
                .forEach(message -> ids.add(message.path("localId").asString("")));
        return Seen.of(ids.size() == 2 && Set.copyOf(ids).size() == 2, "stored " + ids);
    }

    private Seen oneSession() throws Exception {
        Person person = world.person();
        List<Callable<Person.Answer>> posts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            posts.add(
                    () ->
                            person.send(
                                    "POST",
                                    "/v1/sessions",
                                    Map.of("tag", "together", "metadata", "m")));
        }
        List<Person.Answer> answers = World.together(posts);
        long ok = answers.stream().filter(Person.Answer::ok).count();
        Set<String> ids =
                answers.stream()
                        .filter(Person.Answer::ok)
                        .map(answer -> answer.body().path("session").path("id").asString(""))
                        .collect(Collectors.toSet());
        return Seen.of(ok == 10 && ids.size() == 1, ok + " answered 200, " + ids.size() + " ids");
    }

    private Seen history() throws InterruptedException {
        CrowdReport report =
                Crowd.run(
                        world.server(),
                        List.of(world.server()),
                        CrowdOptions.of(world.seed(), world.load()),
                        Trouble.none());
        return Seen.of(report.verdict().summary(), report.wrong());
    }
}
