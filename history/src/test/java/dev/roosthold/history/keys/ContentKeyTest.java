package dev.roosthold.history.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/// Contract of the sync daemon, section 12.4.
final class ContentKeyTest {
    private static final HexFormat HEX = HexFormat.of();

    private static ContentKey key() {
        return new ContentKey(
                HEX.parseHex("845b54dd6b7ce261f6dd21fdfba81a2ed8b9f7b20b0cd43b6e2af2fc5a1219b2"));
    }

    @Test
    void section12_3_vectorOfTheBlob() {
        byte[] blob =
                key().seal(
                                "hello world".getBytes(StandardCharsets.UTF_8),
                                HEX.parseHex("000102030405060708090a0b"));
        assertThat(HEX.formatHex(blob))
                .isEqualTo(
                        "01000102030405060708090a0bf22a2e9f09c5f4e7725f653f283c5de62cb8e214683d12c11e5fcb");
        assertThat(key().open(blob)).isEqualTo("hello world".getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 200)
    void section12_4_whatIsSealedOpens(@ForAll @Size(max = 2000) byte[] plaintext) {
        byte[] blob = key().seal(plaintext);
        assertThat(blob).hasSize(plaintext.length + 29).startsWith(1);
        assertThat(key().open(blob)).isEqualTo(plaintext);
        assertThat(key().openText(Base64.getEncoder().encodeToString(blob))).isEqualTo(plaintext);
    }

    @Property(tries = 300)
    void section12_4_oneBitTurnedOverIsRefused(
            @ForAll @Size(min = 1, max = 200) byte[] plaintext,
            @ForAll @IntRange(min = 0, max = 100_000) int place) {
        byte[] blob = key().seal(plaintext);
        int bit = place % (blob.length * 8);
        blob[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> key().open(blob)).isInstanceOf(DecryptionException.class);
    }

    @Property(tries = 200)
    void section12_4_anyBytesGiveAValueOrOneError(@ForAll @Size(max = 100) byte[] bytes) {
        assertThatThrownBy(() -> key().open(bytes))
                .isInstanceOf(DecryptionException.class)
                .hasMessage("cannot be decrypted")
                .hasNoCause();
    }

    @Test
    void section12_4_reservedVersionsAreRefused() {
        byte[] blob = key().seal(new byte[10]);
        for (int version : new int[] {0x00, 0x02, 0xff}) {
            blob[0] = (byte) version;
            assertThatThrownBy(() -> key().open(blob)).isInstanceOf(DecryptionException.class);
        }
    }

    @Test
    void section12_4_anotherKeyOrAShorterOrLongerBlobIsRefused() {
        byte[] blob = key().seal(new byte[10]);
        ContentKey other = new ContentKey(new byte[32]);
        assertThatThrownBy(() -> other.open(blob)).isInstanceOf(DecryptionException.class);
        assertThatThrownBy(() -> key().open(new byte[28])).isInstanceOf(DecryptionException.class);
        assertThatThrownBy(() -> key().open(new byte[10_270]))
                .isInstanceOf(DecryptionException.class);
        assertThatThrownBy(() -> key().openText("no base64!"))
                .isInstanceOf(DecryptionException.class);
    }

    @Test
    void section12_5_moreThan10240BytesAreNotSealed() {
        assertThat(key().seal(new byte[10_240])).hasSize(10_269);
        assertThatThrownBy(() -> key().seal(new byte[10_241]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void section12_4_everyNonceIsAnother() {
        byte[] one = key().seal(new byte[1]);
        byte[] other = key().seal(new byte[1]);
        assertThat(one).isNotEqualTo(other);
    }
}
