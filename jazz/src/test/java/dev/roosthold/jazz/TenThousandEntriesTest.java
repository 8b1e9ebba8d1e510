package dev.roosthold.jazz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.jazz.crypto.AgentSecret;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.group.Identity;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.node.LocalNode;
import dev.roosthold.jazz.node.Node;
import dev.roosthold.jazz.node.Received;
import dev.roosthold.jazz.sync.SyncCodec;
import dev.roosthold.jazz.sync.SyncMessage;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.ValueLog;
import dev.roosthold.jazz.value.ValueType;
import dev.roosthold.jazz.view.Changes;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The history of a busy machine: every command is a value of its own and an item of one feed.
final class TenThousandEntriesTest {
    private static final int ENTRIES = 10_000;

    @Test
    void areWrittenSentVerifiedAndRead() {
        var random = new SecureRandom();
        byte[] seed = new byte[32];
        var secret = AgentSecret.ofSeed(seed);
        var ada = LocalNode.createAccount(secret, "Ada", InstantSource.system(), random);
        CoId group = ada.createGroup();
        CoId feed = ada.create(ValueType.FEED, group);
        long start = System.nanoTime();
        for (int i = 0; i < ENTRIES; i++) {
            CoId entry = ada.create(ValueType.MAP, group);
            ada.write(entry, entry(i));
            ada.write(feed, List.of(entry.json()));
        }
        long written = System.nanoTime();

        var messages = new ArrayList<String>();
        for (ValueLog log : ada.node().logs()) {
            for (Content content : log.since(KnownState.nothing(log.id()))) {
                messages.add(SyncCodec.write(new SyncMessage.Push(content)));
            }
        }
        long sent = System.nanoTime();

        var other = new Node(Identity.ofAccount(secret));
        var contents = new ArrayList<Content>();
        for (String message : messages) {
            contents.add(((SyncMessage.Push) SyncCodec.read(message)).content());
        }
        long parsed = System.nanoTime();
        for (Received received : other.receive(contents)) {
            assertThat(((Received.Applied) received).rejected()).isEmpty();
        }
        long verified = System.nanoTime();
        var items = other.feed(feed).items();
        assertThat(items).hasSize(ENTRIES);
        for (int i = 0; i < ENTRIES; i++) {
            var id = new CoId(((Json.Str) items.get(i).value()).value());
            assertThat(other.map(id).text("id")).contains("command-" + i);
        }
        long read = System.nanoTime();
        System.getLogger("bench")
                .log(
                        System.Logger.Level.INFO,
                        "{0} entries, ms: write {1}, encode {2}, parse {3}, verify {4}, read {5}",
                        ENTRIES,
                        (written - start) / 1_000_000,
                        (sent - written) / 1_000_000,
                        (parsed - sent) / 1_000_000,
                        (verified - parsed) / 1_000_000,
                        (read - verified) / 1_000_000);
    }

    private static List<Json> entry(int i) {
        var fields = new LinkedHashMap<String, Json>();
        fields.put("id", Json.of("command-" + i));
        fields.put("deviceId", Json.of("device-1"));
        fields.put("encryptedPayload", Json.of("A".repeat(300)));
        fields.put("safetyLevel", Json.of("safe"));
        fields.put("executed", Json.of(true));
        fields.put("createdAt", Json.of(1_735_689_600_000.0 + i));
        return Changes.set(fields);
    }
}
