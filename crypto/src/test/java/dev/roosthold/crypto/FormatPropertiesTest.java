package dev.roosthold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Positive;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FormatPropertiesTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final BoxSecretKey RECIPIENT = BoxSecretKey.random(RANDOM);
    private static final BoxPublicKey RECIPIENT_PUBLIC = RECIPIENT.publicKey();

    @Property
    void dataKeyRecordOpensAndEveryDamageIsRefused(
            @ForAll @Size(max = 300) byte[] plain, @ForAll @Positive int at, @ForAll byte flip) {
        DataKeyCipher cipher = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
        byte[] record = cipher.seal(plain);
        assertThat(record).hasSize(plain.length + 29);
        assertThat(cipher.open(record)).isEqualTo(plain);
        refused(() -> cipher.open(damaged(record, at, flip)));
        refused(() -> new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM).open(record));
    }

    @Property
    void secretBoxRecordOpensAndEveryDamageIsRefused(
            @ForAll @Size(max = 300) byte[] plain, @ForAll @Positive int at, @ForAll byte flip) {
        SecretBoxCipher cipher = new SecretBoxCipher(MasterSecret.random(RANDOM), RANDOM);
        byte[] record = cipher.seal(plain);
        assertThat(record).hasSize(plain.length + 40);
        assertThat(cipher.open(record)).isEqualTo(plain);
        refused(() -> cipher.open(damaged(record, at, flip)));
        refused(() -> new SecretBoxCipher(MasterSecret.random(RANDOM), RANDOM).open(record));
    }

    @Property(tries = 200)
    void blobOpensAndEveryDamageIsRefused(
            @ForAll @Size(max = 300) byte[] plain, @ForAll @Positive int at, @ForAll byte flip) {
        SymmetricKey key = Blob.keyOf(SymmetricKey.random(RANDOM));
        byte[] blob = Blob.seal(plain, key, RANDOM);
        assertThat(Blob.open(blob, key)).isEqualTo(plain);
        refused(() -> Blob.open(damaged(blob, at, flip), key));
    }

    /// The highest bit of an X25519 public key is ignored by definition (RFC 7748, section 5), so
    /// flipping that one bit changes nothing and is left out.
    @Property(tries = 300)
    void envelopeOpensForItsRecipientOnlyAndEveryDamageIsRefused(
            @ForAll @Size(max = 100) byte[] plain, @ForAll @Positive int at, @ForAll byte flip) {
        byte[] envelope = Envelope.seal(plain, RECIPIENT_PUBLIC, RANDOM);
        assertThat(envelope).hasSize(plain.length + 72);
        assertThat(Envelope.open(envelope, RECIPIENT)).isEqualTo(plain);
        refused(() -> Envelope.open(envelope, BoxSecretKey.random(RANDOM)));
        byte[] damaged = damaged(envelope, at, flip);
        damaged[31] = (byte) (damaged[31] & 0x7f | envelope[31] & 0x80);
        if (!Arrays.equals(damaged, envelope)) {
            refused(() -> Envelope.open(damaged, RECIPIENT));
        }
    }

    @Property(tries = 200)
    void wrappedKeyComesBackAndEveryOtherVersionIsRefused(
            @ForAll @IntRange(min = 1, max = 255) int version) {
        SymmetricKey key = SymmetricKey.random(RANDOM);
        String field = DataEncryptionKey.wrap(key, RECIPIENT_PUBLIC, RANDOM);
        byte[] bytes = Base64.getDecoder().decode(field);
        assertThat(bytes).hasSize(105);
        assertThat(DataEncryptionKey.unwrap(field, RECIPIENT)).isEqualTo(key);
        bytes[0] = (byte) version;
        String other = Base64.getEncoder().encodeToString(bytes);
        refused(() -> DataEncryptionKey.unwrap(other, RECIPIENT));
    }

    @Property
    void dataKeyRecordOfAnyOtherVersionIsRefused(
            @ForAll @IntRange(min = 1, max = 255) int version) {
        DataKeyCipher cipher = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
        byte[] record = cipher.seal(new byte[10]);
        record[0] = (byte) version;
        refused(() -> cipher.open(record));
    }

    @Property
    void anyBytesAreRefusedWithTheOneError(@ForAll @Size(max = 200) byte[] bytes) {
        refused(() -> new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM).open(bytes));
        refused(() -> new SecretBoxCipher(MasterSecret.random(RANDOM), RANDOM).open(bytes));
        refused(() -> Envelope.open(bytes, RECIPIENT));
    }

    @Property
    void anyTextIsRefusedWithTheOneError(@ForAll String text) {
        refused(() -> new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM).openText(text));
        refused(() -> DataEncryptionKey.unwrap(text, RECIPIENT));
        refused(() -> PairingAnswer.open(text, RECIPIENT));
        assertThat(PairingLink.parse(text)).isEmpty();
    }

    @Test
    void pairingAnswersComeBackAsTheyWereGiven() {
        PairingAnswer all = new PairingAnswer.FullAccess(MasterSecret.random(RANDOM));
        PairingAnswer key = new PairingAnswer.ContentKey(RECIPIENT_PUBLIC);
        assertThat(PairingAnswer.open(all.seal(RECIPIENT_PUBLIC, RANDOM), RECIPIENT))
                .isEqualTo(all);
        assertThat(PairingAnswer.open(key.seal(RECIPIENT_PUBLIC, RANDOM), RECIPIENT))
                .isEqualTo(key);
    }

    @Test
    void pairingAnswerOfAnotherFormIsRefused() {
        for (int length : new int[] {0, 31, 34}) {
            String answer = Texts.base64(Envelope.seal(new byte[length], RECIPIENT_PUBLIC, RANDOM));
            refused(() -> PairingAnswer.open(answer, RECIPIENT));
        }
        byte[] version1 = new byte[33];
        version1[0] = 1;
        String answer = Texts.base64(Envelope.seal(version1, RECIPIENT_PUBLIC, RANDOM));
        refused(() -> PairingAnswer.open(answer, RECIPIENT));
    }

    @Test
    void plaintextThatIsNotUtf8IsRefused() {
        DataKeyCipher cipher = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
        String record = Texts.base64(cipher.seal(new byte[] {(byte) 0xff}));
        refused(() -> cipher.openText(record));
    }

    @Test
    void emptyPlaintextIsAnEmptyTextAndNotAFailure() {
        DataKeyCipher cipher = new DataKeyCipher(SymmetricKey.random(RANDOM), RANDOM);
        assertThat(cipher.openText(Texts.base64(cipher.seal(new byte[0])))).isEmpty();
    }

    @Test
    void nothingIsSealedToAKeyThatGivesNoSecret() {
        refused(() -> Envelope.seal(new byte[1], new BoxPublicKey(new byte[32]), RANDOM));
        refused(() -> Envelope.open(new byte[100], RECIPIENT));
    }

    @Test
    void noKeyShowsItselfAndKeysOfDifferentKindsDiffer() {
        byte[] bytes = new byte[32];
        MasterSecret master = new MasterSecret(bytes);
        assertThat(master).hasToString("Secret[redacted]").isEqualTo(new MasterSecret(bytes));
        assertThat(new SymmetricKey(bytes)).hasToString("Secret[redacted]").isNotEqualTo(master);
        assertThat(AccountKeys.of(master)).hasToString("Secret[redacted]");
        assertThat(KeyTree.root(master, "x")).hasToString("Secret[redacted]");
        assertThat(new PairingAnswer.FullAccess(master).toString()).contains("redacted");
        bytes[0] = 1;
        assertThat(master.bytes()[0]).isZero();
        refused(() -> new MasterSecret(new byte[31]));
    }

    private static byte[] damaged(byte[] bytes, int at, byte flip) {
        byte[] copy = bytes.clone();
        copy[at % copy.length] ^= flip == 0 ? 1 : flip;
        return copy;
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(CryptoException.class);
    }
}
