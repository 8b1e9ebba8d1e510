package dev.roosthold.client.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the variables of the environment mean.
class NetworkTest {
    private static final ProxyAddress PROXY =
            new ProxyAddress("proxy.test", 3128, Optional.empty());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "example.org            | example.org      | 443  | true",
                "example.org            | EXAMPLE.org.     | 443  | true",
                "example.org            | www.example.org  | 443  | true",
                "example.org            | badexample.org   | 443  | false",
                "example.org            | example.org.evil | 443  | false",
                ".example.org           | www.example.org  | 443  | true",
                ".example.org           | example.org      | 443  | false",
                "*.example.org          | a.b.example.org  | 443  | true",
                "*.example.org          | example.org      | 443  | false",
                "example.org:8443       | example.org      | 8443 | true",
                "example.org:8443       | example.org      | 443  | false",
                "a.test, b.test c.test  | c.test           | 80   | true",
                "*                      | anything         | 80   | true",
                "*:8080                 | anything         | 80   | false",
                "192.0.2.7              | 192.0.2.7        | 80   | true",
                "192.0.2.7              | 192.0.2.70       | 80   | false",
                "192.0.2.7:81           | 192.0.2.7        | 80   | false",
                "10.0.0.0/8             | 10.200.3.4       | 80   | true",
                "10.0.0.0/8             | 11.0.0.1         | 80   | false",
                "10.1.2.0/23            | 10.1.3.255       | 80   | true",
                "10.1.2.0/23            | 10.1.4.0         | 80   | false",
                "0.0.0.0/0              | 198.51.100.1     | 80   | true",
                "0.0.0.0/0              | example.org      | 80   | false",
                "10.0.0.0/33            | 10.0.0.1         | 80   | false",
                "10.0.0.0/x             | 10.0.0.1         | 80   | false",
                "fd00::/8               | fd12::1          | 80   | true",
                "fd00::/8               | fe80::1          | 80   | false",
                "2001:db8::1            | 2001:db8:0::1    | 80   | true",
                "[2001:db8::1]:443      | 2001:db8::1      | 443  | true",
                "[2001:db8::1]:443      | 2001:db8::1      | 80   | false",
                "0.0.0.7                | .7               | 80   | false",
                ",,  ,:,.,*.,:99999     | example.org      | 80   | false",
            })
    void hostWithoutProxyIsOneOfTheList(String list, String host, int port, boolean expected) {
        assertThat(new NoProxy(list).matches(host, port)).isEqualTo(expected);
    }

    @Test
    void eachSchemeHasItsProxyAndLowerCaseWins() {
        Network network =
                Network.of(
                        Map.of(
                                "HTTP_PROXY", "http://upper.test:1",
                                "http_proxy", "http://proxy.test:3128",
                                "HTTPS_PROXY", "secure.test"));
        assertThat(network.proxyTo(URI.create("http://relay.test"))).contains(PROXY);
        assertThat(network.proxyTo(URI.create("https://relay.test:8443")))
                .contains(new ProxyAddress("secure.test", 80, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:3005", "http://127.9.9.9", "http://[::1]:3005"})
    void thisComputerIsNeverReachedThroughAProxy(String relay) {
        Network network = Network.of(Map.of("HTTP_PROXY", "http://proxy.test:3128"));
        assertThat(network.proxyTo(URI.create(relay))).isEmpty();
    }

    @Test
    void portOfTheSchemeCountsForNoProxy() {
        Network network =
                Network.of(
                        Map.of(
                                "HTTPS_PROXY", "http://proxy.test:3128",
                                "no_proxy", "relay.test:443"));
        assertThat(network.proxyTo(URI.create("https://relay.test"))).isEmpty();
        assertThat(network.proxyTo(URI.create("https://relay.test:444"))).contains(PROXY);
    }

    @Test
    void emptyVariableIsNone() {
        Network network = Network.of(Map.of("HTTP_PROXY", " ", "ROOST_CA_FILE", ""));
        assertThat(network.proxyTo(URI.create("http://relay.test"))).isEmpty();
    }

    @Test
    void credentialsAreDecodedAndNeverPrinted() {
        ProxyAddress proxy = ProxyAddress.parse("http://us%40er:p%3Ass+w%20rd@[2001:db8::1]:8080/");
        assertThat(proxy.credentials()).contains("us@er:p:ss+w rd");
        assertThat(proxy.host()).isEqualTo("2001:db8::1");
        assertThat(proxy).hasToString("http://[redacted]@[2001:db8::1]:8080");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://user:secret@proxy.test:1",
                "socks5://user:secret@proxy.test",
                "http://user:secret@",
                "http://user:secret@proxy.test:99999",
                "http://user:sec ret@proxy.test:1",
                "http://user:secret%zz@proxy.test:1"
            })
    void proxyOfAnotherFormIsNamedWithItsVariableAndWithoutItsSecret(String value) {
        assertThatThrownBy(() -> Network.of(Map.of("HTTPS_PROXY", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("HTTPS_PROXY: ")
                .hasMessageNotContaining("sec");
    }

    @Test
    void fileWithoutCertificatesIsRefused(@TempDir Path folder) throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        Path text = Files.writeString(folder.resolve("text.pem"), "not a certificate");
        Path absent = folder.resolve("absent.pem");
        for (Path file : new Path[] {empty, text, absent}) {
            assertThatThrownBy(() -> Network.of(Map.of("ROOST_CA_FILE", file.toString())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(file.toString());
        }
    }
}
