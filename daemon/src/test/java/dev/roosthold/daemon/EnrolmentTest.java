package dev.roosthold.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.client.MachineToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.AccountKeys;
import dev.roosthold.crypto.MasterSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolmentTest {
    private static final RelayAddress SERVER = RelayAddress.parse("http://127.0.0.1:3005");
    private static final String SECRET = "0123456789abcdefghijklmnopqrstuv";
    private static final MachineToken TOKEN = MachineToken.parse("V1StGXR8_Z5jdHi6B-myT:" + SECRET);
    private static final MachineToken OTHER = MachineToken.parse("AAAAAAAAAAAAAAAAAAAAA:" + SECRET);
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-21T07:08:09Z"), ZoneOffset.UTC);

    @TempDir Path temp;
    private final AccountKey key = newKey();
    private Path home;
    private Path root;
    private Enrolment enrolment;

    private static AccountKey newKey() {
        MasterSecret master = MasterSecret.random(new SecureRandom());
        return new AccountKey(AccountKeys.of(master).contentPublicKey());
    }

    @BeforeEach
    void places() throws IOException {
        home = temp.resolve("a/home");
        root = Files.createDirectory(temp.resolve("root")).toRealPath();
        enrolment = new Enrolment(home, CLOCK, new SecureRandom());
    }

    private EnrolmentResult enrol(MachineToken token, AccountKey accountKey, boolean replace) {
        return enrolment.enrol(SERVER, token, accountKey, root, replace);
    }

    private MachineCredential.WithToken enrolled() {
        return ((EnrolmentResult.Enrolled) enrol(TOKEN, key, false)).credential();
    }

    @Test
    void credentialIsStoredForItsOwnerOnly() throws IOException {
        MachineCredential.WithToken made = enrolled();

        assertThat(new Enrolment(home).current()).contains(made);
        assertThat(made.rootDirectory()).isEqualTo(root);
        assertThat(modes(home)).isEqualTo("rwx------");
        assertThat(modes(home.resolve("machine.json"))).isEqualTo("rw-------");
        assertThat(files()).containsExactly("machine.json", "machine.lock");
    }

    @Test
    void sameTokenAgainKeepsTheMachineKey() {
        MachineCredential.WithToken first = enrolled();
        assertThat(enrol(TOKEN, key, false)).isEqualTo(new EnrolmentResult.Continued(first));
        assertThat(enrol(TOKEN, key, true)).isEqualTo(new EnrolmentResult.Continued(first));
        assertThat(files()).containsExactly("machine.json", "machine.lock");
    }

    @Test
    void replacedTokenOfTheSameMachineKeepsTheMachineKey() {
        MachineCredential.WithToken first = enrolled();
        MachineToken renewed = MachineToken.parse("V1StGXR8_Z5jdHi6B-myT:" + "z".repeat(32));
        assertThat(enrol(renewed, key, false)).isInstanceOf(EnrolmentResult.Continued.class);
        var now = (MachineCredential.WithToken) enrolment.current().orElseThrow();
        assertThat(now.token()).isEqualTo(renewed);
        assertThat(now.machineKey()).isEqualTo(first.machineKey());
    }

    @Test
    void anotherMachineIsRefusedAndNothingChanges() {
        MachineCredential.WithToken first = enrolled();
        assertThat(enrol(OTHER, key, false))
                .isInstanceOfSatisfying(
                        EnrolmentResult.Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .contains("V1StGXR8_Z5jdHi6B-myT", "--replace")
                                        .doesNotContain(SECRET));
        assertThat(enrolment.current()).contains(first);
    }

    @Test
    void anotherAccountKeyForTheSameMachineIsRefused() {
        MachineCredential.WithToken first = enrolled();
        assertThat(enrol(TOKEN, newKey(), false)).isInstanceOf(EnrolmentResult.Refused.class);
        assertThat(enrolment.current()).contains(first);
    }

    @Test
    void replaceKeepsTheOldFileBesideTheNewOne() throws IOException {
        MachineCredential.WithToken first = enrolled();
        byte[] old = Files.readAllBytes(home.resolve("machine.json"));

        EnrolmentResult result = enrol(OTHER, key, true);

        Path kept = home.resolve("machine.json.20261121T070809Z");
        assertThat(result)
                .isInstanceOfSatisfying(
                        EnrolmentResult.Enrolled.class,
                        enrolled -> {
                            assertThat(enrolled.replaced()).contains(kept);
                            assertThat(enrolled.credential().machineKey())
                                    .isNotEqualTo(first.machineKey());
                        });
        assertThat(kept).hasBinaryContent(old);
        assertThat(modes(kept)).isEqualTo("rw-------");

        enrol(TOKEN, key, true);
        assertThat(home.resolve("machine.json.20261121T070809Z-2")).exists();
        assertThat(kept).hasBinaryContent(old);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "[]", "{\"format\":2}", "{\"format\":1,\"server\":7}"})
    void damagedFileIsNeitherUsedNorLost(String content) throws IOException {
        Files.createDirectories(home);
        Files.writeString(home.resolve("machine.json"), content);

        assertThatThrownBy(() -> enrolment.current())
                .isInstanceOf(DaemonException.class)
                .hasMessageContaining("machine.json")
                .hasNoCause();
        assertThat(enrol(TOKEN, key, false)).isInstanceOf(EnrolmentResult.Refused.class);
        assertThat(home.resolve("machine.json")).hasContent(content);

        assertThat(enrol(TOKEN, key, true)).isInstanceOf(EnrolmentResult.Enrolled.class);
        assertThat(home.resolve("machine.json.20261121T070809Z")).hasContent(content);
    }

    @Test
    void fileThatOthersCouldReadIsTightened() throws IOException {
        enrolled();
        Path file = home.resolve("machine.json");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(enrolment.current()).isPresent();
        assertThat(modes(file)).isEqualTo("rw-------");
    }

    @Test
    void rootDirectoryMustExist() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        for (Path wrong : List.of(temp.resolve("absent"), file)) {
            assertThat(enrolment.enrol(SERVER, TOKEN, key, wrong, false))
                    .isInstanceOf(EnrolmentResult.Refused.class);
        }
        assertThat(home).doesNotExist();
    }

    @Test
    void whileADaemonRunsItsCredentialIsNotChanged() {
        MachineCredential.WithToken first = enrolled();
        try (DaemonLock _ = DaemonLock.tryAcquire(home).orElseThrow()) {
            assertThat(enrol(TOKEN, key, false)).isEqualTo(new EnrolmentResult.Continued(first));
            assertThat(enrol(OTHER, key, true)).isInstanceOf(EnrolmentResult.Refused.class);
            assertThat(DaemonLock.tryAcquire(home)).isEmpty();
        }
        assertThat(enrolment.current()).contains(first);
        assertThat(enrol(OTHER, key, true)).isInstanceOf(EnrolmentResult.Enrolled.class);
    }

    @Test
    void nothingSecretIsInTheTextOfACredential() {
        MachineCredential.WithToken made = enrolled();
        assertThat(made.toString())
                .doesNotContain(SECRET)
                .doesNotContain(key.text())
                .doesNotContain(Base64.getEncoder().encodeToString(made.machineKey().bytes()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 42, 44})
    void accountKeyOfAnotherLengthIsRefusedWithoutRepeatingIt(int length) {
        assertThatThrownBy(() -> AccountKey.parse("k".repeat(length)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("43")
                .hasMessageNotContaining("kkk");
    }

    @Test
    void accountKeyIsReadBackAsWritten() {
        assertThat(AccountKey.parse(" " + key.text() + "\n")).isEqualTo(key);
        assertThatThrownBy(() -> AccountKey.parse("!".repeat(43)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(home)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String modes(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
