package dev.roosthold.jazz.value;

import dev.roosthold.jazz.crypto.Blake3;
import dev.roosthold.jazz.encoding.Base58;
import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.AgentId;
import dev.roosthold.jazz.ids.CoId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The immutable beginning of a value. Its hash is the value's id, so the header as it came is
/// kept: `createdAt` absent and `createdAt` null, for example, are two values.
public final class Header {
    /// Three digits of a second always, unlike `Instant.toString`.
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final Pattern TIME_FORM =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");

    private final Json.Obj json;
    private final ValueType type;
    private final Ruleset ruleset;
    private final CoId id;

    private Header(Json.Obj json) {
        this.json = json;
        String typeText = json.text("type");
        if (typeText == null) {
            throw new FormatException("a header without type");
        }
        type = ValueType.of(typeText);
        ruleset = Ruleset.of(json.get("ruleset"));
        Json meta = json.get("meta");
        if (!(meta instanceof Json.Obj) && !(meta instanceof Json.Null)) {
            throw new FormatException("meta of a header is an object or null");
        }
        switch (json.get("createdAt")) {
            case null -> {}
            case Json.Null _ -> {}
            case Json.Str(String time) when TIME_FORM.matcher(time).matches() -> {}
            default -> throw new FormatException("createdAt of a header is a time or null");
        }
        checkUniqueness(json.get("uniqueness"));
        id = CoId.ofHash(Blake3.stableHash(json));
    }

    /// Reads a header.
    ///
    /// @throws FormatException when it is no header
    public static Header of(Json json) {
        if (json instanceof Json.Obj object) {
            return new Header(object);
        }
        throw new FormatException("a header is an object");
    }

    /// The header of the account of an agent; the account's id follows from it alone.
    public static Header ofAccount(AgentId agent) {
        var meta = Json.object(Map.of("type", Json.of("account")));
        return make(ValueType.MAP, new Ruleset.Group(agent), meta, Json.NULL, Json.NULL);
    }

    /// A value that exists once: made at a time, with random uniqueness.
    ///
    /// @param random 12 bytes
    public static Header random(ValueType type, Ruleset ruleset, Instant at, byte[] random) {
        return make(
                type,
                ruleset,
                Json.NULL,
                Json.of(TIME.format(at)),
                Json.of("z" + Base58.encode(random)));
    }

    /// A value that has the same id for everybody who names it so.
    public static Header unique(ValueType type, Ruleset ruleset, String name) {
        return make(type, ruleset, Json.NULL, null, Json.of(name));
    }

    private static Header make(
            ValueType type, Ruleset ruleset, Json meta, @Nullable Json createdAt, Json unique) {
        var members = new LinkedHashMap<String, Json>();
        members.put("type", Json.of(type.text()));
        members.put("ruleset", ruleset.json());
        members.put("meta", meta);
        if (createdAt != null) {
            members.put("createdAt", createdAt);
        }
        members.put("uniqueness", unique);
        return new Header(new Json.Obj(members));
    }

    public CoId id() {
        return id;
    }

    public ValueType type() {
        return type;
    }

    public Ruleset ruleset() {
        return ruleset;
    }

    /// Whether the value is a group or an account.
    public boolean isGroup() {
        return ruleset instanceof Ruleset.Group;
    }

    /// Whether the value is an account.
    public boolean isAccount() {
        return isGroup() && "account".equals(meta("type"));
    }

    /// Whether the value is a stream of bytes.
    public boolean isBinary() {
        return type == ValueType.FEED && "binary".equals(meta("type"));
    }

    /// Whether the value is a branch of another; branches are stored but not merged.
    public boolean isBranch() {
        return meta("branch") != null && meta("source") != null;
    }

    /// A text of the meta object, or null.
    public @Nullable String meta(String name) {
        return json.get("meta") instanceof Json.Obj meta ? meta.text(name) : null;
    }

    /// 0 for groups and accounts, 6 for binary streams, 3 otherwise; lower is sent first.
    public int priority() {
        if (isGroup()) {
            return 0;
        }
        return isBinary() ? 6 : 3;
    }

    public Json.Obj json() {
        return json;
    }

    /// The text that is hashed.
    public String stable() {
        return JsonText.stable(json);
    }

    private static void checkUniqueness(@Nullable Json uniqueness) {
        switch (uniqueness) {
            case Json.Str _, Json.Bool _, Json.Null _ -> {}
            case Json.Num(double number) when number == Math.rint(number) -> {}
            case Json.Obj(var members)
                    when members.values().stream().allMatch(Json.Str.class::isInstance) -> {}
            case null, default -> throw new FormatException("uniqueness of a header");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Header header && header.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return stable();
    }
}
