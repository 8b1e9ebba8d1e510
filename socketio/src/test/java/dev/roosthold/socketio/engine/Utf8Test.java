package dev.roosthold.socketio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

    @Property
    void agreesWithTheDecoderOfTheJdkOnAnyBytes(@ForAll @Size(max = 24) byte[] bytes) {
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(jdkAccepts(bytes));
    }

    @Property
    void everyTextIsValid(@ForAll String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isTrue();
    }

    @Property
    void agreesWithTheDecoderOfTheJdkNearTheEdgesOfSequences(
            @ForAll("edges") byte @Size(max = 12) [] bytes) {
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(jdkAccepts(bytes));
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<byte[]> edges() {
        byte[] interesting = {
            0x41,
            0x7f,
            (byte) 0x80,
            (byte) 0x8f,
            (byte) 0x90,
            (byte) 0x9f,
            (byte) 0xa0,
            (byte) 0xbf,
            (byte) 0xc1,
            (byte) 0xc2,
            (byte) 0xdf,
            (byte) 0xe0,
            (byte) 0xed,
            (byte) 0xef,
            (byte) 0xf0,
            (byte) 0xf4,
            (byte) 0xf5,
            (byte) 0xff
        };
        Byte[] boxed = new Byte[interesting.length];
        for (int i = 0; i < boxed.length; i++) {
            boxed[i] = interesting[i];
        }
        return net.jqwik.api.Arbitraries.of(boxed).array(byte[].class).ofMaxSize(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c080", "eda080", "f4908080", "e28", "80", "f0808080", "ff"})
    void overlongFormsSurrogatesAndStrayBytesAreRefused(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        assertThat(Utf8.isValid(bytes, 0, bytes.length)).isFalse();
    }

    private static boolean jdkAccepts(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException invalid) {
            return false;
        }
    }
}
