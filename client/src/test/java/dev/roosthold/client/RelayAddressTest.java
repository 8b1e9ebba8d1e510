package dev.roosthold.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayAddressTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:3005, http://127.0.0.1:3005",
        "' https://Relay.Example/ ', https://relay.example",
        "HTTP://[::1]:80//, http://[::1]:80",
        "https://Example.org/Roost/, https://example.org/Roost"
    })
    void typedAddressIsRead(String typed, String address) {
        assertThat(RelayAddress.parse(typed)).hasToString(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "relay.example",
                "ws://relay.example",
                "file:///etc/passwd",
                "http://",
                "http://user:password@relay.example",
                "http://relay.example/a//b",
                "http://relay.example/%2e",
                "http://relay.example/a b",
                "http://relay.example?x=1",
                "http://relay.example#x",
                "http://relay.example:99999",
                "http://relay.example:0",
                "http://a b"
            })
    void otherAddressesAreRefusedWithoutRepeatingThem(String typed) {
        assertThatThrownBy(() -> RelayAddress.parse(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("password");
    }

    @ParameterizedTest
    @CsvSource({
        "http://relay.example, true",
        "http://192.168.1.2:3005, true",
        "http://0.0.0.0:3005, true",
        "http://[2001:db8::1]:3005, true",
        "http://localhost.example, true",
        "https://relay.example, false",
        "http://127.0.0.1:3005, false",
        "http://[::1]:3005, false",
        "http://localhost:3005, false"
    })
    void onlyPlainHttpToAnotherComputerIsReadableOnTheWay(String address, boolean readable) {
        assertThat(RelayAddress.parse(address).isReadableOnTheWay()).isEqualTo(readable);
    }
}
