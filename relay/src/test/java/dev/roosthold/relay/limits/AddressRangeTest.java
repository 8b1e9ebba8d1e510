package dev.roosthold.relay.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.7, 10.0.0.7, true",
        "10.0.0.7, 10.0.0.8, false",
        "192.168.4.0/23, 192.168.5.255, true",
        "192.168.4.0/23, 192.168.6.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "::ffff:10.0.0.1, 10.0.0.1, true",
    })
    void aRangeHoldsWhatBeginsLikeIt(String range, String address, boolean inside) {
        assertThat(AddressRange.parse(range).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.1/8",
                "10/8",
                "::/129",
                "10.0.0.0/8/8",
                "256.0.0.1",
                "10.0.0.0/ 8"
            })
    void whatIsNoRangeIsRefused(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void addressesOfOneIpv6NetworkCountTogether() {
        assertThat(network("2001:db8:1:2:aaaa::1")).isEqualTo(network("2001:db8:1:2:bbbb::9"));
        assertThat(network("2001:db8:1:2::1")).isNotEqualTo(network("2001:db8:1:3::1"));
        assertThat(network("192.0.2.1")).isNotEqualTo(network("192.0.2.2"));
    }

    private static String network(String address) {
        return ClientAddress.network(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
    }
}
