package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.relay.operator.OperatorTasks;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `roost accounts sign-out`: all credentials of an account end, and nothing else.
@Timeout(60)
class AccountSignOutTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private RelayRig rig;
    private Person ada;
    private Person bob;

    @BeforeEach
    void start() {
        rig = RelayRig.start();
        ada = rig.signsUp();
        bob = rig.signsUp();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void socketsAndTokensEndWithinASecondAndTheDataStays() {
        Person phone = rig.signsIn(ada.key());
        String session = ada.makesSession("s");
        var machine = EnrolledMachine.of(ada);
        Client page = ada.page().connected();
        Client daemon = machine.daemon().connected();
        Client others = bob.page().connected();

        String task =
                OperatorTasks.submitSignOut(rig.relay().store(), new AccountId(ada.account()));
        long begin = System.nanoTime();
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(3))
                .until(() -> ada.api().get("/v1/devices").status() == 401);
        // The relay looks once a second, which is the second that is promised.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));

        page.end();
        daemon.end();
        await().until(() -> OperatorTasks.outcome(rig.relay().store(), task).isPresent());
        for (Api api : List.of(ada.api(), phone.api(), machine.api())) {
            assertThat(api.get("/v1/sessions").error()).isEqualTo("Invalid token");
        }
        assertThat(ada.page().outcome()).isEqualTo("Invalid authentication token");
        assertThat(others.isConnected()).isTrue();
        assertThat(bob.api().get("/v1/devices").body()).hasSize(1);

        Person back = rig.signsIn(ada.key());
        assertThat(back.account()).isEqualTo(ada.account());
        assertThat(back.api().get("/v1/sessions/" + session).status()).isEqualTo(200);
        assertThat(back.api().get("/v1/devices").body()).hasSize(1);
        var signOut = back.api().get("/v1/web/audit").body().path("entries").path(1);
        assertThat(signOut.path("kind").asString()).isEqualTo("sign-out");
        assertThat(signOut.path("device").isNull()).isTrue();
    }

    @Test
    void aPairingThatWasAgreedToMakesNoCredentialAfterwards() throws Exception {
        var key = Map.of("publicKey", Base64.getEncoder().encodeToString(RelayRig.randomBytes(32)));
        rig.api().post("/v1/auth/request", key);
        assertThat(
                        ada.api()
                                .post(
                                        "/v1/auth/response",
                                        Map.of(
                                                "publicKey",
                                                key.get("publicKey"),
                                                "response",
                                                "cg=="))
                                .status())
                .isEqualTo(200);

        assertThat(signOut(ada.account())).contains(OperatorTasks.Outcome.DONE);

        assertThat(rig.api().post("/v1/auth/request", key).text("state")).isEqualTo("requested");
    }

    @Test
    void anUnknownAccountIsSaidToBeUnknown() throws Exception {
        assertThat(signOut("nobody")).contains(OperatorTasks.Outcome.NO_ACCOUNT);
    }

    @Test
    void withoutARelayTheCommandDoesItByItself() throws Exception {
        rig.relay().close();

        assertThat(signOut(ada.account())).contains(OperatorTasks.Outcome.DONE);

        rig.restarts();
        assertThat(ada.api().get("/v1/devices").status()).isEqualTo(401);
        assertThat(bob.api().get("/v1/devices").status()).isEqualTo(200);
    }

    private Optional<OperatorTasks.Outcome> signOut(String account) throws Exception {
        return new Operator(rig.config()).signOut(new AccountId(account), PATIENCE);
    }
}
