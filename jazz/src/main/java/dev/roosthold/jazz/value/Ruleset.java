package dev.roosthold.jazz.value;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.Author;
import dev.roosthold.jazz.ids.CoId;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Whose transactions count in a value.
public sealed interface Ruleset {
    /// The value is itself a group (or an account, whose first admin is an agent).
    record Group(Author initialAdmin) implements Ruleset {}

    /// Writers of a group or the owner account.
    ///
    /// @param restrictDeletion whether only admins and managers may delete from a list
    record OwnedBy(CoId group, boolean restrictDeletion) implements Ruleset {}

    /// Everybody.
    record Anyone() implements Ruleset {}

    /// Reads the ruleset of a header.
    ///
    /// @throws FormatException when it is no ruleset
    static Ruleset of(@Nullable Json json) {
        if (!(json instanceof Json.Obj rules)) {
            throw new FormatException("a ruleset is an object");
        }
        return switch (rules.text("type")) {
            case "group" -> new Group(Author.of(required(rules, "initialAdmin")));
            case "ownedByGroup" ->
                    new OwnedBy(
                            new CoId(required(rules, "group")),
                            new Json.Bool(true).equals(rules.get("restrictDeletion")));
            case "unsafeAllowAll" -> new Anyone();
            case null, default -> throw new FormatException("unknown ruleset");
        };
    }

    default Json.Obj json() {
        var rules = new LinkedHashMap<String, Json>();
        switch (this) {
            case Group(Author admin) -> {
                rules.put("type", Json.of("group"));
                rules.put("initialAdmin", Json.of(admin.text()));
            }
            case OwnedBy(CoId group, boolean restrict) -> {
                rules.put("type", Json.of("ownedByGroup"));
                rules.put("group", group.json());
                if (restrict) {
                    rules.put("restrictDeletion", Json.of(true));
                }
            }
            case Anyone _ -> rules.put("type", Json.of("unsafeAllowAll"));
        }
        return new Json.Obj(rules);
    }

    private static String required(Json.Obj rules, String name) {
        String text = rules.text(name);
        if (text == null) {
            throw new FormatException("a ruleset without " + name);
        }
        return text;
    }
}
