package dev.roosthold.client.conversation;

import java.util.ArrayList;
import java.util.List;

/// A line of a change, and how it changed.
public record DiffLine(Kind kind, String text) {
    /// Lines of both sides together, with which the common ones are looked for; beyond it all old
    /// lines come before all new ones.
    private static final int MAX_CELLS = 4_000_000;

    /// What became of the line.
    public enum Kind {
        SAME,
        REMOVED,
        ADDED,
        /// `...` for lines that are left out, headings of a diff.
        OTHER
    }

    /// The lines of both texts in one list, as few changed ones as possible.
    public static List<DiffLine> between(String before, String after) {
        List<String> old = lines(before);
        List<String> now = lines(after);
        List<DiffLine> diff = new ArrayList<>();
        if ((long) old.size() * now.size() > MAX_CELLS) {
            old.forEach(line -> diff.add(new DiffLine(Kind.REMOVED, line)));
            now.forEach(line -> diff.add(new DiffLine(Kind.ADDED, line)));
            return diff;
        }
        // common[i][j]: length of the longest common part of old from i and now from j.
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                common[i][j] =
                        old.get(i).equals(now.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                diff.add(new DiffLine(Kind.SAME, old.get(i)));
                i++;
                j++;
            } else if (j == now.size()
                    || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                diff.add(new DiffLine(Kind.REMOVED, old.get(i++)));
            } else {
                diff.add(new DiffLine(Kind.ADDED, now.get(j++)));
            }
        }
        return diff;
    }

    /// The lines of a text in the unified form.
    public static List<DiffLine> ofUnified(String diff) {
        return lines(diff).stream()
                .map(
                        line -> {
                            if (line.startsWith("+++") || line.startsWith("---")) {
                                return new DiffLine(Kind.OTHER, line);
                            }
                            if (line.startsWith("+")) {
                                return new DiffLine(Kind.ADDED, line.substring(1));
                            }
                            if (line.startsWith("-")) {
                                return new DiffLine(Kind.REMOVED, line.substring(1));
                            }
                            return line.startsWith(" ")
                                    ? new DiffLine(Kind.SAME, line.substring(1))
                                    : new DiffLine(Kind.OTHER, line);
                        })
                .toList();
    }

    private static List<String> lines(String text) {
        return text.isEmpty() ? List.of() : text.lines().toList();
    }
}
