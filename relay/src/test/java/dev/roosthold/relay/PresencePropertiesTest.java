package dev.roosthold.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.MachineId;
import dev.roosthold.relay.presence.Activity;
import dev.roosthold.relay.presence.MachineKey;
import dev.roosthold.relay.presence.Presence;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/// Whatever sockets of a machine do, the lease and the row say what the rules say.
class PresencePropertiesTest {
    private static final RelayRig rig = RelayRig.start();
    private static final Person ada = rig.signsUp();

    sealed interface Step {
        record Connect(String socket) implements Step {}

        record Hear(String socket) implements Step {}

        record End(String socket, Presence.End how) implements Step {}

        record Pass(int seconds) implements Step {}
    }

    /// The rules, told in the plainest way: when each socket was heard, and until when a broken
    /// connection is forgiven.
    private static final class Model {
        private final Map<String, Long> heard = new HashMap<>();
        private long forgivenUntil;
        private boolean online;

        void apply(Step step, long now) {
            switch (step) {
                case Step.Connect(var socket) -> {
                    heard.put(socket, now);
                    forgivenUntil = 0;
                    online = true;
                }
                case Step.Hear(var socket) -> heard.computeIfPresent(socket, (_, _) -> now);
                case Step.End(var socket, var how) -> {
                    if (heard.remove(socket) != null && heard.isEmpty() && online) {
                        online = how == Presence.End.BROKEN;
                        forgivenUntil = online ? now + 5_000 : 0;
                    }
                }
                case Step.Pass _ -> {
                    boolean silent = heard.values().removeIf(at -> now - at >= 60_000);
                    if ((silent && heard.isEmpty())
                            || (forgivenUntil != 0 && now >= forgivenUntil)) {
                        online = false;
                        forgivenUntil = 0;
                    }
                }
            }
        }
    }

    @AfterContainer
    static void stop() {
        rig.close();
    }

    @Property(tries = 40)
    void leaseAndRowFollowTheRules(@ForAll("steps") List<Step> steps) {
        String id = UUID.randomUUID().toString();
        ada.makesMachine(id);
        var machine = new MachineKey(new AccountId(ada.account()), new MachineId(id));
        Presence presence = rig.relay().presence();
        var model = new Model();

        for (Step step : steps) {
            switch (step) {
                case Step.Connect(var socket) -> {
                    presence.connected(machine, socket);
                    presence.registered(machine);
                }
                case Step.Hear(var socket) -> presence.heard(machine, socket);
                case Step.End(var socket, var how) -> presence.disconnected(machine, socket, how);
                case Step.Pass(var seconds) -> rig.passes(Duration.ofSeconds(seconds));
            }
            model.apply(step, rig.now());
            assertThat(presence.of(machine).map(Activity::active).orElse(false))
                    .as("after %s", step)
                    .isEqualTo(model.online);
        }
        await().until(() -> writtenActive(id) == model.online);
        presence.removed(machine);
    }

    @Provide
    static Arbitrary<List<Step>> steps() {
        Arbitrary<String> sockets = Arbitraries.of("a", "b", "c");
        Arbitrary<Step> step =
                Arbitraries.oneOf(
                        sockets.map(Step.Connect::new),
                        sockets.map(Step.Hear::new),
                        Combinators.combine(sockets, Arbitraries.of(Presence.End.class))
                                .as(Step.End::new),
                        Arbitraries.integers().between(0, 70).map(Step.Pass::new));
        return step.list().ofMinSize(1).ofMaxSize(25);
    }

    private static boolean writtenActive(String id) {
        return rig.relay()
                .store()
                .readNow(
                        sql ->
                                sql.first(
                                                "SELECT active FROM machine WHERE id = ?",
                                                row -> row.getBoolean(1),
                                                id)
                                        .orElseThrow());
    }
}
