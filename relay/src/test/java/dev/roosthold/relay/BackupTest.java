package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.relay.backup.Backup;
import dev.roosthold.relay.backup.BackupException;
import dev.roosthold.relay.store.DatabaseFile;
import dev.roosthold.relay.store.Migration;
import dev.roosthold.relay.store.SqliteStore;
import dev.roosthold.relay.store.StoreConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `roost backup` and `roost restore`.
@Timeout(300)
@Tag("file")
class BackupTest {
    private static final int BLOCK = 512;

    @TempDir Path place;
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
    void everythingAcknowledgedBeforeABackupUnderLoadIsInIt() throws Exception {
        underLoad("backup.tar.gz", 3, 150);
    }

    @Test
    void aFolderIsAsGoodAsAnArchive() throws Exception {
        underLoad("backup", 2, 50);
    }

    @Test
    @Tag("soak")
    void everythingAcknowledgedBeforeALargeBackupUnderLoadIsInIt() throws Exception {
        for (int round = 0; round < 5; round++) {
            underLoad("backup" + round + ".tar.gz", 8, 5_000);
        }
    }

    /// Some write, upload and delete all the time; what was acknowledged before the command began
    /// must be in the backup, and each attachment that it names.
    private void underLoad(String name, int writers, int before) throws Exception {
        var acknowledged = ConcurrentHashMap.<String>newKeySet();
        var attachments = new ConcurrentHashMap<String, byte[]>();
        var running = new AtomicBoolean(true);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < writers; i++) {
            String session = ada.makesSession(name + i);
            String writer = name + "-" + i + "-";
            threads.add(
                    Thread.startVirtualThread(
                            () -> {
                                for (int n = 0; running.get(); n++) {
                                    OwnedData.posts(ada, session, writer + n);
                                    acknowledged.add(session + "/" + writer + n);
                                    rig.clock().pass(Duration.ofSeconds(1));
                                    if (n % 10 == 0) {
                                        byte[] bytes = RelayRig.randomBytes(5_000);
                                        attachments.put(
                                                session
                                                        + "/"
                                                        + OwnedData.uploads(ada, session, bytes),
                                                bytes);
                                    }
                                    if (n % 25 == 0) {
                                        comesAndGoes(writer + n);
                                    }
                                }
                            }));
        }
        while (acknowledged.size() < before) {
            Thread.onSpinWait();
        }
        var mustHave = new TreeSet<>(acknowledged);
        Map<String, byte[]> mustHaveFiles = Map.copyOf(attachments);
        Path target = place.resolve(name);
        Backup.Report report = operator().backup(target, false);
        running.set(false);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(report.lost()).isZero();
        assertThat(report.noted()).isTrue();

        Path restored = place.resolve("restored-" + name);
        Operator.restore(target, restored);
        try (Relay relay = Relay.start(rig.config().withDataDirectory(restored))) {
            Api api = new Api(rig.http(), relay.address(), Optional.of(ada.token()), Map.of());
            for (String session : sessions(api)) {
                mustHave.removeAll(messages(api, session));
            }
            assertThat(mustHave).as("acknowledged and lost").isEmpty();
            for (var file : mustHaveFiles.entrySet()) {
                String session = file.getKey().substring(0, file.getKey().indexOf('/'));
                String stored = file.getKey().substring(session.length() + 1);
                assertThat(Files.readAllBytes(restored.resolve("attachments").resolve(stored)))
                        .isEqualTo(file.getValue());
                assertThat(
                                api.post(
                                                "/v1/sessions/"
                                                        + session
                                                        + "/attachments/request-download",
                                                Map.of(
                                                        "ref",
                                                        "sessions/"
                                                                + session
                                                                + "/attachments/"
                                                                + stored))
                                        .status())
                        .isEqualTo(200);
            }
        }
    }

    private void comesAndGoes(String tag) {
        String session = ada.makesSession("gone-" + tag);
        OwnedData.uploads(ada, session, RelayRig.randomBytes(2_000));
        assertThat(ada.api().delete("/v1/sessions/" + session).status()).isEqualTo(200);
        rig.relay().attachments().tidyOn(Runnable::run);
    }

    private static List<String> sessions(Api api) {
        return api.get("/v1/sessions")
                .body()
                .path("sessions")
                .valueStream()
                .map(session -> session.path("id").asString())
                .toList();
    }

    private static Set<String> messages(Api api, String session) {
        var all = new TreeSet<String>();
        long after = 0;
        boolean more = true;
        while (more) {
            JsonNode page =
                    api.get("/v3/sessions/" + session + "/messages?limit=500&after_seq=" + after)
                            .body();
            for (JsonNode message : page.path("messages")) {
                all.add(session + "/" + message.path("localId").asString());
                after = message.path("seq").asLong();
            }
            more = page.path("hasMore").asBoolean();
        }
        return all;
    }

    @Test
    void afterARestoreNoClientContinuesAndNoNumberIsGivenOutTwice() throws Exception {
        OwnedData.fill(ada, rig.signsUp());
        String session = ada.makesSession("work");
        OwnedData.posts(ada, session, "kept");
        Path file = place.resolve("b.tar.gz");
        operator().backup(file, false);
        long kept = lastSeq(ada.api());
        long lostMessage = OwnedData.posts(ada, session, "lost");
        ada.api()
                .post("/v1/account/settings", Map.of("settings", "bG9zdA==", "expectedVersion", 1));
        long lost = lastSeq(ada.api());
        assertThat(lost).isGreaterThan(kept);
        RawClient client =
                RawClient.connects(rig, Map.of("token", ada.token(), "clientType", "user-scoped"));
        client.connected().settled();
        OwnedData.posts(ada, session, "lost too");
        client.awaits(lost + 1);
        client.cut();

        Path data = rig.config().dataDirectory();
        rig.relay().close();
        Files.move(data, data.resolveSibling("old"));
        Operator.restore(file, data);
        rig.restarts();

        RawClient again = client.comesBackTo(rig);
        again.connected();
        assertThat(again.recovered()).isFalse();
        again.close();
        client.close();
        for (long cursor : List.of(1L, kept - 1, kept, kept + 1, lost, lost + 1)) {
            JsonNode changes = ada.api().get("/v1/changes?after=" + cursor).body();
            assertThat(changes.path("verdict").asString()).as("from %s", cursor).isEqualTo("gap");
        }
        long now = lastSeq(ada.api());
        assertThat(now).isGreaterThan(lost + 1_000_000);
        long next = OwnedData.posts(ada, session, "new");
        assertThat(next).isGreaterThan(lostMessage + 1_000);
        JsonNode changes = ada.api().get("/v1/changes?after=" + now).body();
        assertThat(changes.path("verdict").asString()).isEqualTo("resumed");
        assertThat(changes.path("changes")).hasSize(1);
        assertThat(changes.path("changes").get(0).path("seq").asLong()).isEqualTo(now + 1);
        for (long cursor : List.of(kept, lost, lost + 1)) {
            assertThat(
                            ada.api()
                                    .get("/v1/changes?after=" + cursor)
                                    .body()
                                    .path("verdict")
                                    .asString())
                    .isEqualTo("gap");
        }
        // What the client read after its last message is the new one, not nothing.
        JsonNode after =
                ada.api()
                        .get("/v3/sessions/" + session + "/messages?after_seq=" + lostMessage)
                        .body()
                        .path("messages");
        assertThat(after).hasSize(1);
        assertThat(after.get(0).path("localId").asString()).isEqualTo("new");
        // A write on top of a lost version is refused.
        JsonNode settings =
                ada.api()
                        .post(
                                "/v1/account/settings",
                                Map.of("settings", "eA==", "expectedVersion", 2))
                        .body();
        assertThat(settings.path("success").asBoolean()).isFalse();
        assertThat(ada.api().get("/v1/machines").body()).isNotEmpty();
        for (JsonNode machine : ada.api().get("/v1/machines").body()) {
            assertThat(machine.path("active").asBoolean()).isFalse();
        }
    }

    @Test
    void aDamagedArchiveIsRefusedWhereverItIsDamaged() throws Exception {
        OwnedData.fill(ada, rig.signsUp());
        Path good = place.resolve("good.tar.gz");
        operator().backup(good, false);
        byte[] bytes = Files.readAllBytes(good);
        byte[] content = gunzip(bytes);
        Random random = new Random(20_261_125L);
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            byte[] damaged = bytes.clone();
            // Behind the head of gzip, which says nothing that matters.
            int at = 10 + random.nextInt(damaged.length - 10);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            // Some bits of a compressed stream only fill it up to the next byte.
            if (!Arrays.equals(gunzip(damaged), content)) {
                refuses(damaged, "bit at " + at);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(50);
        for (int length :
                List.of(0, 1, 9, 10, 100, bytes.length / 2, bytes.length - 9, bytes.length - 1)) {
            refuses(Arrays.copyOf(bytes, length), "cut to " + length);
        }
    }

    /// With gzip's own sum made right again, so that ours are what refuses.
    @Test
    void anArchiveThatWasChangedIsRefusedForEachOfItsParts() throws Exception {
        OwnedData.fill(ada, rig.signsUp());
        Path good = place.resolve("good.tar.gz");
        operator().backup(good, false);
        byte[] tar;
        try (var in = new GZIPInputStream(Files.newInputStream(good))) {
            tar = in.readAllBytes();
        }
        int parts = 0;
        for (int at = 0; tar[at] != 0; ) {
            int size =
                    Integer.parseInt(new String(tar, at + 124, 11, StandardCharsets.US_ASCII), 8);
            for (int offset : List.of(0, 100, 124, 156, 257)) {
                byte[] changed = tar.clone();
                changed[at + offset] ^= 1;
                refuses(gzip(changed), "head at " + at + " + " + offset);
            }
            for (int offset : List.of(0, size / 2, size - 1)) {
                byte[] changed = tar.clone();
                changed[at + BLOCK + offset] ^= 1;
                refuses(gzip(changed), "body at " + at + " + " + offset);
            }
            // Without this part.
            int length = BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
            byte[] without = new byte[tar.length - length];
            System.arraycopy(tar, 0, without, 0, at);
            System.arraycopy(tar, at + length, without, at, without.length - at);
            refuses(gzip(without), "without the part at " + at);
            parts++;
            at += length;
        }
        assertThat(parts).isGreaterThanOrEqualTo(7);
        assertThat(Operator.restore(good, place.resolve("whole")).files()).isEqualTo(parts - 2);
    }

    @Test
    void aFolderIsRefusedWhenAnyOfItsFilesIsNotAsItWasSaved() throws Exception {
        OwnedData.fill(ada, rig.signsUp());
        Path good = place.resolve("good");
        operator().backup(good, false);
        List<Path> files;
        try (Stream<Path> all = Files.walk(good)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            byte[] changed = bytes.clone();
            changed[changed.length / 2] ^= 1;
            Files.write(file, changed);
            refuses(good, "changed " + file);
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
            refuses(good, "shorter " + file);
            Files.delete(file);
            refuses(good, "without " + file);
            Files.write(file, bytes);
        }
        Path link = good.resolve("more.key");
        Files.createSymbolicLink(link, Path.of("/etc/hostname"));
        refuses(good, "link");
    }

    @Test
    void namesThatLeadElsewhereAreRefused() throws Exception {
        for (String name :
                List.of(
                        "../evil.key",
                        "/tmp/evil.key",
                        "attachments/../../evil.enc",
                        "attachments/a/b.enc",
                        "roost.properties",
                        "relay.db-wal",
                        "native/x",
                        "")) {
            var out = new ByteArrayOutputStream();
            out.write(header(name, '0'));
            out.write(new byte[3 * BLOCK]);
            refuses(gzip(out.toByteArray()), name);
        }
        for (char type : new char[] {'1', '2', '3', '5', 'x', 'L'}) {
            var out = new ByteArrayOutputStream();
            out.write(header("relay.db", type));
            out.write(new byte[3 * BLOCK]);
            refuses(gzip(out.toByteArray()), "type " + type);
        }
        try (Stream<Path> all = Files.walk(place)) {
            assertThat(all.filter(path -> path.toString().contains("evil"))).isEmpty();
        }
        refuses("not a backup".getBytes(StandardCharsets.UTF_8), "text");
        refuses(gzip(new byte[4 * BLOCK]), "empty archive");
    }

    private static byte[] header(String name, char type) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name);
        put(block, 100, "0000600");
        put(block, 124, "00000000001");
        put(block, 257, "ustar");
        block[156] = (byte) type;
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, "%06o".formatted(sum));
        block[154] = 0;
        return block;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    @Test
    void whatAKilledBackupLeftIsRemovedByTheNextToTheSameTarget() throws Exception {
        Path file = place.resolve("b.tar.gz");
        String killed = ".b.tar.gz.0b0fd9a1-6d0c-4b58-9d9e-0f5d1a2b3c4d.tmp";
        String running = ".b.tar.gz.0b0fd9a1-6d0c-4b58-9d9e-0f5d1a2b3c4e.tmp";
        String other = ".other.tar.gz.0b0fd9a1-6d0c-4b58-9d9e-0f5d1a2b3c4d.tmp";
        for (String name : List.of(killed, running, other)) {
            Path folder = Files.createDirectory(place.resolve(name));
            Files.write(folder.resolve("backup"), new byte[10]);
            if (!name.equals(running)) {
                Files.setLastModifiedTime(
                        folder, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
            }
        }

        operator().backup(file, false);

        assertThat(place.resolve(killed)).doesNotExist();
        assertThat(place.resolve(running)).isDirectory();
        assertThat(place.resolve(other)).isDirectory();
    }

    @Test
    void aBackupIsForItsOwnerAloneAndReplacesNothingUnasked() throws Exception {
        Path file = place.resolve("b.tar.gz");
        Path folder = place.resolve("b");
        operator().backup(file, false);
        operator().backup(folder, false);
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(folder))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        byte[] first = Files.readAllBytes(file);
        for (Path taken : List.of(file, folder)) {
            assertThatThrownBy(() -> operator().backup(taken, false))
                    .isInstanceOf(BackupException.class)
                    .hasMessageContaining("exists already");
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
        ada.makesSession("more");
        operator().backup(file, true);
        operator().backup(folder, true);
        assertThat(Files.readAllBytes(file)).isNotEqualTo(first);
        Operator.restore(folder, place.resolve("r"));
        assertThat(leftovers()).isEmpty();
        Path other = place.resolve("other");
        Files.createDirectory(other);
        Files.writeString(other.resolve("letter.txt"), "x");
        assertThatThrownBy(() -> operator().backup(other, true))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("not a backup");
        assertThat(other.resolve("letter.txt")).exists();
    }

    @Test
    void whereTheDataIsGoneOrTheTargetIsTakenNothingIsRestored() throws Exception {
        Path file = place.resolve("b.tar.gz");
        operator().backup(file, false);
        Path taken = place.resolve("taken");
        Files.createDirectory(taken);
        Operator.restore(file, taken);
        assertThat(taken.resolve("relay.db")).exists();
        assertThatThrownBy(() -> Operator.restore(file, taken))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("not an empty folder");
        assertThatThrownBy(() -> Operator.restore(place.resolve("none.tar.gz"), place.resolve("x")))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("there is no backup");
        var nowhere = new Operator(rig.config().withDataDirectory(place.resolve("nowhere")));
        assertThatThrownBy(() -> nowhere.backup(place.resolve("y.tar.gz"), false))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("there is no relay");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void everyFileOfTheDataDirectoryIsInTheBackupOrIsKnownToBeNone() throws Exception {
        OwnedData.fill(ada, rig.signsUp());
        Path folder = place.resolve("b");
        operator().backup(folder, false);
        var known =
                Set.of("relay.lock", "relay.db-wal", "relay.db-shm", "native", "last-backup.json");
        for (String name : names(rig.config().dataDirectory())) {
            assertThat(known.contains(name) || Files.exists(folder.resolve(name)))
                    .as("%s is in the backup", name)
                    .isTrue();
        }
        assertThat(names(folder))
                .contains(
                        "attachment-links.key",
                        "recovery.key",
                        "vendor-tokens.key",
                        "web-push.json",
                        "attachments",
                        "manifest.json");
    }

    @Test
    void aRestoredRelayOpensWhatTheOldOneSealed() throws Exception {
        OwnedData.Made made = OwnedData.fill(ada, rig.signsUp());
        Path file = place.resolve("b.tar.gz");
        operator().backup(file, false);
        Path restored = place.resolve("r");
        Operator.restore(file, restored);
        try (Relay relay = Relay.start(rig.config().withDataDirectory(restored))) {
            Api api = new Api(rig.http(), relay.address(), Optional.of(ada.token()), Map.of());
            assertThat(api.get("/v1/connect/openai/token").text("token")).isEqualTo("sk-1");
            assertThat(api.get("/v1/sessions").body().path("sessions").get(0).path("id").asString())
                    .isEqualTo(made.session());
        }
        assertThat(names(restored)).doesNotContain("manifest.json", "manifest.sha256");
    }

    @Test
    void aBackupOfANewerProgramIsRefusedWithItsReason() throws Exception {
        rig.relay().close();
        Path data = rig.config().dataDirectory();
        Path file = place.resolve("b.tar.gz");
        try (var store = SqliteStore.open(StoreConfig.of(data.resolve("relay.db")))) {
            store.writeNow(
                    tx ->
                            tx.execute(
                                    "INSERT INTO schema_migration (number, name, checksum,"
                                            + " applied_at_ms) VALUES (9999, 'later', 'x', 0)"));
        }
        assertThatThrownBy(() -> operator().backup(file, false))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("newer program");
        assertThat(file).doesNotExist();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatANewerProgramAddedIsKeptByAnOlderOneThatCanGoOn() throws Exception {
        rig.relay().close();
        Path data = rig.config().dataDirectory();
        int next = Migration.ofProgram().size() + 1;
        try (var store = SqliteStore.open(StoreConfig.of(data.resolve("relay.db")))) {
            store.writeNow(
                    tx ->
                            tx.execute("CREATE TABLE later (id TEXT) STRICT")
                                    + tx.execute("INSERT INTO later (id) VALUES ('kept')")
                                    + tx.execute(
                                            "INSERT INTO schema_migration (number, name, checksum,"
                                                    + " applied_at_ms, older_go_on)"
                                                    + " VALUES (?, 'later', 'x', 0, 1)",
                                            next));
        }
        Path file = place.resolve("b.tar.gz");
        operator().backup(file, false);
        Path restored = place.resolve("r");
        Operator.restore(file, restored);
        try (var database = DatabaseFile.open(restored.resolve("relay.db"))) {
            assertThat(database.schema(Migration.ofProgram())).isEqualTo(next);
            assertThat(
                            database.<List<String>>read(
                                    sql ->
                                            sql.list(
                                                    "SELECT id FROM later",
                                                    row -> row.getString(1))))
                    .containsExactly("kept");
        }
        try (Relay relay = Relay.start(rig.config().withDataDirectory(restored))) {
            Api api = new Api(rig.http(), relay.address(), Optional.of(ada.token()), Map.of());
            assertThat(api.get("/v1/account/profile").status()).isEqualTo(200);
        }
    }

    private void refuses(byte[] archive, String what) throws IOException {
        Path file = place.resolve("damaged.tar.gz");
        Files.write(file, archive);
        refuses(file, what);
    }

    private void refuses(Path backup, String what) throws IOException {
        Path target = place.resolve("target");
        assertThatThrownBy(() -> Operator.restore(backup, target))
                .as(what)
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(backup.toString());
        assertThat(target).as(what).doesNotExist();
        assertThat(leftovers()).as(what).isEmpty();
    }

    /// What a command that ended should have removed.
    private List<String> leftovers() throws IOException {
        return names(place).stream().filter(name -> name.startsWith(".")).toList();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /// What an archive unpacks to; nothing when it does not.
    private static byte[] gunzip(byte[] bytes) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static long lastSeq(Api api) {
        return api.get("/v1/changes?after=0").body().path("lastSeq").asLong();
    }

    private Operator operator() {
        return new Operator(rig.config());
    }
}
