package dev.roosthold.client.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.rig.Line;
import dev.roosthold.client.rig.RelayRig;
import dev.roosthold.client.sessions.Draft;
import dev.roosthold.client.sessions.MessagePage;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.client.sessions.StoredMessage;
import dev.roosthold.crypto.MasterSecret;
import dev.roosthold.protocol.SessionId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

/// A program that sends is killed without warning, again and again, while the line is cut and the
/// relay goes down and comes back.
class OutboxKillTest {
    @TempDir Path folder;

    @Test
    @Timeout(60)
    void killedSenderLosesNothingItTookAndSendsNothingTwice() throws Exception {
        kill(5);
    }

    @Test
    @Tag("soak")
    @Timeout(300)
    void senderThatIsKilledFiftyTimesLosesNothingItTookAndSendsNothingTwice() throws Exception {
        kill(50);
    }

    private void kill(int rounds) throws Exception {
        Random random = new Random(20_261_125);
        MasterSecret secret = MasterSecret.random(RelayRig.RANDOM);
        List<String> taken = new ArrayList<>();
        try (RelayRig relay = new RelayRig(folder.resolve("relay"));
                Line line = new Line(relay.port());
                Account account = RelayRig.account(relay.address(), secret)) {
            OpenSession session =
                    RelayRig.success(
                            account.createSession("tag", JsonNodeFactory.instance.objectNode()));
            for (int round = 0; round < rounds; round++) {
                boolean away = random.nextInt(3) == 0;
                if (away) {
                    relay.stop();
                }
                Process sender = start(line.address(), secret, session.id(), round);
                int lines = 5 + random.nextInt(60);
                int cutAt = random.nextInt(lines);
                BufferedReader out =
                        new BufferedReader(
                                new InputStreamReader(
                                        sender.getInputStream(), StandardCharsets.UTF_8));
                for (int i = 0; i < lines; i++) {
                    taken.add(required(out.readLine()));
                    if (i == cutAt) {
                        line.cut();
                    }
                }
                // Not the method of the process, which would close the stream as well.
                sender.toHandle().destroyForcibly();
                // What it had printed before it died counts as well.
                for (String rest = out.readLine(); rest != null; rest = out.readLine()) {
                    if (rest.endsWith(".")) {
                        taken.add(rest);
                    }
                }
                assertThat(sender.waitFor(10, TimeUnit.SECONDS)).isTrue();
                if (away) {
                    relay.startAgain();
                }
            }
            try (Outbox last =
                    account.outbox(
                            folder.resolve("home"), OutboxLimits.USUAL, OutboxListener.NONE)) {
                assertThat(last.flush(Duration.ofSeconds(30))).isTrue();
            }
            List<String> stored = stored(account, session.id());
            assertThat(stored).doesNotHaveDuplicates();
            // A message whose taking was not reported may be there as well, at the end of a run.
            Set<String> known = new HashSet<>(taken);
            assertThat(stored.stream().filter(known::contains)).containsExactlyElementsOf(taken);
            assertThat(stored.size() - taken.size()).isBetween(0, rounds);
        }
    }

    private static String required(String line) throws IOException {
        if (line == null) {
            throw new IOException("the sender ended by itself");
        }
        return line;
    }

    private static List<String> stored(Account account, SessionId session) throws Exception {
        List<String> localIds = new ArrayList<>();
        MessagePage page = new MessagePage(List.of(), true);
        for (long after = 0; page.hasMore(); after = page.messages().getLast().seq()) {
            page = RelayRig.success(account.sessions().after(session, after, 100));
            for (StoredMessage message : page.messages()) {
                localIds.add(message.localId().orElseThrow());
            }
            if (page.messages().isEmpty()) {
                break;
            }
        }
        return localIds;
    }

    private Process start(RelayAddress relay, MasterSecret secret, SessionId session, int round)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OutboxKillTest.class.getName(),
                        relay.toString(),
                        HexFormat.of().formatHex(secret.bytes()),
                        session.value(),
                        folder.resolve("home").toString(),
                        Integer.toString(round))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// The program: takes messages and prints each local id, with a dot, when it has been taken.
    public static void main(String[] args) {
        MasterSecret secret = new MasterSecret(HexFormat.of().parseHex(args[1]));
        SessionId session = new SessionId(args[2]);
        Account account = Account.offline(RelayAddress.parse(args[0]), secret, RelayRig.options());
        Outbox outbox = account.outbox(Path.of(args[3]), OutboxLimits.USUAL, OutboxListener.NONE);
        // Ends with the test, however that ends: a closed pipe is noticed by the next line.
        for (int i = 0; !System.out.checkError(); i++) {
            String localId = args[4] + "-" + i + ".";
            outbox.enqueue(session, new Draft(localId, "x".repeat(i % 700)));
            System.out.println(localId);
        }
    }
}
