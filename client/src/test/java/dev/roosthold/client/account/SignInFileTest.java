package dev.roosthold.client.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roosthold.client.BearerToken;
import dev.roosthold.client.RelayAddress;
import dev.roosthold.crypto.BoxPublicKey;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.crypto.SymmetricKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SignInFileTest {
    private static final RelayAddress RELAY = RelayAddress.parse("https://relay.example/roost");
    private static final byte[] KEY = filled(7);

    @TempDir Path temp;

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static Stream<SignIn> signIns() {
        BearerToken bearer = new BearerToken("bearer-7");
        return Stream.of(
                new SignIn.Whole(RELAY, new MasterSecret(KEY), bearer, false),
                new SignIn.Whole(RELAY, new MasterSecret(KEY), bearer, true),
                new SignIn.Terminal(
                        RELAY, new BoxPublicKey(KEY), new SymmetricKey(filled(8)), bearer));
    }

    private SignInFile file() {
        return new SignInFile(temp.resolve("home"));
    }

    @ParameterizedTest
    @MethodSource("signIns")
    void isReadAsItWasWrittenAndBelongsToItsOwnerOnly(SignIn signIn) throws IOException {
        file().write(signIn);
        assertThat(file().read()).contains(signIn);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().path())))
                .isEqualTo("rw-------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(temp.resolve("home"))))
                .isEqualTo("rwx------");
    }

    @ParameterizedTest
    @MethodSource("signIns")
    void printsNoSecret(SignIn signIn) {
        assertThat(signIn.toString())
                .contains("relay.example")
                .doesNotContain("bearer-7")
                .doesNotContain(Base64.getEncoder().encodeToString(KEY))
                .doesNotContain(Arrays.toString(KEY));
    }

    @Test
    void rightsOfOthersAreTakenAway() throws IOException {
        SignInFile file = file();
        file.write(signIns().toList().getFirst());
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(file.read()).isPresent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void absentFileIsNoSignIn() {
        assertThat(file().read()).isEmpty();
        assertThat(temp.resolve("home")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[1]",
                "{\"format\":2,\"kind\":\"whole\",\"server\":\"https://a.example\"}",
                "{\"format\":1,\"kind\":\"other\",\"server\":\"https://a.example\",\"token\":\"t\"}",
                "{\"format\":1,\"kind\":\"whole\",\"server\":\"https://a.example\",\"token\":\"t\","
                        + "\"secret\":\"S0VZ\"}",
                "{\"format\":1,\"kind\":\"whole\",\"server\":\"https://a.example\",\"token\":\"t\","
                        + "\"secret\":\"hunter2!\"}",
                "{\"format\":1,\"kind\":\"whole\",\"server\":\"ftp://a.example\",\"token\":\"t\"}"
            })
    void strangeFileIsRefusedWithoutQuotingIt(String content) throws IOException {
        SignInFile file = file();
        Files.createDirectories(temp.resolve("home"));
        Files.writeString(file.path(), content);
        assertThatThrownBy(file::read)
                .isInstanceOf(SignInException.class)
                .hasMessageContaining("account.json")
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
    }

    @Test
    void isPutAsideUnderANewNameEachTimeAndDeleted() {
        SignInFile file = file();
        SignIn signIn = signIns().toList().getFirst();
        file.write(signIn);
        Path first = file.putAside("old");
        file.write(signIn);
        Path second = file.putAside("old");
        assertThat(first).exists().isNotEqualTo(second);
        assertThat(second).exists();
        assertThat(file.read()).isEmpty();
        file.write(signIn);
        file.delete();
        file.delete();
        assertThat(file.read()).isEmpty();
    }
}
