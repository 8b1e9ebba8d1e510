package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.group.Role;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A reader that follows a group step by step sees what one sees who comes last and reads all at
/// once, in whatever order the steps arrive.
final class GroupHistoryTest {
    private static final Role[] ROLES = {
        Role.READER, Role.WRITER, Role.MANAGER, Role.WRITE_ONLY, Role.WRITER
    };

    static List<Integer> seeds() {
        return IntStream.range(0, 30).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isReadTheSameStepByStepAndAtOnce(int seed) {
        var random = new Random(seed);
        var time = new AtomicLong(1_700_000_000_000L);
        var people = new ArrayList<LocalNode>();
        var secrets = new ArrayList<AgentSecret>();
        for (int i = 0; i < 4; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            secrets.add(AgentSecret.ofSeed(bytes));
            people.add(
                    LocalNode.createAccount(
                            secrets.get(i),
                            "p" + i,
                            () -> Instant.ofEpochMilli(time.addAndGet(1 + random.nextInt(3))),
                            new SecureRandom()));
        }
        people.forEach(one -> people.forEach(two -> give(one.node(), two.node(), random, 1)));
        LocalNode admin = people.getFirst();
        CoId parent = admin.createGroup();
        CoId group = admin.createGroup();
        CoId feed = admin.create(ValueType.FEED, group);
        CoId list = admin.create(ValueType.MAP, parent);
        people.forEach(one -> give(admin.node(), one.node(), random, 1));
        var watcher = new Node(Identity.ofAccount(secrets.get(1)));

        for (int step = 0; step < 40; step++) {
            LocalNode actor = people.get(random.nextInt(people.size()));
            CoId target = random.nextInt(3) == 0 ? parent : group;
            CoId member = people.get(1 + random.nextInt(3)).account();
            try {
                switch (random.nextInt(6)) {
                    case 0 ->
                            actor.editGroup(target)
                                    .add(member, ROLES[random.nextInt(ROLES.length)]);
                    case 1 -> actor.removeMember(target, member);
                    case 2 -> {
                        if (actor.node().group(parent) != null && random.nextInt(4) == 0) {
                            actor.editGroup(group).extend(actor.node().group(parent), null);
                        }
                    }
                    default ->
                            actor.write(
                                    target.equals(group) ? feed : list,
                                    List.of(
                                            target.equals(group)
                                                    ? Json.of(step)
                                                    : dev.roosthold.jazz.view.Changes.set(
                                                            "k" + step, Json.of(step))));
                }
            } catch (IllegalStateException e) {
                // Who may not does not.
            }
            give(actor.node(), people.get(random.nextInt(people.size())).node(), random, 0.7);
            give(actor.node(), watcher, random, 0.5);
            watcher.feed(feed);
            watcher.map(list);
        }
        people.forEach(one -> give(one.node(), watcher, random, 1));
        var late = new Node(Identity.ofAccount(secrets.get(1)));
        give(watcher, late, random, 1);

        assertThat(watcher.feed(feed).items()).isEqualTo(late.feed(feed).items());
        assertThat(watcher.feed(feed).unreadable()).isEqualTo(late.feed(feed).unreadable());
        assertThat(watcher.map(list).entries()).isEqualTo(late.map(list).entries());
        assertThat(watcher.group(group).entries()).isEqualTo(late.group(group).entries());
        assertThat(watcher.keys(watcher.group(group))).isEqualTo(late.keys(late.group(group)));
    }

    /// What the other lacks, in any order; each value with a chance.
    private static void give(Node from, Node to, Random random, double chance) {
        var contents = new ArrayList<Content>();
        for (ValueLog log : from.logs()) {
            if (random.nextDouble() < chance) {
                ValueLog known = to.log(log.id());
                contents.addAll(
                        log.since(known == null ? KnownState.nothing(log.id()) : known.known()));
            }
        }
        Collections.shuffle(contents, random);
        for (int before = -1; contents.size() != before && !contents.isEmpty(); ) {
            before = contents.size();
            List<Received> received = to.receive(contents);
            for (int i = contents.size() - 1; i >= 0; i--) {
                if (!(received.get(i) instanceof Received.Waiting)) {
                    contents.remove(i);
                }
            }
        }
    }
}
