package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.relay.auth.RegistrationPolicy;
import dev.roosthold.relay.doctor.Finding;
import dev.roosthold.relay.doctor.Finding.Level;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `roost doctor`: each thing that can be wrong is made wrong, and told.
@Timeout(60)
@Tag("file")
class DoctorTest {
    @TempDir Path place;
    private RelayRig rig;
    private Person ada;

    @BeforeEach
    void start() {
        rig = RelayRig.start(config -> config.withMetricsPort(0));
        ada = rig.signsUp();
        OwnedData.fill(ada, rig.signsUp());
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void nothingIsWrongWithAHealthyRelayAndLookingChangesNothing() throws Exception {
        new Operator(rig.config()).backup(place.resolve("b.tar.gz"), false);
        Map<String, String> before = files();
        List<Finding> found = looks(rig.config());
        assertThat(files()).isEqualTo(before);
        assertThat(found).filteredOn(one -> one.level() == Level.WRONG).isEmpty();
        assertThat(level(found, "relay")).isEqualTo(Level.OK);
        assertThat(level(found, "database")).isEqualTo(Level.OK);
        assertThat(level(found, "schema")).isEqualTo(Level.OK);
        assertThat(level(found, "attachments")).isEqualTo(Level.OK);
        assertThat(level(found, "metrics")).isEqualTo(Level.OK);
        assertThat(level(found, "backup")).isEqualTo(Level.OK);
        assertThat(level(found, "modes")).isEqualTo(Level.OK);
        assertThat(level(found, "registration")).isEqualTo(Level.OK);
        assertThat(told(found, "relay")).contains(rig.relay().address().toString());
    }

    @Test
    void aRelayThatNeverWasIsNoFault() {
        List<Finding> found =
                looks(rig.config().withDataDirectory(place.resolve("none")).withPort(0));
        assertThat(found).filteredOn(one -> one.level() == Level.WRONG).isEmpty();
        assertThat(place.resolve("none")).doesNotExist();
    }

    @Test
    void anAgeingBackupIsAWarning() throws Exception {
        assertThat(level(looks(rig.config()), "backup")).isEqualTo(Level.WARNING);
        new Operator(rig.config()).backup(place.resolve("b.tar.gz"), false);
        rig.clock().pass(Duration.ofDays(8));
        assertThat(level(looks(rig.config()), "backup")).isEqualTo(Level.WARNING);
    }

    @Test
    void secretsThatOthersCanReadAreWrong() throws Exception {
        Path key = rig.config().dataDirectory().resolve("recovery.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        List<Finding> found = looks(rig.config());
        assertThat(level(found, "modes")).isEqualTo(Level.WRONG);
        assertThat(told(found, "modes")).contains("recovery.key");
    }

    @Test
    void anAttachmentWithoutItsFileIsWrong() throws Exception {
        try (Stream<Path> files = Files.list(rig.config().dataDirectory().resolve("attachments"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThat(level(looks(rig.config()), "attachments")).isEqualTo(Level.WRONG);
    }

    @Test
    void aDamagedDatabaseIsWrong() throws Exception {
        rig.relay().close();
        Path database = rig.config().dataDirectory().resolve("relay.db");
        try (var file = new RandomAccessFile(database.toFile(), "rw")) {
            byte[] noise = new byte[4096];
            Arrays.fill(noise, (byte) 0x5a);
            for (long at = 8192; at + 4096 < file.length(); at += 8192) {
                file.seek(at);
                file.write(noise);
            }
        }
        assertThat(level(looks(rig.config()), "database")).isEqualTo(Level.WRONG);
    }

    @Test
    void aClockThatWentBackIsWrong() {
        RelayConfig past = rig.config().withClock(() -> rig.clock().instant().minusSeconds(86_400));
        assertThat(level(looks(past), "time of data")).isEqualTo(Level.WRONG);
        RelayConfig old = rig.config().withClock(() -> Instant.EPOCH);
        assertThat(level(looks(old), "clock")).isEqualTo(Level.WRONG);
    }

    @Test
    void aPortThatAnotherProgramHasIsWrongWhileNoRelayRuns() throws Exception {
        rig.relay().close();
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            List<Finding> found =
                    looks(
                            rig.config()
                                    .withPort(taken.getLocalPort())
                                    .withMetricsPort(taken.getLocalPort()));
            assertThat(level(found, "port")).isEqualTo(Level.WRONG);
            assertThat(level(found, "metrics port")).isEqualTo(Level.WRONG);
            assertThat(level(found, "relay")).isEqualTo(Level.SKIPPED);
        }
    }

    @Test
    void openRegistrationWhereOthersComeIsWrong() {
        rig.relay().close();
        RelayConfig open =
                rig.config()
                        .withRegistration(RegistrationPolicy.OPEN)
                        .withPublicUrl(URI.create("http://relay.example"));
        List<Finding> found = looks(open);
        assertThat(level(found, "registration")).isEqualTo(Level.WRONG);
        assertThat(level(found, "encryption")).isEqualTo(Level.WRONG);
        assertThat(level(looks(open.withRegistration(RegistrationPolicy.AUTO)), "registration"))
                .isEqualTo(Level.OK);
    }

    @Test
    void aPublicAddressThatLeadsNowhereIsWrong() throws Exception {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            free = socket.getLocalPort();
        }
        try (RelayRig public_ =
                RelayRig.start(
                        config -> config.withPublicUrl(URI.create("http://127.0.0.1:" + free)))) {
            assertThat(level(looks(public_.config()), "public address")).isEqualTo(Level.WRONG);
        }
    }

    private List<Finding> looks(RelayConfig config) {
        return new Operator(config).doctor();
    }

    private static Level level(List<Finding> found, String check) {
        return one(found, check).level();
    }

    private static String told(List<Finding> found, String check) {
        return one(found, check).what();
    }

    private static Finding one(List<Finding> found, String check) {
        return found.stream()
                .filter(one -> one.check().equals(check))
                .findFirst()
                .orElseThrow(() -> new AssertionError(check + " was not looked at: " + found));
    }

    /// Names, sizes and modes; the files of the database by their content too.
    /// What the data directory holds, without what the running relay writes by itself: the log of
    /// its database, also when it is asked whether it is ready.
    private Map<String, String> files() throws IOException {
        var all = new TreeMap<String, String>();
        try (Stream<Path> paths = Files.walk(rig.config().dataDirectory())) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = path.getFileName().toString();
                if (!name.endsWith("-shm") && !name.endsWith("-wal")) {
                    all.put(
                            path.toString(),
                            Files.size(path)
                                    + " "
                                    + Files.getPosixFilePermissions(path)
                                    + Arrays.hashCode(Files.readAllBytes(path)));
                }
            }
        }
        return all;
    }
}
