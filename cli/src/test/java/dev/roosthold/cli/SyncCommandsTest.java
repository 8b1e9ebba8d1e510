package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.history.History;
import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.history.ipc.SyncClient;
import dev.roosthold.history.keys.HistoryKeys;
import dev.roosthold.history.keys.KeyFile;
import dev.roosthold.history.spool.Spool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The commands of contract section 17, with the real sync daemon and a real relay.
@Timeout(240)
final class SyncCommandsTest {
    private static final String DEAD = "ws://127.0.0.1:9";

    @TempDir Path temp;

    private RoostProcess relay() {
        RoostProcess relay =
                RoostProcess.start(
                        temp.resolve("relay"),
                        "jazz-relay",
                        "--data",
                        temp.resolve("relay/jazz").toString(),
                        "--port",
                        "0");
        relay.awaitLine("Jazz clients connect to");
        return relay;
    }

    private static String phraseOf(Computer.Run init) {
        assertThat(init.status()).as(init.err()).isZero();
        return init.json().path("phrase").asString();
    }

    private static List<String> commands(Computer computer, String... words) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("history", "--json"));
        arguments.addAll(List.of(words));
        List<String> found = new ArrayList<>();
        for (JsonNode one :
                computer.run("", arguments.toArray(String[]::new)).json().path("entries")) {
            found.add(one.path("command").asString());
        }
        return found;
    }

    @Test
    void section17_twoComputersShareTheirHistoryAndNothingSecretIsSaid() throws Exception {
        try (RoostProcess relay = relay();
                Computer laptop = new Computer(temp.resolve("laptop"));
                Computer server = new Computer(temp.resolve("server"))) {
            String address = "ws://127.0.0.1:" + relay.jazzPort();
            Computer.Run init =
                    laptop.run(
                            "",
                            "sync",
                            "init",
                            "--json",
                            "--relay",
                            address,
                            "--device-name",
                            "lap");
            String phrase = phraseOf(init);
            assertThat(init.json().path("connected").asBoolean())
                    .as(init.out().replace(phrase, ""))
                    .isTrue();
            laptop.ran("make the-first");
            laptop.ran("export SECRET_TOKEN=abcdefgh");
            assertThat(laptop.run("", "sync", "now", "--json").status()).isZero();
            Computer.Run status = laptop.run("", "sync", "status", "--json");
            assertThat(status.json().path("state").asString()).isEqualTo("ONLINE");
            assertThat(status.json().path("local").asInt()).isEqualTo(1);
            assertThat(status.json().path("pendingUp").asInt()).isZero();

            Computer.Run wrong =
                    server.run("abandon ".repeat(24), "sync", "join", "--relay", address);
            assertThat(wrong.status()).isEqualTo(5);
            assertThat(wrong.err())
                    .contains("recovery phrase is not valid")
                    .doesNotContain("abandon");
            Computer.Run join =
                    server.run(phrase + "\n", "sync", "join", "--relay", address, "--json");
            assertThat(join.status()).as(join.err() + join.out()).isZero();
            assertThat(commands(server)).containsExactly("make the-first");
            server.ran("tail the-log");
            assertThat(server.run("", "sync", "now").status()).isZero();
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            assertThat(commands(laptop))
                    .contains("tail the-log", "make the-first", "export SECRET_TOKEN=abcdefgh");
            assertThat(commands(laptop, "--machine", "server")).containsExactly("tail the-log");
            assertThat(laptop.run("", "sync", "device", "list", "--json").json().path("devices"))
                    .hasSize(2);
            assertThat(laptop.run("", "sync", "verify").status()).isZero();

            Path out = temp.resolve("export.json");
            assertThat(laptop.run("", "sync", "export", "--out", out.toString()).status()).isZero();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(out))
                    .contains("\"exportVersion\":\"1.0\"", "make the-first", "tail the-log")
                    .doesNotContain("SECRET_TOKEN");

            // Deleting is for both; a second init is refused and names what to do instead.
            String id =
                    laptop.run("", "history", "the-first", "--json")
                            .json()
                            .at("/entries/0/id")
                            .asString();
            assertThat(laptop.run("", "history", "delete", "--confirm", id).status()).isZero();
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            assertThat(server.run("", "sync", "now").status()).isZero();
            assertThat(commands(server)).containsExactly("tail the-log");
            Computer.Run again = laptop.run("", "sync", "init", "--yes");
            assertThat(again.status()).isEqualTo(1);
            assertThat(again.err()).contains("roost sync join", "roost sync reset");
            assertThat(laptop.run("", "sync", "reset", "--confirm").status()).isZero();
            assertThat(laptop.run("", "sync", "status").status()).isEqualTo(4);
            assertThat(commands(laptop)).contains("tail the-log");

            expectNoSecret(laptop, phrase, init);
            expectNoSecret(server, phrase, init);
        }
    }

    /// Contract section 14: neither at trace nor on standard streams; the phrase once, by init.
    private static void expectNoSecret(Computer computer, String phrase, Computer.Run init)
            throws Exception {
        String said = computer.everythingSaid().replace(init.out(), "");
        assertThat(said).doesNotContain(phrase).doesNotContain(phrase.substring(0, 40));
        try (HistoryKeys keys =
                new KeyFile(computer.home.resolve(".config/cmdai/keys.json"))
                        .read()
                        .orElseThrow()) {
            assertThat(said)
                    .doesNotContain(
                            Base64.getEncoder().encodeToString(keys.master().jazzAuthKey()));
        }
        assertThat(said).doesNotContain("\"encrypted\"");
        assertThat(Files.exists(computer.home.resolve(".cache/cmdai/sync-daemon.log"))).isTrue();
    }

    @Test
    void section17_withoutARelayEverythingWaitsAndIsShown() throws Exception {
        try (Computer laptop = new Computer(temp.resolve("offline"))) {
            Computer.Run before = laptop.run("", "sync", "status", "--json");
            assertThat(before.status()).isEqualTo(4);
            assertThat(before.json().at("/error/status").asInt()).isEqualTo(4);
            assertThat(laptop.run("", "sync", "init").status()).isEqualTo(2);
            assertThat(laptop.run("", "sync", "doctor", "--json").status()).isZero();

            Computer.Run init = laptop.run("", "sync", "init", "--json", "--relay", DEAD);
            String _ = phraseOf(init);
            assertThat(init.json().path("connected").asBoolean()).isFalse();
            laptop.ran("echo waits");
            assertThat(laptop.run("", "sync", "push").status()).isZero();
            JsonNode queue = laptop.run("", "sync", "queue", "list", "--json").json();
            assertThat(queue.path("total").asInt()).isEqualTo(1);
            assertThat(queue.at("/items/0/status").asString()).isEqualTo("pending");
            assertThat(laptop.run("", "sync", "now").status()).isEqualTo(6);
            assertThat(laptop.run("", "sync", "ping").status()).isEqualTo(6);
            assertThat(laptop.run("", "sync", "status").out()).contains("waiting to be sent: 1");
            assertThat(laptop.run("", "sync", "rotate").status()).isEqualTo(6);
            String number = queue.at("/items/0/queueId").asString();
            assertThat(laptop.run("n\n", "sync", "queue", "discard", number).status()).isEqualTo(1);
            assertThat(laptop.run("", "sync", "queue", "discard", "--confirm", number).status())
                    .isZero();
            assertThat(laptop.run("", "sync", "queue", "list").out()).contains("Nothing waits");
            assertThat(commands(laptop)).containsExactly("echo waits");

            assertThat(laptop.run("", "sync", "config", "set", "syncIntervalMs", "1").status())
                    .isEqualTo(2);
            assertThat(laptop.run("", "sync", "config", "set", "syncIntervalMs", "200").out())
                    .contains("roost sync restart");
            assertThat(laptop.run("", "sync", "restart").status()).isZero();
            assertThat(laptop.run("", "sync", "config", "get", "syncIntervalMs").out())
                    .contains("200");
            assertThat(laptop.run("", "sync", "pause", "--json").json().path("paused").asBoolean())
                    .isTrue();
            assertThat(laptop.run("", "sync", "device", "rename", "other").status()).isZero();
            assertThat(laptop.run("", "sync", "device", "list").out()).contains("other (this one)");
        }
    }

    /// D5: killed between the push and the end of the spool's file.
    @Test
    void decision5_theSpoolIsPushedExactlyOnceWhateverIsKilledInBetween() throws Exception {
        try (Computer laptop = new Computer(temp.resolve("kill"))) {
            String _ = phraseOf(laptop.run("", "sync", "init", "--json", "--relay", DEAD));
            for (int i = 0; i < 20; i++) {
                laptop.ran("echo number-" + i);
            }
            Path socket = laptop.home.resolve(".config/cmdai/sync.sock");
            HistoryPlaces places = HistoryPlaces.below(laptop.home);
            for (int round = 0; round < 3; round++) {
                // As if the process had ended here: nothing was said to be done.
                try (History history = History.open(places, Clock.systemUTC());
                        Spool.Reading reading = history.spool().read().orElseThrow();
                        SyncClient client = SyncClient.connectIfRunning(socket).orElseThrow()) {
                    int _ =
                            history.add(
                                    reading.take().stream()
                                            .flatMap(one -> one.entries().stream())
                                            .toList());
                    history.push(client, _ -> {});
                    history.store()
                            .mark(
                                    history
                                            .store()
                                            .search(dev.roosthold.history.store.Query.newest(100))
                                            .entries()
                                            .stream()
                                            .map(one -> one.entry().id())
                                            .limit(round * 5L)
                                            .toList(),
                                    dev.roosthold.history.store.EntryState.PENDING,
                                    Optional.empty());
                }
                assertThat(spoolFiles(places)).isEqualTo(20);
            }
            try (History history = History.open(places, Clock.systemUTC());
                    SyncClient client = SyncClient.connectIfRunning(socket).orElseThrow()) {
                history.drain(Optional.of(client));
                assertThat(spoolFiles(places)).isZero();
                List<String> ids =
                        client.pull(0, 1000).orThrow().entries().stream()
                                .filter(one -> one.type().equals("command"))
                                .map(one -> one.id())
                                .toList();
                assertThat(ids).hasSize(20).doesNotHaveDuplicates();
                assertThat(client.queue(Optional.empty(), 1000).orThrow().total()).isEqualTo(20);
            }
        }
    }

    private static long spoolFiles(HistoryPlaces places) throws Exception {
        try (Stream<Path> files = Files.list(places.spool())) {
            return files.filter(
                            one ->
                                    one.toString().endsWith(".taken")
                                            || one.toString().endsWith(".jsonl"))
                    .count();
        }
    }

    @Test
    void section12_7_rotationMovesEverythingAndOtherComputersAskForTheNewPhrase() throws Exception {
        try (RoostProcess relay = relay();
                Computer laptop = new Computer(temp.resolve("laptop"));
                Computer server = new Computer(temp.resolve("server"))) {
            String address = "ws://127.0.0.1:" + relay.jazzPort();
            String old = phraseOf(laptop.run("", "sync", "init", "--json", "--relay", address));
            laptop.ran("echo before");
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            assertThat(server.run(old, "sync", "join", "--relay", address).status()).isZero();

            Computer.Run rotate = laptop.run("", "sync", "rotate", "--yes");
            assertThat(rotate.status()).as(rotate.err()).isZero();
            String phrase = shownPhrase(rotate.out());
            assertThat(phrase).isNotEqualTo(old);
            laptop.ran("echo after");
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            assertThat(commands(laptop)).containsExactly("echo after", "echo before");

            assertThat(server.run("", "sync", "now").status()).isIn(0, 5);
            server.ran("echo elsewhere");
            Computer.Run refused = server.run("", "sync", "push");
            assertThat(refused.status()).isEqualTo(5);
            assertThat(refused.err()).contains("roost sync join");
            assertThat(server.run(phrase, "sync", "join").status()).isZero();
            assertThat(server.run("", "sync", "now").status()).isZero();
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            assertThat(commands(laptop))
                    .containsExactly("echo elsewhere", "echo after", "echo before");
            assertThat(commands(server))
                    .containsExactlyInAnyOrder("echo elsewhere", "echo after", "echo before");
        }
    }

    private static String shownPhrase(String out) {
        List<String> words = new ArrayList<>();
        for (String line : out.lines().toList()) {
            if (line.matches("(\\s+\\d+ [a-z]+)+\\s*")) {
                for (String part : line.strip().split("\\s+")) {
                    if (part.matches("[a-z]+")) {
                        words.add(part);
                    }
                }
            }
        }
        assertThat(words).hasSize(24);
        return String.join(" ", words);
    }

    @Test
    void historyWorksWithoutSyncingAndTakesOverWhatShellsKept() throws Exception {
        Path home = temp.resolve("alone");
        Computer laptop = new Computer(home);
        Files.writeString(
                home.resolve(".bash_history"), "#1700000000\ngit status\n#1700000001\n ls\n");
        Computer.Run first = laptop.run("", "history", "import", "--json");
        assertThat(first.json().at("/imports/0/added").asInt()).isEqualTo(2);
        assertThat(
                        laptop.run("", "history", "import", "bash", "--json")
                                .json()
                                .at("/imports/0/added")
                                .asInt())
                .isZero();
        laptop.ran("git push");
        assertThat(commands(laptop, "git")).containsExactly("git push", "git status");
        assertThat(commands(laptop, "--fuzzy", "gst")).containsExactly("git status");
        assertThat(laptop.run("", "history", "nothing-like-it").status()).isEqualTo(1);
        assertThat(laptop.run("", "history", "export").out().lines()).hasSize(3);
        assertThat(laptop.run("", "history", "stats", "--json").json().path("commands").asInt())
                .isEqualTo(3);
        assertThat(laptop.run("", "history", "hook", "bash").out())
                .contains(home.resolve(".local/share/cmdai/spool").toString());
        assertThat(laptop.run("mysql -psecret x\n", "history", "exclude", "test").out())
                .contains("stays here");
        assertThat(
                        laptop.run("", "sync", "config", "get", "--json")
                                .json()
                                .path("relay")
                                .isString())
                .isTrue();
        assertThat(home.resolve(".config/cmdai/sync.sock")).doesNotExist();
    }
}
