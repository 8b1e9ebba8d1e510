package dev.roosthold.client.account;

import dev.roosthold.client.RelayAddress;
import dev.roosthold.client.Reply;
import dev.roosthold.client.changes.Change;
import dev.roosthold.client.changes.Cursor;
import dev.roosthold.client.changes.FeedListener;
import dev.roosthold.client.changes.Update;
import dev.roosthold.client.outbox.Outbox;
import dev.roosthold.client.outbox.OutboxLimits;
import dev.roosthold.client.outbox.OutboxListener;
import dev.roosthold.client.sessions.OpenSession;
import dev.roosthold.crypto.MasterSecret;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The example of `docs/java-sdk.md`; what stands between the two marks is in both.
final class SdkExample {
    private SdkExample() {}

    // example: begin
    /// Sends a line to a new session and waits until it comes back as a message.
    static String sayHello(String relay, MasterSecret secret, Path home) throws Exception {
        Reply<Account> reply =
                Account.signIn(
                        RelayAddress.parse(relay), secret, AccountOptions.usual("example/1"));
        if (!(reply instanceof Reply.Success<Account>(Account signedIn))) {
            throw new IllegalStateException("not signed in: " + reply);
        }
        try (Account account = signedIn) {
            ObjectNode metadata = JsonNodeFactory.instance.objectNode();
            metadata.put("path", "/home/me").put("host", "laptop");
            if (!(account.createSession("my-random-tag", metadata)
                    instanceof Reply.Success<OpenSession>(OpenSession session))) {
                throw new IllegalStateException("no session");
            }

            LinkedBlockingQueue<String> texts = new LinkedBlockingQueue<>();
            FeedListener listener =
                    new FeedListener() {
                        @Override
                        public void update(Update update) {
                            if (update.change() instanceof Change.MessageAdded(var id, var message)
                                    && id.equals(session.id())) {
                                message.open(session.encryption())
                                        .map(content -> content.at("/content/text").asString(""))
                                        .ifPresent(texts::add);
                            }
                        }

                        @Override
                        public boolean reread() {
                            return true; // nothing is kept here that could be out of date
                        }
                    };
            account.connect(Cursor.inMemory(0), listener, LinkListener.NONE);

            Outbox outbox = account.outbox(home, OutboxLimits.USUAL, OutboxListener.NONE);
            ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", "user");
            message.putObject("content").put("type", "text").put("text", "hello");
            account.send(outbox, session, message); // on the disk; sent as soon as it can be

            return String.valueOf(texts.poll(30, TimeUnit.SECONDS));
        }
    }

    // example: end
}
