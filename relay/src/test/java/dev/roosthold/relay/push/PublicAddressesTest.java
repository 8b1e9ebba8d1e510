package dev.roosthold.relay.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublicAddressesTest {

    @Test
    void addressesOfTheInternetArePublic() {
        for (String address :
                List.of(
                        "8.8.8.8",
                        "1.0.0.1",
                        "100.63.255.255",
                        "100.128.0.0",
                        "172.15.255.255",
                        "172.32.0.0",
                        "192.167.255.255",
                        "198.17.255.255",
                        "198.20.0.0",
                        "223.255.255.255",
                        "2606:4700:4700::1111",
                        "2a00:1450:4001::1",
                        "::ffff:8.8.8.8",
                        "64:ff9b::8.8.8.8")) {
            assertThat(PublicAddresses.contain(InetAddress.ofLiteral(address)))
                    .as(address)
                    .isTrue();
        }
    }

    @Test
    void everythingElseIsNot() {
        for (String address :
                List.of(
                        "0.0.0.0",
                        "0.1.2.3",
                        "10.0.0.1",
                        "100.64.0.1",
                        "100.127.255.255",
                        "127.0.0.1",
                        "127.255.255.254",
                        "169.254.169.254",
                        "172.16.0.1",
                        "172.31.255.255",
                        "192.0.0.8",
                        "192.0.2.1",
                        "192.168.1.1",
                        "198.18.0.1",
                        "198.19.255.255",
                        "198.51.100.1",
                        "203.0.113.1",
                        "224.0.0.1",
                        "240.0.0.1",
                        "255.255.255.255",
                        "::",
                        "::1",
                        "::127.0.0.1",
                        "::ffff:127.0.0.1",
                        "::ffff:10.0.0.1",
                        "fe80::1",
                        "fec0::1",
                        "fc00::1",
                        "fd12:3456::1",
                        "ff02::1",
                        "2001::1",
                        "2001:db8::1",
                        "2002:7f00:1::1",
                        "3fff::1",
                        "64:ff9b::10.0.0.1",
                        "64:ff9b:1::1")) {
            assertThat(PublicAddresses.contain(InetAddress.ofLiteral(address)))
                    .as(address)
                    .isFalse();
        }
    }

    @Test
    void withAListOnlyItsHostsAndWhatIsBelowThemAreTaken() {
        var config = PushConfig.usual().withHosts(List.of("Push.example", "fcm.googleapis.com"));
        var endpoint = new Endpoint(config.hosts(), config.trusted());
        for (String good :
                List.of(
                        "https://push.example/a",
                        "https://PUSH.EXAMPLE/a",
                        "https://eu.push.example:8443/a",
                        "https://fcm.googleapis.com/fcm/send/x")) {
            assertThat(endpoint.parse(good)).as(good).contains(URI.create(good));
        }
        for (String bad :
                List.of(
                        "https://example/a",
                        "https://notpush.example/a",
                        "https://push.example.evil.example/a",
                        "https://push.example./a",
                        "https://googleapis.com/a",
                        "http://push.example/a",
                        "https://8.8.8.8/a")) {
            assertThat(endpoint.parse(bad)).as(bad).isEmpty();
        }
    }

    @Test
    void onlyHttpsAddressesThatMayBePublicAreTaken() {
        var endpoint = new Endpoint(List.of(), _ -> false);
        for (String good :
                List.of(
                        "https://push.example/send/abc?x=y",
                        "https://push.example:8443/a",
                        "https://8.8.8.8/a")) {
            assertThat(endpoint.parse(good)).as(good).contains(URI.create(good));
        }
        for (String bad :
                List.of(
                        "",
                        "x",
                        "/a",
                        "http://push.example/a",
                        "ftp://push.example/a",
                        "file:///etc/passwd",
                        "https:///a",
                        "https:push.example",
                        "https://me@push.example/a",
                        "https://push.example/a#b",
                        "https://push.example:99999/a",
                        "https://push.example/a b",
                        "https://push.exämple/a",
                        "https://push.example/\n",
                        "https://127.0.0.1/a",
                        "https://127.1/a",
                        "https://2130706433/a",
                        "https://0x7f.0.0.1/a",
                        "https://10.1.2.3/a",
                        "https://[::1]/a",
                        "https://[::ffff:127.0.0.1]/a",
                        "https://[fe80::1%25lo]/a",
                        "https://push.example/" + "a".repeat(2048))) {
            assertThat(endpoint.parse(bad)).as(bad).isEmpty();
        }
    }
}
