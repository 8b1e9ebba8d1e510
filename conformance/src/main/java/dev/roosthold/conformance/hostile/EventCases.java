package dev.roosthold.conformance.hostile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Wrong values in every field and every place of the events: well-formed packets whose content is
/// not what the contract says.
final class EventCases {
    /// Events that the server does not know, or not yet. They are ignored.
    private static final List<String> UNKNOWN =
            List.of(
                    "no-such-event",
                    "rpc-no-such",
                    "rpc-request",
                    "machine-update-",
                    "MACHINE-ALIVE",
                    "");

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
                    "__proto__",
                    "constructor",
                    "toString",
                    "hasOwnProperty",
                    "update",
                    "ephemeral");

    private final List<HostileCase> cases = new ArrayList<>();
    private long nextId = 1;

    private EventCases() {}

    /// All cases of these events, of `ping`, and of events that do not exist.
    static List<HostileCase> all(List<EventShape> shapes) {
        EventCases cases = new EventCases();
        for (EventShape shape : shapes) {
            cases.wrongFields(shape);
            cases.wrongFirstArgument(shape);
            cases.wrongArguments(shape);
        }
        cases.pings();
        cases.unknownEvents();
        return List.copyOf(cases.cases);
    }

    private void wrongFields(EventShape shape) {
        shape.fields()
                .forEach(
                        (name, field) -> {
                            fieldCases(
                                    shape,
                                    name,
                                    field,
                                    json -> shape.withField(name, json),
                                    () -> shape.withoutField(name));
                            field.inner()
                                    .forEach(
                                            (inside, inner) ->
                                                    fieldCases(
                                                            shape,
                                                            name + "/" + inside,
                                                            inner,
                                                            json ->
                                                                    shape.withField(
                                                                            name,
                                                                            field.withInner(
                                                                                    inside, json)),
                                                            () ->
                                                                    shape.withField(
                                                                            name,
                                                                            field.withoutInner(
                                                                                    inside))));
                        });
    }

    private void fieldCases(
            EventShape shape,
            String name,
            FieldShape field,
            UnaryOperator<String> with,
            Supplier<String> without) {
        String place = shape.event() + ": " + name + " is ";
        WrongValues.JSON.forEach(
                (what, json) -> add(shape, place + what, with.apply(json), field.takes(json)));
        add(shape, place + "missing", without.get(), field.mayBeMissing());
    }

    private void add(EventShape shape, String name, String object, boolean rightType) {
        long id = nextId++;
        String packet = "42" + id + "[\"" + shape.event() + "\"," + object + "]";
        // Of the right type and absurd: refused, not found, not current, or taken as it is.
        Expectation expectation =
                !shape.acknowledged()
                        ? unacknowledged(shape, id)
                        : rightType
                                ? new Expectation.AnyAck(id, shape.form(), !shape.harmless())
                                : new Expectation.ErrorAck(id, shape.form(), shape.messages());
        cases.add(HostileCase.packet(name, packet, expectation));
    }

    private static Expectation error(EventShape shape, long id) {
        Set<String> messages = new HashSet<>(shape.messages());
        messages.add("Internal error");
        return shape.acknowledged()
                ? new Expectation.ErrorAck(id, shape.form(), messages)
                : unacknowledged(shape, id);
    }

    private static Expectation unacknowledged(EventShape shape, long id) {
        return shape.form() == EventShape.ErrorForm.EVENT
                ? new Expectation.AtMostOneAck(id)
                : new Expectation.NoAck(id);
    }

    private void wrongFirstArgument(EventShape shape) {
        WrongValues.JSON.forEach(
                (what, json) -> {
                    long id = nextId++;
                    cases.add(
                            HostileCase.packet(
                                    shape.event() + ": " + what + " in place of the object",
                                    "42" + id + "[\"" + shape.event() + "\"," + json + "]",
                                    error(shape, id)));
                });
        long id = nextId++;
        cases.add(
                HostileCase.packet(
                        shape.event() + ": no argument",
                        "42" + id + "[\"" + shape.event() + "\"]",
                        error(shape, id)));
        cases.add(
                HostileCase.packet(
                        shape.event() + ": no argument and no acknowledgement asked for",
                        "42[\"" + shape.event() + "\"]",
                        new Expectation.NoAck(0)));
    }

    private void wrongArguments(EventShape shape) {
        WrongValues.JSON.forEach(
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
        WrongValues.JSON.forEach(
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
    }
}
