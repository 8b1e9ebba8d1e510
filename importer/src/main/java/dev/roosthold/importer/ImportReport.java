package dev.roosthold.importer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What an import did, or what a dry run would have done. Names ids, never content.
///
/// @param source what was read
/// @param dryRun whether nothing was changed
/// @param kinds one line for each kind of row
/// @param findings what is to be said about single rows, grouped
/// @param advice what the person has to do now
public record ImportReport(
        String source,
        boolean dryRun,
        List<Line> kinds,
        List<Group> findings,
        List<String> advice) {

    /// Rows of one kind; `read` is the sum of the others.
    ///
    /// @param inSource whether the source has the table at all
    /// @param imported that are there now and were not before
    /// @param updated that were there and older
    /// @param present that were there already
    /// @param skipped left out, as it has to be
    /// @param problems that could not be taken
    public record Line(
            String kind,
            boolean inSource,
            long read,
            long imported,
            long updated,
            long present,
            long skipped,
            long problems) {}

    /// Rows about which the same is to be said.
    ///
    /// @param weight `note` for rows that were taken, `skipped` or `problem` for those that were
    // not
    /// @param rows how many
    /// @param examples ids of the first of them
    public record Group(
            String kind, String weight, String what, long rows, List<String> examples) {}

    /// Whether rows that should have been taken were not.
    public boolean hasProblems() {
        return kinds.stream().anyMatch(line -> line.problems() > 0);
    }

    /// For a person.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(row("", "read", "imported", "updated", "already there", "skipped", "problems"));
        for (Line line : kinds) {
            lines.add(
                    line.inSource()
                            ? row(
                                    line.kind(),
                                    number(line.read()),
                                    number(line.imported()),
                                    number(line.updated()),
                                    number(line.present()),
                                    number(line.skipped()),
                                    number(line.problems()))
                            : String.format(Locale.ROOT, "%-16s no such table", line.kind()));
        }
        for (Group group : findings) {
            lines.add("");
            lines.add(
                    group.weight()
                            + ": "
                            + number(group.rows())
                            + " of "
                            + group.kind()
                            + ": "
                            + group.what());
            if (!group.examples().isEmpty()) {
                lines.add(
                        "  "
                                + String.join(", ", group.examples())
                                + (group.rows() > group.examples().size() ? ", ..." : ""));
            }
        }
        if (!advice.isEmpty()) {
            lines.add("");
            lines.addAll(advice);
        }
        return lines;
    }

    private static String row(String kind, String... numbers) {
        var line = new StringBuilder(String.format(Locale.ROOT, "%-16s", kind));
        for (String number : numbers) {
            line.append(String.format(Locale.ROOT, " %13s", number));
        }
        return line.toString();
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
