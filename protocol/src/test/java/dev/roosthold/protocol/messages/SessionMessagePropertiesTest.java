package dev.roosthold.protocol.messages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roosthold.protocol.Choice;
import dev.roosthold.protocol.JsonObject;
import dev.roosthold.protocol.JsonTrees;
import dev.roosthold.protocol.PermissionMode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class SessionMessagePropertiesTest {
    private static final Arbitrary<String> TEXT = JsonTrees.texts();
    private static final Arbitrary<Long> NUMBER =
            Arbitraries.longs().between(-(1L << 53), 1L << 53);

    @Property(edgeCases = EdgeCasesMode.NONE)
    void protocolMessageIsReadAsItWasWritten(
            @ForAll("protocolMessages") SessionMessage.Protocol message) {
        assertThat(SessionMessage.read(JsonTrees.travelled(message.tree()))).isEqualTo(message);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void personsWordsAreReadAsTheyWereWritten(@ForAll("persons") SessionMessage.Person message) {
        assertThat(SessionMessage.read(JsonTrees.travelled(message.tree()))).isEqualTo(message);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anythingIsReadAndOlderOrUnreadableMessagesStayAsTheyWere(
            @ForAll("nearMessages") JsonNode plaintext) {
        SessionMessage read = SessionMessage.read(plaintext);
        if (plaintext.isObject()
                && (read instanceof SessionMessage.Unreadable
                        || read instanceof SessionMessage.Older)) {
            assertThat(read.tree()).isEqualTo(plaintext);
        }
        assertThat(SessionMessage.read(read.tree())).isEqualTo(read);
    }

    @Property(tries = 200)
    void stampsNeverRepeatOrGoBackWhateverTheClockDoes(
            @ForAll @Size(min = 1, max = 50) List<@LongRange(min = 0, max = 100) Long> readings) {
        Iterator<Long> clock = readings.iterator();
        Stamps stamps =
                new Stamps(
                        new Clock() {
                            @Override
                            public Instant instant() {
                                return Instant.ofEpochMilli(clock.next());
                            }

                            @Override
                            public ZoneId getZone() {
                                return ZoneOffset.UTC;
                            }

                            @Override
                            public Clock withZone(ZoneId zone) {
                                return this;
                            }
                        },
                        RandomGenerator.getDefault());
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < readings.size(); i++) {
            Stamp stamp = stamps.next();
            assertThat(Envelope.isSubagentId(stamp.id())).isTrue();
            assertThat(stamp.timeMs()).isGreaterThanOrEqualTo(readings.get(i));
            times.add(stamp.timeMs());
        }
        assertThat(times).doesNotHaveDuplicates().isSorted();
    }

    @Provide
    Arbitrary<SessionMessage.Protocol> protocolMessages() {
        Arbitrary<Envelope.Role> roles = Arbitraries.of(Envelope.Role.class);
        return Combinators.combine(
                        roles.flatMap(SessionMessagePropertiesTest::envelopes),
                        Arbitraries.of(true, false),
                        metas())
                .as(SessionMessage.Protocol::new);
    }

    @Provide
    Arbitrary<SessionMessage.Person> persons() {
        return Combinators.combine(TEXT, metas()).as(SessionMessage.Person::new);
    }

    private static Arbitrary<MessageMeta> metas() {
        Arbitrary<Choice<String>> choices =
                Arbitraries.oneOf(
                        TEXT.map(Choice::set),
                        Arbitraries.create(() -> Choice.<String>reset()),
                        Arbitraries.create(() -> Choice.<String>unchanged()));
        Arbitrary<Choice<List<String>>> lists =
                Arbitraries.oneOf(
                        TEXT.list().ofMaxSize(3).map(Choice::set),
                        Arbitraries.create(() -> Choice.<List<String>>reset()));
        return Combinators.combine(
                        JsonTrees.objects(TEXT.map(name -> "x-" + name)),
                        choices,
                        choices,
                        lists,
                        Arbitraries.of(PermissionMode.class),
                        TEXT)
                .as(
                        (unknown, model, prompt, tools, mode, stream) ->
                                new MessageMeta(JsonObject.of(unknown))
                                        .withModel(model)
                                        .withCustomSystemPrompt(prompt)
                                        .withAllowedTools(tools)
                                        .withPermissionMode(mode)
                                        .withStreamId(stream));
    }

    private static Arbitrary<Envelope> envelopes(Envelope.Role role) {
        return Combinators.combine(
                        TEXT,
                        NUMBER,
                        TEXT.optional(),
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .ofMinLength(2)
                                .ofMaxLength(32)
                                .optional(),
                        TEXT.optional(),
                        TEXT.optional(),
                        usages().optional(),
                        events(role))
                .as(
                        (id, time, turn, subagent, claude, codex, usage, event) ->
                                new Envelope(
                                        id, time, role, turn, subagent, claude, codex, usage,
                                        event));
    }

    private static Arbitrary<TokenUsage> usages() {
        Arbitrary<OptionalLong> maybe =
                NUMBER.optional()
                        .map(
                                number ->
                                        number.isPresent()
                                                ? OptionalLong.of(number.get())
                                                : OptionalLong.empty());
        return Combinators.combine(NUMBER, NUMBER, maybe, maybe, maybe).as(TokenUsage::new);
    }

    private static Arbitrary<SessionEvent> events(Envelope.Role role) {
        Arbitrary<SessionEvent> both =
                Arbitraries.oneOf(
                        Combinators.combine(TEXT, Arbitraries.of(true, false))
                                .as(SessionEvent.Text::new),
                        Combinators.combine(
                                        TEXT,
                                        TEXT,
                                        TEXT,
                                        TEXT,
                                        JsonTrees.objects(TEXT).map(JsonObject::of))
                                .as(SessionEvent.ToolCallStart::new),
                        TEXT.map(SessionEvent.ToolCallEnd::new),
                        files(),
                        Arbitraries.create(SessionEvent.TurnStart::new),
                        Arbitraries.of(SessionEvent.TurnStatus.class)
                                .map(SessionEvent.TurnEnd::new));
        return role == Envelope.Role.USER
                ? both
                : Arbitraries.oneOf(
                        both,
                        TEXT.map(SessionEvent.Service::new),
                        TEXT.optional().map(SessionEvent.Start::new),
                        Arbitraries.create(SessionEvent.Stop::new));
    }

    private static Arbitrary<SessionEvent.FileAttached> files() {
        Arbitrary<Optional<SessionEvent.Picture>> pictures =
                Combinators.combine(NUMBER, NUMBER, TEXT.optional())
                        .as(SessionEvent.Picture::new)
                        .optional();
        return Combinators.combine(TEXT, TEXT, NUMBER, TEXT.optional(), pictures)
                .as(SessionEvent.FileAttached::new);
    }

    /// Trees that have the names and values that readers look for, in any place and type.
    @Provide
    Arbitrary<JsonNode> nearMessages() {
        Arbitrary<String> names =
                Arbitraries.of(
                        "role",
                        "content",
                        "meta",
                        "type",
                        "data",
                        "text",
                        "id",
                        "time",
                        "ev",
                        "t",
                        "message",
                        "callId",
                        "name",
                        "call",
                        "turn",
                        "usage",
                        "provider",
                        "permissionMode");
        Arbitrary<ObjectNode> leaves = JsonTrees.objects(names);
        Arbitrary<String> types =
                Arbitraries.of(
                        "text",
                        "session",
                        "output",
                        "event",
                        "acp",
                        "codex",
                        "opencode",
                        "assistant",
                        "user",
                        "tool-call",
                        "message",
                        "ready",
                        "turn-start");
        Arbitrary<ObjectNode> typed =
                Combinators.combine(leaves, leaves, types, types)
                        .as(
                                (outer, inner, outerType, innerType) -> {
                                    inner.put("type", innerType).put("t", innerType);
                                    outer.put("type", outerType).set("data", inner);
                                    outer.set("ev", inner.deepCopy());
                                    return outer;
                                });
        Arbitrary<JsonNode> messages =
                Combinators.combine(leaves, typed, Arbitraries.of("user", "agent", "session", "x"))
                        .as(
                                (message, content, role) -> {
                                    message.put("role", role).set("content", content);
                                    return message;
                                });
        return Arbitraries.oneOf(messages, messages, JsonTrees.values());
    }
}
