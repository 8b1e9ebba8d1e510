package dev.roosthold.jazz.schema;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.view.Changes;
import dev.roosthold.jazz.view.MapView;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A record as the form of a map: each component is a member of the same name.
///
/// | Component | In the map |
/// |---|---|
/// | `String` | text |
/// | `boolean`, `int`, `long`, `double` and their boxes | boolean, number |
/// | an enum | text, the constant's name |
/// | `Instant` | ISO text in UTC with milliseconds |
/// | `CoId`, `Ref<R>` | id of another value |
/// | `Json` | as it stands |
/// | `Optional<T>` of these | absent, `null` and a missing value all read as empty |
///
/// Members that the record does not name are kept and ignored. A member that is missing or of
/// another kind makes reading fail with [SchemaException], which names it. Immutable.
///
/// @param <R> the record; it has to be accessible to [MethodHandles.Lookup] given, or public
public final class MapSchema<R extends Record> {
    private final Class<R> type;
    private final MethodHandle constructor;
    private final List<Member> members;

    private record Member(
            String name, ItemType<Object> type, boolean optional, MethodHandle reader) {}

    private MapSchema(Class<R> type, MethodHandle constructor, List<Member> members) {
        this.type = type;
        this.constructor = constructor;
        this.members = members;
    }

    /// The schema of a record.
    ///
    /// @throws SchemaException when a component has a type that cannot stand in a map
    public static <R extends Record> MapSchema<R> of(Class<R> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
        try {
            var canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            var members = new ArrayList<Member>();
            for (RecordComponent component : components) {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                Type of = component.getGenericType();
                boolean optional = component.getType() == Optional.class;
                if (optional && of instanceof ParameterizedType generic) {
                    of = generic.getActualTypeArguments()[0];
                }
                members.add(
                        new Member(
                                component.getName(),
                                itemType(of, type, component.getName()),
                                optional,
                                lookup.unreflect(accessor)));
            }
            return new MapSchema<>(type, lookup.unreflectConstructor(canonical), members);
        } catch (ReflectiveOperationException | RuntimeException e) {
            if (e instanceof SchemaException schema) {
                throw schema;
            }
            throw new SchemaException("record " + type.getName() + " is not accessible");
        }
    }

    /// Reads a map.
    ///
    /// @throws SchemaException when a member is missing or of another kind
    public R read(MapView map) {
        var arguments = new ArrayList<@Nullable Object>(members.size());
        for (Member member : members) {
            Json json = map.get(member.name()).orElse(null);
            if (json instanceof Json.Null) {
                json = null;
            }
            if (json == null && !member.optional()) {
                throw new SchemaException(
                        "value " + map.id() + " has no member '" + member.name() + "'");
            }
            try {
                Object value = json == null ? null : member.type().read(json);
                arguments.add(member.optional() ? Optional.ofNullable(value) : value);
            } catch (SchemaException e) {
                throw new SchemaException(
                        "value "
                                + map.id()
                                + ", member '"
                                + member.name()
                                + "': "
                                + e.getMessage());
            }
        }
        try {
            return type.cast(constructor.invokeWithArguments(arguments));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new SchemaException("record " + type.getName() + " cannot be made");
        }
    }

    /// The changes that lead from one record to another, for one transaction; empty when they are
    /// equal.
    ///
    /// @param before null for a new map
    public List<Json> changes(@Nullable R before, R after) {
        var changes = new ArrayList<Json>();
        for (Member member : members) {
            Json next = json(member, after);
            Json old = before == null ? null : json(member, before);
            if (next == null ? old != null : !next.equals(old)) {
                changes.add(
                        next == null
                                ? Changes.delete(member.name())
                                : Changes.set(member.name(), next));
            }
        }
        return changes;
    }

    private @Nullable Json json(Member member, R from) {
        try {
            Object value = member.reader().invoke(from);
            if (member.optional()) {
                value = ((Optional<?>) value).orElse(null);
            } else if (value == null) {
                throw new SchemaException(
                        "member '" + member.name() + "' of " + type.getName() + " is null");
            }
            return value == null ? null : member.type().write(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new SchemaException("member '" + member.name() + "' cannot be read");
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ItemType<Object> itemType(Type type, Class<?> in, String name) {
        ItemType<?> found =
                switch (type) {
                    case Class<?> c when c == String.class -> ItemType.TEXT;
                    case Class<?> c when c == boolean.class || c == Boolean.class ->
                            ItemType.BOOLEAN;
                    case Class<?> c when c == double.class || c == Double.class -> ItemType.NUMBER;
                    case Class<?> c when c == long.class || c == Long.class -> ItemType.INTEGER;
                    case Class<?> c when c == int.class || c == Integer.class -> INT;
                    case Class<?> c when c == Instant.class -> ItemType.TIMESTAMP;
                    case Class<?> c when c == CoId.class -> ItemType.REFERENCE;
                    case Class<?> c when c == Json.class -> ItemType.JSON;
                    case Class<?> c when c.isEnum() -> ItemType.ofEnum((Class) c);
                    case ParameterizedType p when p.getRawType() == Ref.class -> REF;
                    default -> null;
                };
        if (found == null) {
            throw new SchemaException(
                    "component '"
                            + name
                            + "' of "
                            + in.getName()
                            + ": no member of a map can be "
                            + type.getTypeName());
        }
        return (ItemType<Object>) found;
    }

    private static final ItemType<Integer> INT =
            ItemType.of(
                    "integer",
                    number -> Json.of(number.doubleValue()),
                    json -> {
                        long number = ItemType.INTEGER.read(json);
                        if (number != (int) number) {
                            throw new SchemaException("expected a smaller integer");
                        }
                        return (int) number;
                    });

    private static final ItemType<Ref<?>> REF =
            ItemType.of(
                    "reference",
                    ref -> ref.id().json(),
                    json -> new Ref<>(ItemType.REFERENCE.read(json)));

    @Override
    public String toString() {
        return "MapSchema[" + type.getSimpleName() + "]";
    }
}
