package dev.roosthold.jazz.schema;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Function;

/// How one Java type stands in JSON: items of lists and feeds, members of maps. Immutable.
///
/// @param <T> the Java type
public final class ItemType<T> {
    /// As other clients write dates: always three digits of a second.
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /// Text.
    public static final ItemType<String> TEXT =
            new ItemType<>(
                    "text",
                    Json::of,
                    json -> json instanceof Json.Str(String text) ? text : wrong("text"));

    /// A number.
    public static final ItemType<Double> NUMBER =
            new ItemType<>(
                    "number",
                    number -> Json.of(number.doubleValue()),
                    json -> json instanceof Json.Num(double number) ? number : wrong("number"));

    /// A number without fraction, up to 2^53.
    public static final ItemType<Long> INTEGER =
            new ItemType<>("integer", ItemType::integer, ItemType::integer);

    /// `true` or `false`.
    public static final ItemType<Boolean> BOOLEAN =
            new ItemType<>(
                    "boolean",
                    Json::of,
                    json -> json instanceof Json.Bool(boolean is) ? is : wrong("boolean"));

    /// Any JSON, as it stands.
    public static final ItemType<Json> JSON =
            new ItemType<>("JSON", Function.identity(), Function.identity());

    /// A reference to another value.
    public static final ItemType<CoId> REFERENCE =
            new ItemType<>(
                    "reference",
                    CoId::json,
                    json -> new CoId(json instanceof Json.Str(String id) ? id : wrong("id")));

    /// A time, written as ISO text in UTC with milliseconds; read from such text or from a number
    /// of Unix milliseconds.
    public static final ItemType<Instant> TIMESTAMP =
            new ItemType<>("time", time -> Json.of(TIME.format(time)), ItemType::time);

    private static final double MAX_SAFE = 9_007_199_254_740_991.0;

    private final String name;
    private final Function<T, Json> write;
    private final Function<Json, T> read;

    private ItemType(String name, Function<T, Json> write, Function<Json, T> read) {
        this.name = name;
        this.write = write;
        this.read = read;
    }

    /// A type of your own.
    ///
    /// @param name for messages
    /// @param read throws [FormatException] for what it cannot read
    public static <T> ItemType<T> of(String name, Function<T, Json> write, Function<Json, T> read) {
        return new ItemType<>(name, write, read);
    }

    /// The constants of an enum, by their names.
    public static <E extends Enum<E>> ItemType<E> ofEnum(Class<E> type) {
        return new ItemType<>(
                type.getSimpleName(),
                constant -> Json.of(constant.name()),
                json -> {
                    if (json instanceof Json.Str(String name)) {
                        for (E constant : type.getEnumConstants()) {
                            if (constant.name().equals(name)) {
                                return constant;
                            }
                        }
                    }
                    return wrong(type.getSimpleName());
                });
    }

    public Json write(T value) {
        return write.apply(value);
    }

    /// Reads a value.
    ///
    /// @throws SchemaException when it is something else
    public T read(Json json) {
        try {
            return read.apply(json);
        } catch (FormatException e) {
            throw new SchemaException("expected " + name + ", found something else");
        }
    }

    private static Json integer(Long number) {
        if (Math.abs(number) > MAX_SAFE) {
            throw new SchemaException("an integer above 2^53 loses digits");
        }
        return Json.of(number.doubleValue());
    }

    private static Long integer(Json json) {
        return json instanceof Json.Num(double number)
                        && number == Math.rint(number)
                        && Math.abs(number) <= MAX_SAFE
                ? (long) number
                : ItemType.<Long>wrong("integer");
    }

    private static Instant time(Json json) {
        try {
            return switch (json) {
                case Json.Str(String text) -> Instant.parse(text);
                case Json.Num(double millis) -> Instant.ofEpochMilli((long) millis);
                default -> wrong("time");
            };
        } catch (DateTimeException e) {
            return wrong("time");
        }
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // it never returns
    private static <T> T wrong(String expected) {
        throw new FormatException("expected " + expected);
    }

    @Override
    public String toString() {
        return name;
    }
}
