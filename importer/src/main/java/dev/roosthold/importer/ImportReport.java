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
    /// @param completed that were there, with something empty that is filled now
    /// @param present that were there already, the same
    /// @param conflicts that were there with something else in them, and stay as they are
    /// @param skipped left out, as it has to be
    /// @param problems that could not be taken
    public record Line(
            String kind,
            boolean inSource,
            long read,
            long imported,
            long completed,
            long present,
            long conflicts,
            long skipped,
            long problems) {
        static Line missing(String kind) {
            return new Line(kind, false, 0, 0, 0, 0, 0, 0, 0);
        }

        boolean changedNothing() {
            return imported + completed == 0;
        }
    }

    /// Rows about which the same is to be said.
    ///
    /// @param weight `note` for rows that are there, `conflict` for those of which the relay keeps
    ///     its own, `skipped` or `problem` for those that were not taken
    /// @param rows how many
    /// @param examples ids of the first of them
    public record Group(
            String kind, String weight, String what, long rows, List<String> examples) {}

    /// Whether the relay has now all that could be taken over, as it was.
    public boolean isComplete() {
        return kinds.stream().allMatch(line -> line.conflicts() + line.problems() == 0);
    }

    /// Whether there was nothing to bring in.
    public boolean changedNothing() {
        return kinds.stream().allMatch(Line::changedNothing);
    }

    /// For a person.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(
                row(
                        "",
                        "read",
                        "imported",
                        "completed",
                        "already there",
                        "conflicts",
                        "skipped",
                        "problems"));
        for (Line line : kinds) {
            lines.add(
                    line.inSource()
                            ? row(
                                    line.kind(),
                                    number(line.read()),
                                    number(line.imported()),
                                    number(line.completed()),
                                    number(line.present()),
                                    number(line.conflicts()),
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
