package dev.roosthold.jazz.sync;

import dev.roosthold.jazz.encoding.FormatException;
import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.encoding.JsonReader;
import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.CoId;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.value.Content;
import dev.roosthold.jazz.value.Header;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.Limits;
import dev.roosthold.jazz.value.SessionContent;
import dev.roosthold.jazz.value.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON form of [SyncMessage]. One text frame holds one message or several, one per line.
///
/// Messages are read without a tree, straight into records; members that nobody knows are skipped.
/// The transactions of real peers may come in any member order. Thread-safe.
public final class SyncCodec {
    /// Values in one reconcile message that are read.
    public static final int MAX_RECONCILE = 1000;

    private SyncCodec() {}

    /// Splits a frame into the texts of its messages; empty lines are left out.
    public static List<String> lines(String frame) {
        if (frame.indexOf('\n') < 0) {
            return frame.isEmpty() ? List.of() : List.of(frame);
        }
        var lines = new ArrayList<String>();
        int from = 0;
        while (from <= frame.length()) {
            int end = frame.indexOf('\n', from);
            if (end < 0) {
                end = frame.length();
            }
            if (end > from) {
                lines.add(frame.substring(from, end));
            }
            from = end + 1;
        }
        return lines;
    }

    /// Reads one message.
    ///
    /// @return the message, or null when its action is unknown, which is to be ignored
    /// @throws FormatException when it is not a message
    public static @Nullable SyncMessage read(String text) {
        var draft = new Draft();
        var reader = new JsonReader(text);
        reader.beginObject();
        for (String name = reader.nextName(); name != null; name = reader.nextName()) {
            draft.member(name, reader);
        }
        reader.end();
        return draft.message();
    }

    public static String write(SyncMessage message) {
        var out = new StringBuilder(256);
        switch (message) {
            case SyncMessage.Load(KnownState known) -> {
                out.append("{\"action\":\"load\"");
                state(out, known);
            }
            case SyncMessage.Known(KnownState known, boolean correction) -> {
                out.append("{\"action\":\"known\"");
                if (correction) {
                    out.append(",\"isCorrection\":true");
                }
                state(out, known);
            }
            case SyncMessage.Push(Content content) -> content(out, content);
            case SyncMessage.Done(CoId id) ->
                    out.append("{\"action\":\"done\",\"id\":\"").append(id.text()).append('"');
            case SyncMessage.Reconcile(String batch, var values) -> {
                out.append("{\"action\":\"reconcile\",\"id\":");
                JsonText.string(out, batch);
                out.append(",\"values\":[");
                String comma = "";
                for (var value : values.entrySet()) {
                    out.append(comma).append("[\"").append(value.getKey().text()).append("\",");
                    JsonText.string(out, value.getValue());
                    out.append(']');
                    comma = ",";
                }
                out.append(']');
            }
            case SyncMessage.ReconcileAck(String batch) -> {
                out.append("{\"action\":\"reconcile-ack\",\"id\":");
                JsonText.string(out, batch);
            }
            case SyncMessage.Ping(long time) ->
                    out.append("{\"type\":\"ping\",\"time\":").append(time);
        }
        return out.append('}').toString();
    }

    private static void state(StringBuilder out, KnownState known) {
        out.append(",\"id\":\"")
                .append(known.id().text())
                .append("\",\"header\":")
                .append(known.header())
                .append(",\"sessions\":");
        counts(out, known.sessions());
    }

    private static void counts(StringBuilder out, Map<SessionId, Integer> counts) {
        out.append('{');
        String comma = "";
        for (var session : counts.entrySet()) {
            out.append(comma);
            JsonText.string(out, session.getKey().text());
            out.append(':').append(session.getValue().intValue());
            comma = ",";
        }
        out.append('}');
    }

    private static void content(StringBuilder out, Content content) {
        out.append("{\"action\":\"content\",\"id\":\"").append(content.id().text()).append('"');
        if (content.header() != null) {
            out.append(",\"header\":").append(JsonText.compact(content.header().json()));
        }
        out.append(",\"priority\":").append(content.priority()).append(",\"new\":{");
        String comma = "";
        for (var session : content.sessions().entrySet()) {
            out.append(comma);
            comma = ",";
            JsonText.string(out, session.getKey().text());
            SessionContent piece = session.getValue();
            out.append(":{\"after\":").append(piece.after()).append(",\"newTransactions\":[");
            writeTransactions(out, piece.transactions());
            out.append("],\"lastSignature\":\"").append(piece.lastSignature().text()).append("\"}");
        }
        out.append('}');
        if (!content.expectUntil().isEmpty()) {
            out.append(",\"expectContentUntil\":");
            counts(out, content.expectUntil());
        }
    }

    /// Writes the elements of the array `newTransactions`, without its brackets.
    public static void writeTransactions(StringBuilder out, List<Transaction> transactions) {
        String comma = "";
        for (Transaction transaction : transactions) {
            out.append(comma);
            comma = ",";
            transaction(out, transaction);
        }
    }

    /// Reads what [#writeTransactions] has written.
    ///
    /// @throws FormatException when it was something else
    public static List<Transaction> readTransactions(String elements) {
        var reader = new JsonReader("[" + elements + "]");
        List<Transaction> transactions = Draft.transactions(reader);
        reader.end();
        return transactions;
    }

    private static void transaction(StringBuilder out, Transaction transaction) {
        switch (transaction) {
            case Transaction.Trusting trusting -> {
                out.append("{\"privacy\":\"trusting\",\"madeAt\":")
                        .append(trusting.madeAt())
                        .append(",\"changes\":");
                JsonText.string(out, trusting.changes());
            }
            case Transaction.Private secret -> {
                out.append("{\"privacy\":\"private\",\"madeAt\":")
                        .append(secret.madeAt())
                        .append(",\"keyUsed\":");
                JsonText.string(out, secret.keyUsed());
                out.append(",\"encryptedChanges\":");
                JsonText.string(out, secret.encryptedChanges());
            }
        }
        if (transaction.meta() != null) {
            out.append(",\"meta\":");
            JsonText.string(out, transaction.meta());
        }
        out.append('}');
    }

    /// Members of a message until it is complete: the action may come last.
    private static final class Draft {
        private @Nullable String action;
        private @Nullable String type;
        private @Nullable String id;
        private @Nullable Json header;
        private boolean correction;
        private int priority = 3;
        private long time;
        private Map<SessionId, Integer> counts = Map.of();
        private Map<SessionId, Integer> expected = Map.of();
        private @Nullable Map<SessionId, SessionContent> content;
        private @Nullable Map<CoId, String> values;

        void member(String name, JsonReader reader) {
            switch (name) {
                case "action" -> action = reader.nextString();
                case "type" -> type = reader.nextString();
                case "id" -> id = reader.nextString();
                case "header" -> header = Json.read(reader);
                case "isCorrection" -> correction = Json.read(reader).equals(Json.of(true));
                case "priority" -> priority = Math.clamp(reader.nextLong(), 0, 7);
                case "time" -> time = reader.nextLong();
                case "sessions" -> counts = counts(reader);
                case "expectContentUntil" -> expected = counts(reader);
                case "new" -> content = sessions(reader);
                case "values" -> values = values(reader);
                default -> reader.skipValue();
            }
        }

        @Nullable SyncMessage message() {
            if (action == null) {
                return "ping".equals(type) ? new SyncMessage.Ping(time) : null;
            }
            return switch (action) {
                case "load" -> new SyncMessage.Load(known());
                case "known" -> new SyncMessage.Known(known(), correction);
                case "content" -> new SyncMessage.Push(content());
                case "done" -> new SyncMessage.Done(value());
                case "reconcile" ->
                        new SyncMessage.Reconcile(batch(), values == null ? Map.of() : values);
                case "reconcile-ack" -> new SyncMessage.ReconcileAck(batch());
                default -> null;
            };
        }

        private String batch() {
            if (id == null || id.length() > 200) {
                throw new FormatException("a message without id");
            }
            return id;
        }

        private CoId value() {
            return new CoId(batch());
        }

        private KnownState known() {
            return new KnownState(value(), Json.of(true).equals(header), counts);
        }

        private Content content() {
            if (content == null) {
                throw new FormatException("a content message without content");
            }
            Header read = header == null || header instanceof Json.Null ? null : Header.of(header);
            return new Content(value(), read, priority, content, expected);
        }

        private static Map<SessionId, Integer> counts(JsonReader reader) {
            if (reader.peek() == 'n') {
                reader.nextNull();
                return Map.of();
            }
            var counts = new HashMap<SessionId, Integer>();
            reader.beginObject();
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                if (counts.size() == Limits.MAX_SESSIONS) {
                    throw new FormatException("too many sessions");
                }
                counts.put(SessionId.of(name), count(reader));
            }
            return counts;
        }

        private static int count(JsonReader reader) {
            long count = reader.nextLong();
            if (count < 0 || count > Integer.MAX_VALUE) {
                throw new FormatException("a count of transactions");
            }
            return (int) count;
        }

        private static Map<SessionId, SessionContent> sessions(JsonReader reader) {
            var sessions = new LinkedHashMap<SessionId, SessionContent>();
            reader.beginObject();
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                if (sessions.size() == Limits.MAX_SESSIONS) {
                    throw new FormatException("too many sessions");
                }
                sessions.put(SessionId.of(name), session(reader));
            }
            return sessions;
        }

        private static SessionContent session(JsonReader reader) {
            int after = -1;
            List<Transaction> transactions = null;
            Signature signature = null;
            reader.beginObject();
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                switch (name) {
                    case "after" -> after = count(reader);
                    case "newTransactions" -> transactions = transactions(reader);
                    case "lastSignature" -> signature = new Signature(reader.nextString());
                    default -> reader.skipValue();
                }
            }
            if (after < 0 || transactions == null || signature == null) {
                throw new FormatException("incomplete content of a session");
            }
            if (after > Integer.MAX_VALUE - transactions.size()) {
                throw new FormatException("a count of transactions");
            }
            return new SessionContent(after, transactions, signature);
        }

        private static List<Transaction> transactions(JsonReader reader) {
            var transactions = new ArrayList<Transaction>();
            reader.beginArray();
            while (reader.nextElement()) {
                if (transactions.size() == Limits.MAX_TRANSACTIONS) {
                    throw new FormatException("too many transactions");
                }
                transactions.add(transaction(reader));
            }
            return transactions;
        }

        private static Transaction transaction(JsonReader reader) {
            String privacy = null;
            String changes = null;
            String encrypted = null;
            String key = null;
            String meta = null;
            long madeAt = -1;
            reader.beginObject();
            for (String name = reader.nextName(); name != null; name = reader.nextName()) {
                switch (name) {
                    case "privacy" -> privacy = reader.nextString();
                    case "changes" -> changes = reader.nextString();
                    case "encryptedChanges" -> encrypted = reader.nextString();
                    case "keyUsed" -> key = reader.nextString();
                    case "meta" -> meta = reader.nextString();
                    case "madeAt" -> madeAt = reader.nextLong();
                    default -> reader.skipValue();
                }
            }
            if ("trusting".equals(privacy) && changes != null) {
                return new Transaction.Trusting(madeAt, changes, meta);
            }
            if ("private".equals(privacy) && encrypted != null && key != null) {
                return new Transaction.Private(madeAt, key, encrypted, meta);
            }
            throw new FormatException("not a transaction");
        }

        private static Map<CoId, String> values(JsonReader reader) {
            var values = new LinkedHashMap<CoId, String>();
            reader.beginArray();
            while (reader.nextElement()) {
                if (values.size() == MAX_RECONCILE) {
                    throw new FormatException("too many values");
                }
                reader.beginArray();
                if (!reader.nextElement()) {
                    throw new FormatException("a value without id");
                }
                var id = new CoId(reader.nextString());
                String hash = reader.nextElement() ? reader.nextString() : "";
                while (reader.nextElement()) {
                    reader.skipValue();
                }
                values.put(id, hash);
            }
            return values;
        }
    }
}
