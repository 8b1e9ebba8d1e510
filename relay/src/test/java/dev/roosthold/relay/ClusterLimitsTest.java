package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.relay.cluster.ClusterConfig;
import dev.roosthold.relay.cluster.NatsUrl;
import dev.roosthold.relay.http.Front;
import dev.roosthold.relay.limits.Rate;
import dev.roosthold.relay.store.PostgresUrl;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who spreads over two nodes gets no more than at one.
@Tag("peers")
@Timeout(120)
class ClusterLimitsTest {
    private static NatsServer nats;

    @TempDir Path directory;
    private PostgresUrl database;
    private RelayRig one;
    private RelayRig two;

    @BeforeAll
    static void startNats() {
        nats = NatsServer.start();
    }

    @AfterAll
    static void stopNats() {
        nats.close();
    }

    @BeforeEach
    void start() {
        database = TestDatabase.fresh();
        one = RelayRig.start(this::node);
        two = RelayRig.start(this::node);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    private RelayConfig node(RelayConfig config) {
        Front front = config.front();
        return config.withDatabase(database)
                .withDataDirectory(directory)
                .withCluster(new ClusterConfig(NatsUrl.parse(nats.address())))
                .withClock(InstantSource.system())
                .withFront(
                        front.withLimits(
                                front.limits()
                                        .withSocketsPerAccount(4)
                                        .withRequestsPerAccount(new Rate(40, 0.01))));
    }

    private static Person at(RelayRig rig, Person person) {
        return new Person(rig, person.key(), person.token(), person.account());
    }

    @Test
    void failuresAtOneNodeCountAtTheOther() {
        Person ada = one.signsUp();
        String id = one.machineId();
        ada.addsMachine(id, "laptop");
        for (int i = 0; i < 10; i++) {
            assertThat(authenticate(one, id)).isEqualTo(401);
        }
        // What asks meanwhile fails too, and counts.
        await().until(() -> authenticate(two, id) == 429);
        assertThat(authenticate(two, one.machineId())).as("the address counts too").isEqualTo(429);
    }

    private static int authenticate(RelayRig rig, String id) {
        return rig.api()
                .post("/v1/machines/authenticate", Map.of("machineId", id, "secret", rig.secret()))
                .status();
    }

    @Test
    void requestsOfAnAccountAtOneNodeCountAtTheOther() {
        Person ada = one.signsUp();
        Api there = at(two, ada).api();
        for (int i = 0; i < 35; i++) {
            assertThat(ada.api().get("/v1/machines").status()).isEqualTo(200);
        }
        // Of ten or fewer that are left, each look takes one.
        for (int i = 0; i < 6; i++) {
            there.get("/v1/machines");
        }
        await().until(() -> there.get("/v1/machines").status() == 429);
        assertThat(two.signsUp().api().get("/v1/machines").status()).isEqualTo(200);
    }

    @Test
    void socketsOfAnAccountCountAtAllNodesAndLeaveRoomWhenTheyHaveGone() {
        Person ada = one.signsUp();
        Person adaAtTwo = at(two, ada);
        List<Client> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(ada.page().connected());
        }
        await().until(() -> tries(adaAtTwo).equals("Too many connections of this account"));
        two.signsUp().page().connected();
        sockets.forEach(Client::leaves);
        await().until(() -> tries(adaAtTwo).equals("connected"));
    }

    /// Connects and leaves again.
    private static String tries(Person person) {
        try (Client page = person.page()) {
            return page.outcome();
        }
    }
}
