package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.TransactionId;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Id of an item of a list: the change that inserted it.
public record ItemId(TransactionId transaction, int position) {
    public Json json() {
        var members = new LinkedHashMap<String, Json>();
        members.put("sessionID", Json.of(transaction.session().text()));
        members.put("txIndex", Json.of(transaction.index()));
        members.put("changeIdx", Json.of(position));
        return new Json.Obj(members);
    }

    /// The id, or null when it is none; the end markers are none.
    static @Nullable ItemId of(@Nullable Json json) {
        if (json instanceof Json.Obj id
                && id.get("txIndex") instanceof Json.Num(double index)
                && id.get("changeIdx") instanceof Json.Num(double position)) {
            try {
                String session = id.text("sessionID");
                return session == null
                        ? null
                        : new ItemId(
                                new TransactionId(SessionId.of(session), (int) index),
                                (int) position);
            } catch (FormatException e) {
                return null;
            }
        }
        return null;
    }
}
