package dev.roosthold.jazz.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.roosthold.jazz.account.AccountKey;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.schema.ItemType;
import dev.roosthold.jazz.transport.RefusedException;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.jazz.view.WritesView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Devices of one person and of several, on a small relay in the same process.
@NullUnmarked // what is missing fails the test
final class JazzSyncTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final MemoryRelay relay = new MemoryRelay();
    private final AccountKey ada = AccountKey.random(new SecureRandom());
    private final List<Jazz> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Jazz::close);
    }

    private Jazz device(AccountKey key) {
        return keep(Jazz.open(JazzOptions.of(key).dialer(relay)));
    }

    private Jazz keep(Jazz jazz) {
        open.add(jazz);
        return jazz;
    }

    @Test
    void anAccountIsMadeOnlyWhenTheRelayHasNone() {
        device(ada).createAccount("Ada", SOON);
        Jazz second = device(ada);
        assertThatThrownBy(() -> second.createAccount("Ada again", SOON))
                .isInstanceOf(JazzException.AccountExists.class);
        second.login(SOON);
        assertThat(second.isLoggedIn()).isTrue();
        assertThat(second.profile()).isPresent();
        assertThatThrownBy(() -> device(AccountKey.random(new SecureRandom())).login(SOON))
                .isInstanceOf(JazzException.NoAccount.class);
    }

    @Test
    void nothingIsMadeWhileTheRelayIsAway() {
        relay.reachable = false;
        Jazz device = device(ada);
        assertThatThrownBy(() -> device.createAccount("Ada", Duration.ofMillis(50)))
                .isInstanceOf(JazzException.TimedOut.class);
        assertThat(device.isLoggedIn()).isFalse();
        assertThat(device.connectionState()).isEqualTo(ConnectionState.CONNECTING);
        relay.reachable = true;
        device.createAccount("Ada", SOON);
        assertThat(device.unsynced()).isZero();
    }

    @Test
    void devicesThatMadeTheAccountApartMeet() {
        relay.reachable = false;
        Jazz one = device(ada);
        Jazz two = device(ada);
        one.createAccountOffline("Ada");
        two.createAccountOffline("Ada");
        CoFeed<String> here = one.createUniqueFeed(ItemType.TEXT, one.account(), "feed");
        CoFeed<String> there = two.createUniqueFeed(ItemType.TEXT, two.account(), "feed");
        assertThat(there.id()).isEqualTo(here.id());
        here.add("one");
        there.add("two");
        relay.reachable = true;
        one.awaitSynced(SOON);
        two.awaitSynced(SOON);
        await().until(() -> here.items().size() == 2 && there.items().size() == 2);
        here.add("three");
        await().until(() -> there.items().size() == 3);
    }

    @Test
    void whatAnEarlierStartSentIsHereAfterARefreshThoughTheFileIsOld(@TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("a.db");
        Path old = folder.resolve("old.db");
        CoId feed;
        try (Jazz one = Jazz.open(JazzOptions.of(ada).dialer(relay).file(file))) {
            one.createAccount("Ada", SOON);
            feed = one.createUniqueFeed(ItemType.TEXT, one.account(), "feed").id();
            one.awaitSynced(SOON);
        }
        Files.copy(file, old);
        try (Jazz one = Jazz.open(JazzOptions.of(ada).dialer(relay).file(file))) {
            one.feed(ItemType.TEXT, feed).add("sent");
            one.awaitSynced(SOON);
        }
        Jazz later = keep(Jazz.open(JazzOptions.of(ada).dialer(relay).file(old)));
        assertThat(later.refresh(feed).get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(later.feed(ItemType.TEXT, feed).items()).hasSize(1);
        CoId missing = Jazz.uniqueId(ValueType.MAP, later.account(), "nobody made it");
        assertThat(later.refresh(missing).get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void aWriteCanHaveATimeOfItsOwnButNotBeforeTheAccount() {
        Jazz one = device(ada);
        one.createAccountOffline("Ada");
        CoId map = one.createUnique(ValueType.MAP, one.account(), "map");
        long now = System.currentTimeMillis();
        one.writeAt(map, List.of(Changes.set("k", Json.of("late"))), now + 60_000);
        one.writeAt(map, List.of(Changes.set("k", Json.of("early"))), now + 30_000);
        one.writeAt(map, List.of(Changes.set("old", Json.of("old"))), 5);
        List<WritesView.Write> writes = one.read(node -> node.writes(map).take());
        assertThat(writes).hasSize(3);
        assertThat(writes.get(1).madeAt()).isEqualTo(now + 30_000);
        assertThat(writes.get(2).madeAt()).isGreaterThan(5);
        Map<String, Json> read = one.read(node -> node.map(map).entries());
        assertThat(read).containsEntry("k", Json.of("late")).containsEntry("old", Json.of("old"));
        writes = one.read(node -> node.writes(map).take());
        assertThat(writes).isEmpty();
        one.write(map, List.of(Changes.set("x", Json.of("new"))));
        writes = one.read(node -> node.writes(map).take());
        assertThat(writes).hasSize(1);
    }

    @Test
    void aRelayThatLostEverythingGetsItAgain(@TempDir Path folder) {
        var options = JazzOptions.of(ada).dialer(relay).file(folder.resolve("a.db"));
        CoId id;
        try (Jazz one = Jazz.open(options)) {
            one.createAccount("Ada", SOON);
            CoFeed<String> feed = one.createFeed(ItemType.TEXT, one.account());
            feed.add("a", "b");
            one.awaitSynced(SOON);
            id = feed.id();
        }
        relay.forget();
        relay.reachable = false;
        try (Jazz one = Jazz.open(options)) {
            one.feed(ItemType.TEXT, id).add("c");
            assertThat(one.unsynced()).isEqualTo(1);
        }
        relay.reachable = true;
        keep(Jazz.open(options)).awaitSynced(SOON);
        Jazz two = device(ada);
        two.login(SOON);
        assertThat(two.load(id, SOON)).isTrue();
        assertThat(two.feed(ItemType.TEXT, id).items()).hasSize(3);
    }

    @Test
    void writesDuringCutConnectionsAllArrive() {
        Jazz one = device(ada);
        one.createAccount("Ada", SOON);
        CoFeed<Long> feed = one.createFeed(ItemType.INTEGER, one.account());
        Jazz two = device(ada);
        two.login(SOON);
        assertThat(two.load(feed.id(), SOON)).isFalse();
        feed.add(-1L);
        await().until(() -> two.feed(ItemType.INTEGER, feed.id()).items().size() == 1);
        for (long i = 0; i < 60; i++) {
            (i % 3 == 0 ? feed : two.feed(ItemType.INTEGER, feed.id())).add(i);
            if (i % 20 == 19) {
                relay.cut();
            }
        }
        one.awaitSynced(SOON);
        two.awaitSynced(SOON);
        await().until(() -> feed.items().size() == 61);
        await().until(() -> two.feed(ItemType.INTEGER, feed.id()).items().size() == 61);
        assertThat(two.feed(ItemType.INTEGER, feed.id()).items()).isEqualTo(feed.items());
    }

    @Test
    void quickWritesToOneValueTravelTogether() {
        Jazz one = device(ada);
        one.createAccount("Ada", SOON);
        CoFeed<Long> feed = one.createFeed(ItemType.INTEGER, one.account());
        one.awaitSynced(SOON);
        int before = relay.heard.size();
        one.locked(
                () -> {
                    for (long i = 0; i < 500; i++) {
                        feed.add(i);
                    }
                });
        one.awaitSynced(SOON);
        assertThat(relay.heard.size() - before).isLessThan(5);
        assertThat(relay.log(feed.id()).count()).isEqualTo(500);
    }

    @Test
    void membershipsAndInvitesWorkBetweenPeople() {
        Jazz one = device(ada);
        one.createAccount("Ada", SOON);
        Jazz bob = device(AccountKey.random(new SecureRandom()));
        bob.createAccount("Bob", SOON);
        CoGroup group = one.createGroup();
        CoList<String> list = one.createList(ItemType.TEXT, group.id());
        list.add("secret");
        String invite = group.invite(Role.WRITER);
        one.awaitSynced(SOON);
        bob.group(group.id()).accept(invite, true, SOON);
        assertThat(bob.load(list.id(), SOON)).isTrue();
        CoList<String> seen = bob.list(ItemType.TEXT, list.id());
        await().until(() -> seen.items().equals(List.of("secret")));
        seen.add("from bob");
        await().until(() -> list.items().size() == 2);

        // It was good for once.
        Jazz eve = device(AccountKey.random(new SecureRandom()));
        eve.createAccount("Eve", SOON);
        assertThatThrownBy(() -> eve.group(group.id()).accept(invite, true, SOON))
                .isInstanceOf(IllegalStateException.class);

        group.remove(bob.account());
        list.add("after");
        await().until(() -> bob.group(group.id()).role().isEmpty());
        await().until(() -> bob.<Integer>read(node -> node.list(list.id()).unreadable()) == 1);
        assertThat(seen.items()).containsExactly("secret", "from bob");
    }

    @Test
    void manyValuesAreLoadedAtOnce() {
        Jazz one = device(ada);
        one.createAccount("Ada", SOON);
        var ids = new ArrayList<CoId>();
        one.locked(
                () -> {
                    for (int i = 0; i < 3000; i++) {
                        CoFeed<Long> feed = one.createFeed(ItemType.INTEGER, one.account());
                        feed.add((long) i);
                        ids.add(feed.id());
                    }
                });
        one.awaitSynced(Duration.ofSeconds(60));
        Jazz two = device(ada);
        var loads = ids.stream().map(two::load).toList();
        CompletableFuture.allOf(loads.toArray(CompletableFuture[]::new))
                .orTimeout(60, java.util.concurrent.TimeUnit.SECONDS)
                .join();
        for (int i = 0; i < ids.size(); i++) {
            assertThat(loads.get(i).join()).isTrue();
            assertThat(two.feed(ItemType.INTEGER, ids.get(i)).items().getFirst().value())
                    .isEqualTo(i);
        }
    }

    @Test
    void aRelayThatDoesNotLetUsInIsNotAskedAgain() {
        var attempts = new AtomicInteger();
        Jazz jazz =
                keep(
                        Jazz.open(
                                JazzOptions.of(ada)
                                        .dialer(
                                                _ -> {
                                                    attempts.incrementAndGet();
                                                    throw new RefusedException(401, null);
                                                })));
        await().until(() -> jazz.connectionState() == ConnectionState.REFUSED);
        assertThat(attempts).hasValue(1);
        jazz.reconnect();
        await().until(() -> attempts.get() == 2);
    }

    @Test
    void whatTheRelaySaysWronglyIsDroppedAndTheRestGoesOn() {
        Jazz one = device(ada);
        one.createAccount("Ada", SOON);
        CoFeed<String> good = one.createFeed(ItemType.TEXT, one.account());
        good.add("good");
        CoFeed<String> bad = one.createFeed(ItemType.TEXT, one.account());
        bad.add("bad");
        one.awaitSynced(SOON);
        relay.falsify =
                frame ->
                        frame.contains("\"content\",\"id\":\"" + bad.id())
                                ? frame.replace("\"madeAt\":1", "\"madeAt\":2")
                                : frame;
        Jazz two = device(ada);
        two.login(SOON);
        relay.say("");
        relay.say("no json");
        relay.say("{\"action\":\"dance\",\"id\":\"co_zX\"}");
        relay.say("{\"action\":\"content\",\"id\":\"co_zX\",\"new\":{}}");
        assertThat(two.load(good.id(), SOON)).isTrue();
        assertThat(two.feed(ItemType.TEXT, good.id()).items()).hasSize(1);
        var _ = two.load(bad.id());
        await().until(() -> two.read(node -> node.log(bad.id()) != null));
        assertThat(two.feed(ItemType.TEXT, bad.id()).items()).isEmpty();
        relay.falsify = java.util.function.UnaryOperator.identity();
        two.reconnect();
        await().until(() -> two.feed(ItemType.TEXT, bad.id()).items().size() == 1);
    }
}
