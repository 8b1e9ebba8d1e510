package dev.roosthold.conformance.hostile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Wrong values in every field and every place of the events: well-formed packets whose content is
/// not what the contract says.
final class EventCases {
    private static final Set<String> INVALID = Set.of("Invalid parameters");
    private static final Set<String> INVALID_OR_INTERNAL =
            Set.of("Invalid parameters", "Internal error");

    /// Events that the server does not know, or not yet. They are ignored.
    private static final List<String> UNKNOWN =
            List.of("no-such-event", "rpc-no-such", "machine-update-", "MACHINE-ALIVE", "");

    /// Names that no event may have: the protocol lets the server end the connection.
    private static final List<String> RESERVED =
            List.of(
                    "connect",
                    "connect_error",
                    "disconnect",
                    "disconnecting",
                    "newListener",
                    "removeListener");

    /// Names that mean something to a program or a language on one side or the other.
    private static final List<String> MEANINGFUL =
            List.of(
                    "error",
                    "message",
                    "__proto__",
                    "constructor",
                    "toString",
                    "hasOwnProperty",
                    "update",
                    "ephemeral");

    private static final Map<String, String> VALUES = values();

    private final List<HostileCase> cases = new ArrayList<>();
    private final List<EventShape> shapes;
    private long nextId = 1;

    private EventCases(String machineId) {
        shapes = shapes(machineId);
    }

    /// All cases, with a machine of the sender's account for the valid fields.
    static List<HostileCase> all(String machineId) {
        EventCases cases = new EventCases(machineId);
        for (EventShape shape : cases.shapes) {
            cases.wrongFields(shape);
            cases.wrongFirstArgument(shape);
            cases.wrongArguments(shape);
        }
        cases.pings();
        cases.unknownEvents();
        return List.copyOf(cases.cases);
    }

    private static List<EventShape> shapes(String machineId) {
        EventShape.Field machine =
                new EventShape.Field(EventShape.Type.TEXT, '"' + machineId + '"');
        EventShape.Field text = new EventShape.Field(EventShape.Type.TEXT, "\"ZW5jOng=\"");
        // A version that is never current, so that a packet taken as valid changes nothing.
        EventShape.Field version = new EventShape.Field(EventShape.Type.NUMBER, "1000000");
        EventShape.Field time =
                new EventShape.Field(
                        EventShape.Type.NUMBER, String.valueOf(System.currentTimeMillis()));
        return List.of(
                shape(
                        "machine-update-metadata",
                        true,
                        Map.entry("machineId", machine),
                        Map.entry("metadata", text),
                        Map.entry("expectedVersion", version)),
                shape(
                        "machine-update-state",
                        true,
                        Map.entry("machineId", machine),
                        Map.entry("daemonState", text),
                        Map.entry("expectedVersion", version)),
                shape(
                        "machine-alive",
                        false,
                        Map.entry("machineId", machine),
                        Map.entry("time", time)),
                shape("app-state", false, Map.entry("state", text)));
    }

    @SafeVarargs
    private static EventShape shape(
            String event, boolean acknowledged, Map.Entry<String, EventShape.Field>... fields) {
        Map<String, EventShape.Field> ordered = new LinkedHashMap<>();
        for (Map.Entry<String, EventShape.Field> field : fields) {
            ordered.put(field.getKey(), field.getValue());
        }
        return new EventShape(event, ordered, acknowledged);
    }

    private static Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("null", "null");
        values.put("true", "true");
        values.put("a number", "7");
        values.put("a fraction", "1.5");
        values.put("a negative number", "-1");
        values.put("a number beyond 64 bits", "123456789012345678901234567890");
        values.put("a number with a huge exponent", "1e999999999");
        values.put("a number with a huge negative exponent", "1e-999999999");
        values.put("a number of 500 digits", "9".repeat(500));
        values.put("text", "\"abc\"");
        values.put("empty text", "\"\"");
        values.put("text with NUL", "\"a\\u0000b\"");
        values.put("text with a lone surrogate", "\"a\\ud800b\"");
        values.put("a reserved name", "\"__proto__\"");
        values.put("text of 100 KB", '"' + "x".repeat(100_000) + '"');
        values.put("an array", "[1,\"a\",null]");
        values.put("an empty array", "[]");
        values.put("an object", "{\"a\":1}");
        values.put("an object with reserved names", "{\"__proto__\":{\"a\":1},\"constructor\":1}");
        values.put("a binary placeholder in a text packet", "{\"_placeholder\":true,\"num\":0}");
        return values;
    }

    private void wrongFields(EventShape shape) {
        shape.fields()
                .forEach(
                        (name, field) -> {
                            String place = shape.event() + ": " + name + " is ";
                            VALUES.forEach(
                                    (what, json) ->
                                            add(
                                                    shape,
                                                    place + what,
                                                    shape.withField(name, json),
                                                    isOfType(field.type(), json)));
                            add(shape, place + "missing", shape.withoutField(name), false);
                        });
    }

    private void add(EventShape shape, String name, String object, boolean rightType) {
        long id = nextId++;
        String packet = "42" + id + "[\"" + shape.event() + "\"," + object + "]";
        Expectation expectation;
        if (!shape.acknowledged()) {
            expectation = new Expectation.NoAck(id);
        } else if (rightType) {
            // The type is right and the value absurd: refused, not found or not current.
            expectation = new Expectation.AckWithResult(id, Set.of("error", "version-mismatch"));
        } else {
            expectation = new Expectation.ErrorAck(id, INVALID);
        }
        cases.add(HostileCase.packet(name, packet, expectation));
    }

    private static boolean isOfType(EventShape.Type type, String json) {
        return switch (type) {
            case TEXT -> json.startsWith("\"");
            case NUMBER -> json.matches("-?[0-9].*");
        };
    }

    private void wrongFirstArgument(EventShape shape) {
        VALUES.forEach(
                (what, json) -> {
                    long id = nextId++;
                    cases.add(
                            HostileCase.packet(
                                    shape.event() + ": " + what + " in place of the object",
                                    "42" + id + "[\"" + shape.event() + "\"," + json + "]",
                                    shape.acknowledged()
                                            ? new Expectation.ErrorAck(id, INVALID_OR_INTERNAL)
                                            : new Expectation.NoAck(id)));
                });
        long id = nextId++;
        cases.add(
                HostileCase.packet(
                        shape.event() + ": no argument",
                        "42" + id + "[\"" + shape.event() + "\"]",
                        shape.acknowledged()
                                ? new Expectation.ErrorAck(id, INVALID_OR_INTERNAL)
                                : new Expectation.NoAck(id)));
        cases.add(
                HostileCase.packet(
                        shape.event() + ": no argument and no acknowledgement asked for",
                        "42[\"" + shape.event() + "\"]",
                        new Expectation.NoAck(0)));
    }

    private void wrongArguments(EventShape shape) {
        VALUES.forEach(
                (what, json) -> {
                    String args = "[\"" + shape.event() + "\"," + shape.validObject() + "," + json;
                    cases.add(
                            HostileCase.packet(
                                    shape.event() + ": second argument is " + what,
                                    "42" + args + "]",
                                    new Expectation.NoAck(0)));
                    long id = nextId++;
                    cases.add(
                            HostileCase.packet(
                                    shape.event() + ": extra arguments, first is " + what,
                                    "42" + id + args + ",{},null]",
                                    new Expectation.AtMostOneAck(id)));
                });
    }

    private void pings() {
        VALUES.forEach(
                (what, json) -> {
                    long id = nextId++;
                    cases.add(
                            HostileCase.packet(
                                    "ping: carries " + what,
                                    "42" + id + "[\"ping\"," + json + "]",
                                    new Expectation.AtMostOneAck(id)));
                    cases.add(
                            HostileCase.packet(
                                    "ping: carries " + what + ", no acknowledgement asked for",
                                    "42[\"ping\"," + json + "]",
                                    new Expectation.NoAck(0)));
                });
    }

    private void unknownEvents() {
        List<String> names = new ArrayList<>(UNKNOWN);
        names.addAll(MEANINGFUL);
        names.add("x".repeat(100_000));
        names.add("a\\u0000b");
        names.add("\\ud800");
        for (String name : names) {
            long id = nextId++;
            String shown = name.length() > 40 ? name.length() + " characters" : name;
            cases.add(
                    HostileCase.packet(
                            "event named " + shown,
                            "42" + id + "[\"" + name + "\",{\"a\":1}]",
                            // Some of the names are events of later versions of the contract.
                            new Expectation.AtMostOneAck(id)));
        }
        for (String name : RESERVED) {
            cases.add(
                    HostileCase.packet(
                            "reserved event name " + name,
                            "42[\"" + name + "\",{\"a\":1}]",
                            new Expectation.MayClose()));
        }
        for (String later : List.of("rpc-register", "rpc-unregister", "rpc-call", "rpc-request")) {
            VALUES.forEach(
                    (what, json) -> {
                        long id = nextId++;
                        cases.add(
                                HostileCase.packet(
                                        later + ": method is " + what,
                                        "42" + id + "[\"" + later + "\",{\"method\":" + json + "}]",
                                        new Expectation.AtMostOneAck(id)));
                    });
        }
    }
}
