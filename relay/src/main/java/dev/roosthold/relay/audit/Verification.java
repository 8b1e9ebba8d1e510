package dev.roosthold.relay.audit;

import dev.roosthold.relay.store.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One walk along the chain. A problem is told once, at its place, and the walk goes on from what
/// stands there. One thread, one use.
final class Verification {
    private final Optional<Head> noted;
    private final List<String> problems = new ArrayList<>();
    private long problemCount;
    private long entries;
    private long first;
    private Head before = Head.START;
    private @Nullable String notedHash;
    private Optional<Head> shortened = Optional.empty();

    Verification(Optional<Head> noted) {
        this.noted = noted;
    }

    Verdict run(Sql sql) throws SQLException {
        Optional<AuditTable.Ends> ends = AuditTable.ends(sql);
        Head dropped = ends.map(AuditTable.Ends::dropped).orElse(Head.START);
        before = dropped;
        see(dropped);
        AuditTable.each(sql, this::entry);
        if (ends.isEmpty()) {
            problem("the row that names the latest entry is missing");
        } else {
            end(ends.get().last());
            beginning(dropped);
        }
        noted.ifPresent(place -> compare(place, dropped));
        return new Verdict(entries, first, before, List.copyOf(problems), problemCount);
    }

    private void entry(Entry entry) {
        long expected = before.number() + 1;
        if (entry.number() < expected) {
            problem(
                    "entry "
                            + entry.number()
                            + " is no part of the log: such a number was dropped");
            return;
        }
        if (entry.number() > expected) {
            problem(range(expected, entry.number() - 1) + " missing");
        } else if (!entry.previous().equals(before.hash())) {
            problem(
                    "entry %d does not continue entry %d: one of the two was replaced"
                            .formatted(entry.number(), before.number()));
        }
        if (!entry.contentHash().equals(entry.hash())) {
            problem("entry " + entry.number() + " was changed: its content has another hash");
        }
        if (entries++ == 0) {
            first = entry.number();
        }
        before = new Head(entry.number(), entry.hash());
        see(before);
        if (entry.kind().equals(Kind.AUDIT_SHORTENED.text())) {
            Map<String, String> fields = entry.detailFields();
            shortened = Head.parse(fields.get("upTo") + ":" + fields.get("hash"));
        }
    }

    private void end(Head last) {
        if (last.number() > before.number()) {
            problem(range(before.number() + 1, last.number()) + " missing at the end");
        } else if (last.number() < before.number()) {
            problem(
                    "the log goes on to entry %d, but its latest entry was number %d"
                            .formatted(before.number(), last.number()));
        } else if (!last.hash().equals(before.hash())) {
            problem("entry " + last.number() + " at the end was replaced");
        }
    }

    private void beginning(Head dropped) {
        boolean told = shortened.isPresent() && shortened.get().equals(dropped);
        if (dropped.number() > 0 && !told) {
            problem(
                    range(1, dropped.number())
                            + " missing, and the log does not say that they were dropped");
        } else if (dropped.number() == 0 && shortened.isPresent()) {
            problem("the log says that older entries were dropped, but none is missing");
        }
    }

    private void compare(Head place, Head dropped) {
        if (place.number() < dropped.number()) {
            problem(
                    "entry %d, which was noted, has been dropped with the old ones: note a newer one"
                            .formatted(place.number()));
        } else if (place.number() > before.number()) {
            problem(
                    "the log ends with entry %d, but entry %d was noted"
                            .formatted(before.number(), place.number()));
        } else if (!place.hash().equals(notedHash)) {
            problem("entry " + place.number() + " is not the one that was noted");
        }
    }

    private void see(Head place) {
        if (noted.isPresent() && noted.get().number() == place.number()) {
            notedHash = place.hash();
        }
    }

    private void problem(String what) {
        if (problemCount++ < Verdict.MAX_PROBLEMS) {
            problems.add(what);
        }
    }

    private static String range(long from, long to) {
        return from == to ? "entry " + from + " is" : "entries " + from + " to " + to + " are";
    }
}
