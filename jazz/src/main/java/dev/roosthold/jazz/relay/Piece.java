package dev.roosthold.jazz.relay;

import dev.roosthold.jazz.encoding.JsonText;
import dev.roosthold.jazz.ids.SessionId;
import dev.roosthold.jazz.ids.Signature;
import dev.roosthold.jazz.value.KnownState;
import dev.roosthold.jazz.value.Limits;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The next message of content for somebody who has a part of a value.
///
/// Everything that is missing goes into one message. Only where more than [Limits#CHECKPOINT] of a
/// session is missing it is cut where it was signed, and a message that becomes very long ends
/// early; the first of several says what is to come.
///
/// @param after what the receiver has when it has this
record Piece(String message, KnownState after) {
    /// No session is begun in a message that is longer, or after one that is cut: sessions come in
    /// the order in which they began.
    private static final int LONG = 2 << 20;

    /// Makes it.
    ///
    /// @param first whether it is the first that the receiver gets in a row
    /// @return null when nothing is missing
    static @Nullable Piece next(RelayFile file, Head head, KnownState known, boolean first)
            throws SQLException {
        if (head.isKnown(known)) {
            return null;
        }
        List<SessionHead> missing = new ArrayList<>();
        for (SessionHead session : head.sessions()) {
            if (known.count(session.id) < session.count) {
                missing.add(session);
            }
        }
        if (missing.isEmpty() && known.header()) {
            return null;
        }
        var out = new StringBuilder(512);
        out.append("{\"action\":\"content\",\"id\":\"").append(head.id.text()).append('"');
        if (!known.header()) {
            out.append(",\"header\":").append(head.header);
        }
        out.append(",\"priority\":").append(head.priority).append(",\"new\":{");
        Map<SessionId, Integer> after = new HashMap<>(known.sessions());
        boolean whole = true;
        String comma = "";
        for (SessionHead session : missing) {
            if (!whole || out.length() > LONG) {
                whole = false;
                break;
            }
            int from = known.count(session.id);
            int to = session.count;
            Signature signature = session.signature;
            if (RelayFile.mayBeCut(session) && file.sizeAfter(session, from) > Limits.CHECKPOINT) {
                RelayFile.Checkpoint cut = file.checkpointAfter(session, from);
                if (cut != null && cut.count() < session.count) {
                    whole = false;
                    to = cut.count();
                    signature = cut.signature();
                }
            }
            out.append(comma);
            comma = ",";
            JsonText.string(out, session.id.text());
            out.append(":{\"after\":").append(from).append(",\"newTransactions\":[");
            file.read(session, from, to, out);
            out.append("],\"lastSignature\":\"").append(signature).append("\"}");
            after.put(session.id, to);
        }
        out.append('}');
        if (!whole && first) {
            out.append(",\"expectContentUntil\":{");
            comma = "";
            for (SessionHead session : missing) {
                out.append(comma);
                comma = ",";
                JsonText.string(out, session.id.text());
                out.append(':').append(session.count);
            }
            out.append('}');
        }
        out.append('}');
        KnownState then = whole ? head.known() : new KnownState(head.id, true, after);
        return new Piece(out.toString(), then);
    }
}
