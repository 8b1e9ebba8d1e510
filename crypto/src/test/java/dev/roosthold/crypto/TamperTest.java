package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each form once, with every bit flipped, every end cut off, something added, and another key.
class TamperTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] PLAIN = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

    /// Key bits of an X25519 public key that its definition ignores: the highest.
    private static final int IGNORED_BIT = 7;

    /// A sealed text and how it is opened.
    ///
    /// @param ignoredByte where a bit does not count; negative for none
    private record Form(
            String name,
            byte[] sealed,
            int ignoredByte,
            Function<byte[], Object> open,
            Function<byte[], Object> openWithAnotherKey) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Form> forms() {
        MasterSecret master = MasterSecret.random(RANDOM);
        SymmetricKey key = SymmetricKey.random(RANDOM);
        BoxSecretKey recipient = BoxSecretKey.random(RANDOM);
        SecretBoxCipher older = new SecretBoxCipher(master, RANDOM);
        DataKeyCipher dataKey = new DataKeyCipher(key, RANDOM);
        SymmetricKey sessionBlobs = Blob.keyOf(key);
        SymmetricKey masterBlobs = Blob.keyOf(master);
        BoxSecretKey otherRecipient = BoxSecretKey.random(RANDOM);
        SymmetricKey otherKey = SymmetricKey.random(RANDOM);
        return Stream.of(
                new Form(
                        "older record",
                        older.seal(PLAIN),
                        -1,
                        older::open,
                        new SecretBoxCipher(MasterSecret.random(RANDOM), RANDOM)::open),
                new Form(
                        "data-key record",
                        dataKey.seal(PLAIN),
                        -1,
                        dataKey::open,
                        new DataKeyCipher(otherKey, RANDOM)::open),
                new Form(
                        "blob of a session",
                        Blob.seal(PLAIN, sessionBlobs, RANDOM),
                        -1,
                        blob -> Blob.open(blob, sessionBlobs),
                        blob -> Blob.open(blob, masterBlobs)),
                new Form(
                        "blob of the older form",
                        Blob.seal(PLAIN, masterBlobs, RANDOM),
                        -1,
                        blob -> Blob.open(blob, masterBlobs),
                        blob -> Blob.open(blob, sessionBlobs)),
                new Form(
                        "envelope",
                        Envelope.seal(PLAIN, recipient.publicKey(), RANDOM),
                        31,
                        envelope -> Envelope.open(envelope, recipient),
                        envelope -> Envelope.open(envelope, otherRecipient)),
                new Form(
                        "data encryption key",
                        bytes(DataEncryptionKey.wrap(key, recipient.publicKey(), RANDOM)),
                        32,
                        field -> DataEncryptionKey.unwrap(Texts.base64(field), recipient),
                        field -> DataEncryptionKey.unwrap(Texts.base64(field), otherRecipient)),
                new Form(
                        "pairing answer with everything",
                        bytes(
                                new PairingAnswer.FullAccess(master)
                                        .seal(recipient.publicKey(), RANDOM)),
                        31,
                        answer -> PairingAnswer.open(Texts.base64(answer), recipient),
                        answer -> PairingAnswer.open(Texts.base64(answer), otherRecipient)),
                new Form(
                        "pairing answer with the content key",
                        bytes(
                                new PairingAnswer.ContentKey(recipient.publicKey())
                                        .seal(recipient.publicKey(), RANDOM)),
                        31,
                        answer -> PairingAnswer.open(Texts.base64(answer), recipient),
                        answer -> PairingAnswer.open(Texts.base64(answer), otherRecipient)));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyFlippedBitIsRefused(Form form) {
        for (int bit = 0; bit < form.sealed().length * 8; bit++) {
            if (bit / 8 == form.ignoredByte() && bit % 8 == IGNORED_BIT) {
                continue;
            }
            byte[] damaged = form.sealed().clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            refused(form, damaged);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyTruncationAndEveryAdditionIsRefused(Form form) {
        byte[] sealed = form.sealed();
        for (int length = 0; length < sealed.length; length++) {
            refused(form, Arrays.copyOf(sealed, length));
            refused(form, Arrays.copyOfRange(sealed, sealed.length - length, sealed.length));
        }
        refused(form, Arrays.copyOf(sealed, sealed.length + 1));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void anotherKeyIsRefusedAndTheRightOneOpens(Form form) {
        assertThat(form.open().apply(form.sealed())).isNotNull();
        assertThatThrownBy(() -> form.openWithAnotherKey().apply(form.sealed()))
                .isInstanceOf(CryptoException.class);
    }

    /// The points of small order, with which everyone's secret is the same.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    void keyThatGivesNoSecretIsRefusedOnBothSides(String point) {
        BoxPublicKey weak = new BoxPublicKey(HexFormat.of().parseHex(point));
        SymmetricKey key = SymmetricKey.random(RANDOM);
        assertThatThrownBy(() -> DataEncryptionKey.wrap(key, weak, RANDOM))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("no shared secret");
        byte[] envelope = Arrays.copyOf(weak.bytes(), 100);
        assertThatThrownBy(() -> Envelope.open(envelope, BoxSecretKey.random(RANDOM)))
                .isInstanceOf(CryptoException.class)
                .hasMessageContaining("no shared secret");
    }

    @Test
    void base64IsReadWithAndWithoutPadding() {
        MasterSecret master = MasterSecret.random(RANDOM);
        SymmetricKey key = SymmetricKey.random(RANDOM);
        BoxSecretKey recipient = BoxSecretKey.random(RANDOM);
        for (int length = 0; length < 3; length++) {
            for (RecordCipher cipher :
                    new RecordCipher[] {
                        new SecretBoxCipher(master, RANDOM), new DataKeyCipher(key, RANDOM)
                    }) {
                String text = cipher.sealText("x".repeat(length));
                assertThat(cipher.openText(text)).hasSize(length);
                assertThat(cipher.openText(text.replace("=", ""))).hasSize(length);
            }
        }
        String answer = new PairingAnswer.FullAccess(master).seal(recipient.publicKey(), RANDOM);
        assertThat(PairingAnswer.open(answer.replace("=", ""), recipient))
                .isEqualTo(new PairingAnswer.FullAccess(master));
    }

    @Test
    void nothingInsideIsAnEmptyTextInBothForms() {
        RecordCipher older = new SecretBoxCipher(MasterSecret.random(RANDOM), RANDOM);
        RecordCipher dataKey = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
        assertThat(older.openText(older.sealText(""))).isEmpty();
        assertThat(dataKey.openText(dataKey.sealText(""))).isEmpty();
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static void refused(Form form, byte[] sealed) {
        assertThatThrownBy(() -> form.open().apply(sealed)).isInstanceOf(CryptoException.class);
    }
}
