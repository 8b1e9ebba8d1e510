package dev.roosthold.relay;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.SessionLog;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// A Jazz person of a test, with a feed to write to, who says everything as text.
final class JazzValues {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final LocalNode local;
    private final CoId feed;

    private JazzValues(LocalNode local) {
        this.local = local;
        feed = local.create(ValueType.FEED, local.createGroup());
    }

    static JazzValues fresh() {
        byte[] seed = new byte[32];
        RANDOM.nextBytes(seed);
        return new JazzValues(
                LocalNode.createAccount(
                        AgentSecret.ofSeed(seed), "Ada", InstantSource.system(), RANDOM));
    }

    String feed() {
        return feed.text();
    }

    /// One more value, owned by the feed's owner.
    String anotherFeed() {
        CoId group = local.createGroup();
        return local.create(ValueType.FEED, group).text();
    }

    /// The session that wrote to the feed.
    String session() {
        return log().sessions().iterator().next().id().text();
    }

    int count() {
        return log().sessions().stream().mapToInt(SessionLog::count).sum();
    }

    private ValueLog log() {
        return java.util.Objects.requireNonNull(local.node().log(feed));
    }

    /// Everything, dependencies first.
    List<String> all() {
        var messages = new ArrayList<String>();
        for (ValueLog log : local.node().logs()) {
            for (Content content : log.since(KnownState.nothing(log.id()))) {
                messages.add(SyncCodec.write(new SyncMessage.Push(content)));
            }
        }
        return messages;
    }

    /// Adds an item to the feed and says so.
    String adds(String item) {
        KnownState before = log().known();
        local.write(feed, List.of(Json.of(item)));
        return SyncCodec.write(new SyncMessage.Push(log().since(before).getFirst()));
    }

    static String load(String id) {
        return "{\"action\":\"load\",\"id\":\"" + id + "\",\"header\":false,\"sessions\":{}}";
    }
}
