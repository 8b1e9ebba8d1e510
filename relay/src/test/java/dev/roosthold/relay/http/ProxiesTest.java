package dev.roosthold.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.relay.limits.AddressRange;
import dev.roosthold.relay.limits.ClientAddress;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
    private static final String PROXY = "10.0.0.1";

    private final Proxies proxies =
            new Proxies(List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("fd00::/8")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.7                              | 192.0.2.7",
                "192.0.2.66, 192.0.2.7                  | 192.0.2.7",
                "192.0.2.66, 192.0.2.7, 10.9.9.9        | 192.0.2.7",
                "192.0.2.66,192.0.2.7,fd00::5,10.9.9.9  | 192.0.2.7",
                "10.1.1.1, 10.2.2.2                     | 10.1.1.1",
                "192.0.2.7:4711                         | 192.0.2.7",
                "[2001:db8::7]:4711                     | 2001:db8:0:0:0:0:0:7",
                "2001:db8::7                            | 2001:db8:0:0:0:0:0:7",
                "::ffff:192.0.2.7                       | 192.0.2.7",
                "unknown                                | 10.0.0.1",
                "192.0.2.7, unknown                     | 10.0.0.1",
                "192.0.2.7, unknown, 10.3.3.3           | 10.3.3.3",
                "relay.example                          | 10.0.0.1",
                "fe80::1%eth0                           | 10.0.0.1",
                "''                                     | 10.0.0.1",
            })
    void theClientIsTheLastAddressThatIsNoProxy(String header, String client) {
        assertThat(client(visit(PROXY, "X-Forwarded-For", header))).isEqualTo(client);
    }

    @Test
    void severalLinesAreOneList() {
        var visit = visit(PROXY, "X-Forwarded-For", "192.0.2.66", "X-Forwarded-For", "192.0.2.7");
        assertThat(client(visit)).isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=192.0.2.7;proto=https;host=a.example           | 192.0.2.7 | true | a.example",
                "For=\"[2001:db8::7]:4711\";Proto=HTTPS | 2001:db8:0:0:0:0:0:7 | true | own.example",
                "for=192.0.2.66;proto=https, for=192.0.2.7;proto=http | 192.0.2.7 | false | own.example",
                "for=192.0.2.7;proto=https;host=\"a.example:8443\", for=10.2.2.2;proto=http | 192.0.2.7 | true | a.example:8443",
                "for=_hidden;host=\"a,b;c\"                         | 10.0.0.1 | false | own.example",
                "proto=https                                        | 10.0.0.1 | true | own.example",
                "garbage;;==,\"                                     | 10.0.0.1 | false | own.example",
            })
    void theStandardHeaderIsUnderstood(String header, String client, boolean secure, String host) {
        Visit visit = visit(PROXY, "Forwarded", header);
        assertThat(client(visit)).isEqualTo(client);
        assertThat(visit.secure()).isEqualTo(secure);
        assertThat(visit.authority()).contains(host);
    }

    @Test
    void theCommonHeadersWinOverTheOneThatAProxyLetsPass() {
        var visit =
                visit(
                        PROXY,
                        "Forwarded",
                        "for=192.0.2.66;proto=https;host=evil.example",
                        "X-Forwarded-For",
                        "192.0.2.7",
                        "X-Forwarded-Host",
                        "a.example");
        assertThat(client(visit)).isEqualTo("192.0.2.7");
        assertThat(visit.secure()).isFalse();
        assertThat(visit.authority()).contains("a.example");
    }

    @Test
    void schemeAndHostBelongToTheHopOfTheClient() {
        var visit =
                visit(
                        PROXY,
                        "X-Forwarded-For",
                        "192.0.2.66, 192.0.2.7, 10.2.2.2",
                        "X-Forwarded-Proto",
                        "http, https, http",
                        "X-Forwarded-Host",
                        "evil.example, a.example, inner.example");
        assertThat(visit.secure()).isTrue();
        assertThat(visit.authority()).contains("a.example");
    }

    @Test
    void othersAreNotBelieved() {
        for (String header : List.of("X-Forwarded-For", "Forwarded")) {
            var visit =
                    visit(
                            "192.0.2.1",
                            header,
                            "192.0.2.7",
                            "X-Forwarded-Proto",
                            "https",
                            "X-Forwarded-Host",
                            "evil.example");
            assertThat(client(visit)).isEqualTo("192.0.2.1");
            assertThat(visit.secure()).isFalse();
            assertThat(visit.authority()).contains("own.example");
        }
    }

    @Test
    void aHostThatIsNoneStandsInNoAddress() {
        assertThat(visit(PROXY, "X-Forwarded-Host", "a.example/evil?").site(""))
                .contains("http://own.example");
        assertThat(visit(PROXY, "X-Forwarded-Host", "a.example").site("/roost"))
                .contains("http://a.example/roost");
    }

    @Test
    void aMadeUpListIsReadOnlySoFar() {
        String header = "192.0.2.66, " + "10.1.1.1, ".repeat(1_000) + "10.2.2.2";
        assertThat(client(visit(PROXY, "X-Forwarded-For", header))).isEqualTo("10.1.1.1");
    }

    private Visit visit(String peer, String... headers) {
        var all = new DefaultHttpHeaders().add("Host", "own.example");
        for (int i = 0; i < headers.length; i += 2) {
            all.add(headers[i], headers[i + 1]);
        }
        return proxies.visit(new InetSocketAddress(InetAddress.ofLiteral(peer), 1234), false, all);
    }

    private static String client(Visit visit) {
        return ClientAddress.of(visit.client());
    }
}
