package dev.roosthold.conformance.isolation;

import java.util.List;
import java.util.Map;

/// A socket event with places for ids.
///
/// @param argument JSON text of the argument
/// @param answered whether it is acknowledged when asked for
/// @param names whether the ids are names inside the caller's own account
record EventTry(String event, String argument, boolean answered, boolean names) {

    static EventTry asked(String event, String argument) {
        return new EventTry(event, argument, true, false);
    }

    static EventTry silent(String event, String argument) {
        return new EventTry(event, argument, false, false);
    }

    EventTry naming() {
        return new EventTry(event, argument, answered, true);
    }

    /// The time, which stands in some events, is no id.
    List<String> positions() {
        return Position.in(argument).stream().filter(name -> !name.equals("now")).toList();
    }

    /// The JSON array of a packet.
    String with(Map<String, String> values) {
        return "[\"" + event + "\"," + Position.fill(argument, values, RouteTry::quoted) + "]";
    }

    @Override
    public String toString() {
        return event + " " + argument;
    }
}
