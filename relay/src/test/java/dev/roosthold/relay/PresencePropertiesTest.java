package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.protocol.SessionId;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import dev.roosthold.relay.presence.SessionKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/// Whatever sockets of a machine or session do, the lease and the row say what the rules say.
class PresencePropertiesTest {
    private static final RelayRig rig = RelayRig.start();
    private static final Person ada = rig.signsUp();

    /// Connections are numbers; those beyond 3 are never connected.
    sealed interface Step {
        record Connect(long connection) implements Step {}

        record Hear(long connection) implements Step {}

        record End(long connection, Presence.End how) implements Step {}

        record Pass(int seconds) implements Step {}

        record Alive(long connection) implements Step {}

        record Over() implements Step {}

        record Wanted() implements Step {}
    }

    /// The rules, told in the plainest way.
    private static final class Model {
        private final boolean trafficRequired;
        private final Map<Long, Long> heard = new HashMap<>();
        private final Set<Long> dismissed = new HashSet<>();
        private long waitsUntil;
        private long vouchedUntil;
        private long overUntil;
        private boolean active;

        Model(boolean trafficRequired) {
            this.trafficRequired = trafficRequired;
        }

        static Model made(long now) {
            var model = new Model(false);
            model.active = true;
            model.waitsUntil = now + 60_000;
            return model;
        }

        void apply(Step step, long now) {
            switch (step) {
                case Step.Connect(var connection) -> {
                    heard.put(connection, now);
                    if (now < overUntil) {
                        dismissed.add(connection);
                    } else {
                        counts(connection);
                    }
                }
                case Step.Hear(var connection) -> heard.computeIfPresent(connection, (_, _) -> now);
                case Step.End(var connection, var how) -> {
                    boolean counted = isHeld();
                    heard.remove(connection);
                    if (counted && !isHeld()) {
                        if (how == Presence.End.BROKEN) {
                            waitsUntil = now + 5_000;
                        } else {
                            active = now < vouchedUntil;
                        }
                    }
                    dismissed.remove(connection);
                }
                case Step.Pass _ -> {
                    if (trafficRequired) {
                        heard.values().removeIf(at -> now - at >= 60_000);
                    }
                    active = active && (isHeld() || now < waitsUntil || now < vouchedUntil);
                }
                case Step.Alive(var connection) -> {
                    if (now >= overUntil) {
                        if (heard.containsKey(connection)) {
                            counts(connection);
                        } else {
                            vouchedUntil = now + 60_000;
                            active = true;
                        }
                    }
                }
                case Step.Over() -> {
                    dismissed.addAll(heard.keySet());
                    active = false;
                    waitsUntil = 0;
                    vouchedUntil = 0;
                    overUntil = now + 60_000;
                }
                case Step.Wanted() -> overUntil = 0;
            }
        }

        private void counts(long connection) {
            dismissed.remove(connection);
            waitsUntil = 0;
            active = true;
        }

        private boolean isHeld() {
            return !dismissed.containsAll(heard.keySet());
        }
    }

    @AfterContainer
    static void stop() {
        rig.close();
    }

    @Property(tries = 40)
    void machinesFollowTheRules(@ForAll("steps") List<Step> steps) {
        String id = UUID.randomUUID().toString();
        ada.makesMachine(id);
        var key = new MachineKey(new AccountId(ada.account()), new MachineId(id));
        follow(rig.relay().presence(), key, new Model(true), steps, "machine", id);
    }

    @Property(tries = 60)
    void sessionsFollowTheRules(@ForAll("sessionSteps") List<Step> steps) {
        Answer made =
                ada.api()
                        .post(
                                "/v1/sessions",
                                Map.of("tag", UUID.randomUUID().toString(), "metadata", "x"));
        String id = made.body().path("session").path("id").asString();
        var key = new SessionKey(new AccountId(ada.account()), new SessionId(id));
        follow(rig.relay().sessionPresence(), key, Model.made(rig.now()), steps, "session", id);
    }

    private static <K> void follow(
            Presence<K> presence, K key, Model model, List<Step> steps, String table, String id) {
        for (Step step : steps) {
            switch (step) {
                case Step.Connect(var connection) -> {
                    presence.connected(key, connection, "socket" + connection);
                    presence.registered(key);
                }
                case Step.Hear(var connection) -> presence.heard(key, connection);
                case Step.End(var connection, var how) ->
                        presence.disconnected(key, connection, how);
                case Step.Pass(var seconds) -> rig.passes(Duration.ofSeconds(seconds));
                case Step.Alive(var connection) ->
                        presence.alive(key, connection, rig.now(), false);
                case Step.Over() -> presence.ended(key, rig.now()).join();
                case Step.Wanted() -> presence.wanted(key);
            }
            model.apply(step, rig.now());
            assertThat(presence.of(key).map(Activity::active).orElse(false))
                    .as("after %s", step)
                    .isEqualTo(model.active);
        }
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> writtenActive(table, id) == model.active);
        presence.removed(key);
    }

    @Provide
    static Arbitrary<List<Step>> steps() {
        return anyStep().list().ofMinSize(1).ofMaxSize(25);
    }

    @Provide
    static Arbitrary<List<Step>> sessionSteps() {
        Arbitrary<Step> step =
                Arbitraries.oneOf(
                        anyStep(),
                        Arbitraries.longs().between(1, 4).map(Step.Alive::new),
                        Arbitraries.of(new Step.Over(), new Step.Wanted()));
        return step.list().ofMinSize(1).ofMaxSize(30);
    }

    private static Arbitrary<Step> anyStep() {
        Arbitrary<Long> connections = Arbitraries.longs().between(1, 3);
        return Arbitraries.oneOf(
                connections.map(Step.Connect::new),
                connections.map(Step.Hear::new),
                Combinators.combine(connections, Arbitraries.of(Presence.End.class))
                        .as(Step.End::new),
                Arbitraries.integers().between(0, 70).map(Step.Pass::new));
    }

    private static boolean writtenActive(String table, String id) {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first(
                                                "SELECT active FROM " + table + " WHERE id = ?",
                                                row -> row.getBoolean(1),
                                                id)
                                        .orElseThrow());
    }
}
