package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTokenTest {
    private static final String ID = "V1StGXR8_Z5jdHi6B-myT";
    private static final String SECRET = "0123456789abcdefghijklmnopqrstuv";

    @Test
    void pastedTokenSplitsAtItsColonAndShowsNoSecret() {
        MachineToken token = MachineToken.parse("  " + ID + ":" + SECRET + "\n");
        assertThat(token.machine().value()).isEqualTo(ID);
        assertThat(token.secret()).isEqualTo(SECRET);
        assertThat(token.toString()).isEqualTo(ID + ":[redacted]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ID,
                ID + ":",
                ID + ":short",
                "short:" + SECRET,
                ID + ":" + SECRET + ":more",
                ID + ":0123456789abcdefghijk!mnopq",
                ID + "x:" + SECRET
            })
    void otherTextIsRefusedWithoutRepeatingIt(String text) {
        assertThatThrownBy(() -> MachineToken.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<id>:<secret>")
                .hasMessageNotContaining(SECRET)
                .hasMessageNotContaining(ID);
    }

    @Test
    void secretOfMoreThan128CharactersIsRefused() {
        assertThat(MachineToken.parse(ID + ":" + "a".repeat(128)).secret()).hasSize(128);
        assertThatThrownBy(() -> MachineToken.parse(ID + ":" + "a".repeat(129)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bearerShowsNothingAndCannotBreakAHeader() {
        assertThat(new BearerToken("abc")).hasToString("Secret[redacted]");
        assertThatThrownBy(() -> new BearerToken("a\r\nb"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BearerToken("")).isInstanceOf(IllegalArgumentException.class);
    }
}
