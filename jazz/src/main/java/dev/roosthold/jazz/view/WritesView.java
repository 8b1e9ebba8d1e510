package dev.roosthold.jazz.view;

import dev.roosthold.jazz.encoding.Json;
import dev.roosthold.jazz.ids.TransactionId;
import dev.roosthold.jazz.value.ValueLog;
import java.util.ArrayList;
import java.util.List;

/// Every write to a value that counts, in the order in which they arrived here: for readers that
/// choose between writes by a rule of their own and keep what they need. For one reader.
public final class WritesView extends View {
    /// One transaction.
    ///
    /// @param changes as [Changes] makes them; of a feed the items
    public record Write(TransactionId id, long madeAt, List<Json> changes) {
        public Write {
            changes = List.copyOf(changes);
        }
    }

    private List<Write> fresh = new ArrayList<>();

    public WritesView(ValueLog log) {
        super(log);
    }

    /// The writes since the last call, which are forgotten here. When permissions or keys have
    /// changed in a way that matters, all of them come again.
    public List<Write> take() {
        List<Write> taken = fresh;
        fresh = new ArrayList<>();
        return taken;
    }

    @Override
    void reset() {
        fresh.clear();
    }

    @Override
    void apply(List<Counted> more) {
        for (Counted counted : more) {
            if (counted.shown()) {
                fresh.add(new Write(counted.id(), counted.madeAt(), counted.changes()));
            }
        }
    }
}
