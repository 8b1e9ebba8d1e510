package dev.roosthold.client.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.RelaySocket;
import dev.roosthold.client.Reply;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.network.Network;
import dev.roosthold.client.rig.Certificate;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.client.rig.TunnelProxy;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.http.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// REST and sockets through a real proxy, to a relay with a certificate of its own authority. The
/// name `relay.test` exists only for the proxy.
@Timeout(60)
class ProxyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir static Path folder;
    private static Certificate certificate;
    private static RelayRig plain;
    private static RelayRig secure;

    @BeforeAll
    static void start() throws Exception {
        certificate = Certificate.make(folder);
        plain = new RelayRig(folder.resolve("plain"));
        TlsFiles files = new TlsFiles(certificate.chain(), certificate.key());
        secure =
                new RelayRig(
                        folder.resolve("secure"),
                        config -> config.withFront(Front.USUAL.withTls(files)));
    }

    @AfterAll
    static void stop() {
        plain.close();
        secure.close();
    }

    private static RelayAddress relay(String scheme) {
        return RelayAddress.parse(scheme + "://relay.test:4711");
    }

    private static Map<String, String> through(TunnelProxy proxy, String credentials) {
        String address = "http://" + credentials + "127.0.0.1:" + proxy.port();
        Map<String, String> environment = new HashMap<>();
        environment.put("HTTP_PROXY", address);
        environment.put("HTTPS_PROXY", address);
        return environment;
    }

    private static Reply<Account> signIn(RelayAddress relay, Map<String, String> environment)
            throws InterruptedException {
        AccountOptions options = RelayRig.options().withNetwork(Network.of(environment));
        return Account.signIn(relay, MasterSecret.random(RelayRig.RANDOM), options);
    }

    private static void assertWorks(RelayAddress relay, Map<String, String> environment)
            throws Exception {
        try (Account account = RelayRig.success(signIn(relay, environment));
                Link link =
                        account.connect(Cursor.inMemory(), Heard.nothing(), LinkListener.NONE)) {
            RelaySocket socket = link.awaitSocket(PATIENCE).orElseThrow();
            assertThat(socket.call("ping", null, PATIENCE).get()).hasToString("{}");
        }
    }

    @Test
    void plainRelayIsReachedThroughTheProxyByBothWays() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(plain.port(), null)) {
            assertWorks(relay("http"), through(proxy, ""));
            assertThat(proxy.asked()).hasSizeGreaterThan(1).containsOnly("relay.test:4711");
        }
    }

    @Test
    void proxyGetsItsPasswordAndTheRelayItsTls() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(secure.port(), "me@home:pa:ss")) {
            Map<String, String> environment = through(proxy, "me%40home:pa%3Ass@");
            environment.put("ROOST_CA_FILE", certificate.authority().toString());
            assertWorks(relay("https"), environment);
            assertThat(proxy.asked()).hasSizeGreaterThan(1).containsOnly("relay.test:4711");
        }
    }

    @Test
    void wrongPasswordIsSaidByBothWaysAndNotShown() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(plain.port(), "me:right")) {
            Map<String, String> environment = through(proxy, "me:wrong@");
            assertThat(signIn(relay("http"), environment))
                    .isEqualTo(
                            new Reply.Unavailable<>(
                                    "the proxy does not accept the user name and password"));
        }
    }

    @Test
    void proxyThatIsGoneIsNotTakenForTheRelay() throws Exception {
        TunnelProxy gone = new TunnelProxy(plain.port(), null);
        gone.close();
        assertThat(signIn(relay("http"), through(gone, "")))
                .isEqualTo(new Reply.Unavailable<>("the proxy refuses the connection"));
    }

    @Test
    void hostOfNoProxyIsNotAskedFromTheProxy() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(plain.port(), null)) {
            Map<String, String> environment = through(proxy, "");
            environment.put("NO_PROXY", ".test");
            assertThat(signIn(relay("http"), environment)).isInstanceOf(Reply.Unavailable.class);
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void ownAuthorityIsTrustedWhenItIsNamedAndOnlyThen() throws Exception {
        RelayAddress relay = RelayAddress.parse("https://localhost:" + secure.port());
        assertThat(signIn(relay, Map.of()).toString()).contains("certificate");
        assertWorks(relay, Map.of("ROOST_CA_FILE", certificate.authority().toString()));
    }

    @Test
    void certificateOfAnotherHostIsRefusedAlsoWithItsAuthority() throws Exception {
        try (TunnelProxy proxy = new TunnelProxy(secure.port(), null)) {
            Map<String, String> environment = through(proxy, "");
            environment.put("ROOST_CA_FILE", certificate.authority().toString());
            assertThat(signIn(RelayAddress.parse("https://other.test"), environment).toString())
                    .contains("certificate");
        }
    }

    @Test
    void socketThatCannotConnectSaysWhy() throws Exception {
        List<String> reasons = new CopyOnWriteArrayList<>();
        RelayAddress relay = RelayAddress.parse("https://localhost:" + secure.port());
        AccountOptions trusting =
                RelayRig.options().withNetwork(Network.direct().trusting(certificate.authority()));
        MasterSecret secret = MasterSecret.random(RelayRig.RANDOM);
        try (Account account = RelayRig.success(Account.signIn(relay, secret, trusting))) {
            assertThat(account.listSessions()).isInstanceOf(Reply.Success.class);
        }
        try (Account account = Account.offline(relay, secret, RelayRig.options());
                Link link =
                        account.connect(
                                Cursor.inMemory(), Heard.nothing(), Heard.waiting(reasons))) {
            assertThat(link.awaitSocket(Duration.ofMillis(500))).isEmpty();
        }
        assertThat(reasons).isNotEmpty().allMatch(reason -> reason.contains("certificate"));
    }
}
