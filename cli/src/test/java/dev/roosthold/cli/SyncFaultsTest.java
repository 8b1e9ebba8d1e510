package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.history.History;
import dev.roosthold.history.HistoryPlaces;
import dev.roosthold.history.ipc.PushEntry;
import dev.roosthold.history.ipc.SyncClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What the commands of section 17 do and say when something is wrong, and when they are killed.
@Timeout(240)
final class SyncFaultsTest {
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

    private static Path socket(Computer of) {
        return of.home.resolve(".config/cmdai/sync.sock");
    }

    private static SyncClient daemon(Computer of) throws InterruptedException {
        return SyncClient.connectIfRunning(socket(of)).orElseThrow();
    }

    private static List<String> commands(Computer of) {
        List<String> found = new ArrayList<>();
        of.run("", "history", "--json", "--limit", "20000")
                .json()
                .path("entries")
                .forEach(one -> found.add(one.path("command").asString()));
        return found;
    }

    private static List<String> spool(Computer of) throws IOException {
        Path spool = of.home.resolve(".local/share/cmdai/spool");
        try (Stream<Path> files = Files.list(spool)) {
            return files.map(one -> String.valueOf(one.getFileName()))
                    .filter(one -> one.endsWith(".taken") || one.endsWith(".jsonl"))
                    .toList();
        }
    }

    /// D5, with a process that is really killed: before it hears of the push, and just after.
    @Test
    void decision5_aCommandThatIsKilledAfterThePushLeavesEverythingOnce() throws Exception {
        try (Computer laptop = new Computer(temp.resolve("laptop"))) {
            String _ = laptop.run("", "sync", "init", "--json", "--relay", DEAD).out();
            Path between = temp.resolve("between.sock");
            try (var wire = new HeldReplies(between, socket(laptop), "sync.push")) {
                for (int round = 0; round < 2; round++) {
                    for (int i = 0; i < 10; i++) {
                        laptop.ran("echo " + round + "-" + i);
                    }
                    boolean heard = round % 2 == 1;
                    wire.next(heard);
                    try (RoostProcess push =
                            RoostProcess.start(
                                    laptop.home, "sync", "push", "--socket", between.toString())) {
                        wire.awaitReply();
                        push.kill();
                    }
                    if (!heard) {
                        assertThat(spool(laptop)).isNotEmpty();
                    }
                }
            }
            assertThat(laptop.run("", "sync", "push").status()).isZero();
            assertThat(spool(laptop)).isEmpty();
            assertThat(commands(laptop)).hasSize(20).doesNotHaveDuplicates();
            try (SyncClient client = daemon(laptop)) {
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

    /// Killed after the phrase was shown, while entries move, and when the keys have changed.
    @Test
    void section12_7_aRotationThatIsKilledGoesOnWithTheSamePhrase() throws Exception {
        try (RoostProcess relay = relay();
                Computer laptop = new Computer(temp.resolve("laptop"));
                Computer server = new Computer(temp.resolve("server"));
                Computer late = new Computer(temp.resolve("late"))) {
            String address = "ws://127.0.0.1:" + relay.jazzPort();
            String old =
                    laptop.run("", "sync", "init", "--json", "--relay", address)
                            .json()
                            .path("phrase")
                            .asString();
            List<String> all =
                    IntStream.range(0, 40).mapToObj(one -> "echo number-" + one).toList();
            for (String one : all) {
                laptop.ran(one);
            }
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            Path keys = laptop.home.resolve(".config/cmdai/keys.json");
            Path next = keys.resolveSibling("keys.next.json");
            String before = Files.readString(keys);

            String phrase;
            try (RoostProcess rotate = RoostProcess.start(laptop.home, "sync", "rotate", "--yes")) {
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> Files.exists(next));
                rotate.kill();
                phrase = SyncCommandsTest.shownPhrase(String.join("\n", rotate.allLines()));
            }
            assertThat(keys).hasContent(before);
            Path second = laptop.home.resolve(".cache/cmdai/rotate.authkey");
            try (RoostProcess rotate = RoostProcess.start(laptop.home, "sync", "rotate", "--yes")) {
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> Files.exists(second));
                rotate.kill();
                assertThat(String.join("\n", rotate.allLines())).doesNotContain("phrase. It is");
            }
            assertThat(keys).hasContent(before);
            // In between the computer is used.
            laptop.ran("echo in-between");
            assertThat(laptop.run("", "sync", "push").status()).isZero();
            try (RoostProcess rotate = RoostProcess.start(laptop.home, "sync", "rotate", "--yes")) {
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> !Files.readString(keys).equals(before));
                rotate.kill();
            }
            if (Files.exists(next)) {
                Computer.Run rotated = laptop.run("", "sync", "rotate", "--yes");
                assertThat(rotated.status()).as(rotated.err()).isZero();
            }
            assertThat(next).doesNotExist();
            try (Stream<Path> left = Files.list(laptop.home.resolve(".cache/cmdai"))) {
                assertThat(left.map(one -> String.valueOf(one.getFileName())))
                        .noneMatch(one -> one.startsWith("rotate"));
            }
            List<String> expected = new ArrayList<>(all);
            expected.add("echo in-between");
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            assertThat(laptop.run("", "sync", "verify").status()).isZero();
            assertThat(commands(laptop)).containsExactlyInAnyOrderElementsOf(expected);

            assertThat(server.run(phrase, "sync", "join", "--relay", address).status()).isZero();
            assertThat(commands(server)).containsExactlyInAnyOrderElementsOf(expected);
            // Nothing readable is left under the old phrase.
            late.run(old, "sync", "join", "--relay", address);
            assertThat(late.run("", "history", "number").status()).isEqualTo(1);
        }
    }

    /// More than the queue of the second daemon takes at once.
    @Test
    @Tag("soak")
    void section12_7_aRotationOfMoreThanTheQueueTakesWaitsForRoom() throws Exception {
        try (RoostProcess relay = relay();
                Computer laptop = new Computer(temp.resolve("laptop"));
                Computer server = new Computer(temp.resolve("server"))) {
            String address = "ws://127.0.0.1:" + relay.jazzPort();
            assertThat(laptop.run("", "sync", "init", "--json", "--relay", address).status())
                    .isZero();
            Path file = laptop.home.resolve(".bash_history");
            Files.write(
                    file,
                    IntStream.range(0, 15_000).mapToObj(one -> "echo number-" + one).toList());
            assertThat(laptop.run("", "history", "import", "bash").status()).isZero();
            await().atMost(Duration.ofMinutes(2))
                    .until(
                            () ->
                                    laptop.run("", "sync", "now", "--json").status() == 0
                                            && laptop.run("", "sync", "status", "--json")
                                                            .json()
                                                            .path("pendingUp")
                                                            .asInt()
                                                    == 0
                                            && laptop.run("", "sync", "push", "--json")
                                                            .json()
                                                            .path("waiting")
                                                            .asInt()
                                                    == 0);
            Computer.Run rotate = laptop.run("", "sync", "rotate", "--yes");
            assertThat(rotate.status()).as(rotate.err()).isZero();
            String phrase = SyncCommandsTest.shownPhrase(rotate.out());
            assertThat(server.run(phrase, "sync", "join", "--relay", address).status()).isZero();
            assertThat(server.run("", "history", "stats", "--json").json().path("commands").asInt())
                    .isEqualTo(15_000);
        }
    }

    /// The answers that the documentation names: a damaged database, another account, a wrong key,
    /// a socket that is left over, and a directory in which others may write.
    @Test
    void section3_whatIsWrongIsToldWithWhatToDo() throws Exception {
        try (RoostProcess relay = relay();
                Computer laptop = new Computer(temp.resolve("laptop"));
                Computer server = new Computer(temp.resolve("server"))) {
            String address = "ws://127.0.0.1:" + relay.jazzPort();
            String phrase =
                    laptop.run("", "sync", "init", "--json", "--relay", address)
                            .json()
                            .path("phrase")
                            .asString();
            laptop.ran("echo kept");
            assertThat(laptop.run("", "sync", "now").status()).isZero();

            // The daemon outlives the terminal: a session of its own, in the root, without streams.
            String pid = Files.readString(socket(laptop).resolveSibling("sync.sock.lock")).strip();
            Path process = Path.of("/proc", pid);
            if (Files.isDirectory(process)) {
                assertThat(process.resolve("cwd").toRealPath()).isEqualTo(Path.of("/"));
                String stat = Files.readString(process.resolve("stat"));
                assertThat(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3])
                        .isEqualTo(pid);
                assertThat(process.resolve("fd/0").toRealPath()).isEqualTo(Path.of("/dev/null"));
                assertThat(process.resolve("fd/2").toRealPath().toString()).endsWith(".start.log");
            }

            // A wrong key: an entry that our keys do not open is passed over and named.
            String foreign = UUID.randomUUID().toString();
            byte[] blob = new byte[60];
            blob[0] = 1;
            try (SyncClient client = daemon(laptop)) {
                String device = client.status().orThrow().deviceId();
                client.push(
                                List.of(
                                        new PushEntry(
                                                foreign,
                                                PushEntry.Type.COMMAND,
                                                Base64.getEncoder().encodeToString(blob),
                                                device,
                                                1000,
                                                1000,
                                                Optional.of("safe"),
                                                Optional.of(true),
                                                Optional.empty(),
                                                OptionalLong.empty(),
                                                OptionalLong.empty())))
                        .orThrow();
            }
            laptop.ran("echo after");
            Computer.Run now = laptop.run("", "sync", "now");
            assertThat(now.status()).isEqualTo(7);
            Computer.Run verify = laptop.run("", "sync", "verify");
            assertThat(verify.status()).isEqualTo(7);
            assertThat(verify.out()).contains(foreign).contains("2 entries can be read, 1 cannot");
            assertThat(commands(laptop)).containsExactlyInAnyOrder("echo kept", "echo after");

            // The relay tells its time.
            Computer.Run doctor = laptop.run("", "sync", "doctor");
            assertThat(doctor.out()).containsPattern("ok    clock: (\\d+ ms|that of the relay)");

            // kill -9: what is left over is replaced.
            ProcessHandle killed = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
            killed.destroyForcibly();
            killed.onExit().join();
            assertThat(socket(laptop)).exists();
            assertThat(laptop.run("", "sync", "status").status()).isZero();

            // A damaged database is put aside; joining again brings everything back, and sends what
            // was lost with it, but for what somebody let go.
            assertThat(laptop.run("", "sync", "pause").status()).isZero();
            laptop.ran("echo not-sent");
            assertThat(laptop.run("", "sync", "push").status()).isZero();
            laptop.ran("echo let-go");
            assertThat(laptop.run("", "sync", "push").status()).isZero();
            JsonNode queue = laptop.run("", "sync", "queue", "list", "--json").json();
            assertThat(queue.path("total").asInt()).isEqualTo(2);
            String number = queue.at("/items/1/queueId").asString();
            assertThat(laptop.run("", "sync", "queue", "discard", "--confirm", number).status())
                    .isZero();
            assertThat(laptop.run("", "sync", "stop").status()).isZero();
            Path database = laptop.home.resolve(".cache/cmdai/sync.db");
            try (var file = FileChannel.open(database, StandardOpenOption.WRITE)) {
                file.write(
                        ByteBuffer.wrap(
                                "this is no database any more".getBytes(StandardCharsets.UTF_8)),
                        0);
            }
            Computer.Run damaged = laptop.run("", "sync", "status");
            assertThat(damaged.status()).isEqualTo(4);
            assertThat(damaged.err()).contains("roost sync join");
            Computer.Run look = laptop.run("", "sync", "doctor");
            assertThat(look.out()).contains("CACHE_CORRUPT");
            assertThat(laptop.run(phrase, "sync", "join").status()).isEqualTo(7);
            assertThat(laptop.run("", "sync", "push").status()).isZero();
            assertThat(laptop.run("", "sync", "now").status()).isZero();
            List<String> everything =
                    List.of("echo kept", "echo after", "echo not-sent", "echo let-go");
            assertThat(commands(laptop)).containsExactlyInAnyOrderElementsOf(everything);
            assertThat(server.run(phrase, "sync", "join", "--relay", address).status())
                    .isEqualTo(7);
            assertThat(commands(server))
                    .containsExactlyInAnyOrder("echo kept", "echo after", "echo not-sent");

            // The daemon of another account.
            try (SyncClient client = daemon(laptop)) {
                client.reset(false).orThrow();
                byte[] key = new byte[32];
                key[0] = 7;
                client.init(key, "x", "linux").orThrow();
            }
            laptop.ran("echo not-there");
            Computer.Run push = laptop.run("", "sync", "push");
            assertThat(push.status()).isEqualTo(5);
            assertThat(push.err()).contains("another account").contains("roost sync reset");
            try (SyncClient client = daemon(laptop)) {
                assertThat(client.pull(0, 100).orThrow().entries())
                        .noneMatch(one -> one.type().equals("command"));
            }
            assertThat(commands(laptop)).contains("echo not-there");

            // Stopping lasts until the process has ended, so that starting it again works.
            assertThat(laptop.run("", "sync", "now").status()).isEqualTo(5);
            for (int i = 0; i < 2; i++) {
                Computer.Run again = laptop.run("", "sync", "restart");
                assertThat(again.status()).as(again.err()).isZero();
            }

            // A directory in which others may write: the daemon does not start, and says why.
            assertThat(laptop.run("", "sync", "stop").status()).isZero();
            Path directory = laptop.home.resolve(".config/cmdai");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            Computer.Run open = laptop.run("", "sync", "status");
            assertThat(open.status()).isEqualTo(3);
            assertThat(open.err()).contains("chmod go-w");
            // Nobody waits for a daemon that has said so and ended.
            assertThat(open.err()).contains("has ended");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void section17_theUnitWaitsUntilTheDaemonSaysThatItIsReady() throws Exception {
        Computer laptop = new Computer(temp.resolve("unit"));
        Computer.Run unit = laptop.run("", "sync", "install", "--print");
        assertThat(unit.status()).isZero();
        if (System.getProperty("os.name").startsWith("Linux")) {
            assertThat(unit.out())
                    .contains("Type=notify\nExecStart=")
                    .contains("RestartPreventExitStatus=75 77 78");
        }
        assertThat(laptop.home.resolve(".config/cmdai")).doesNotExist();
    }

    /// A spool that nobody may write to is no reason to lose what is in the database.
    @Test
    void section3_historyOfADamagedFileOfKeysIsStillRead() throws Exception {
        Computer laptop = new Computer(temp.resolve("keys"));
        laptop.ran("echo here");
        assertThat(commands(laptop)).containsExactly("echo here");
        Path keys = laptop.home.resolve(".config/cmdai/keys.json");
        Files.createDirectories(keys.getParent());
        Files.writeString(keys, "{\"version\":1,");
        try (History history = History.open(HistoryPlaces.below(laptop.home), Clock.systemUTC())) {
            assertThat(history.store().count()).isEqualTo(1);
        }
        Computer.Run doctor = laptop.run("", "sync", "doctor", "--json");
        JsonNode findings = doctor.json().path("findings");
        assertThat(findings.toString()).contains("roost sync join");
        assertThat(doctor.status()).isEqualTo(1);
        laptop.close();
    }
}
