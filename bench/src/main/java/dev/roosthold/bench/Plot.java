package dev.roosthold.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// Draws how a run went, as an SVG picture: one panel above the other, time to the right.
final class Plot {
    private static final int WIDTH = 900;
    private static final int PANEL = 130;
    private static final int GAP = 50;
    private static final int LEFT = 70;
    private static final int TOP = 60;

    private Plot() {}

    /// What an interval showed.
    ///
    /// @param at seconds from the start to its end
    /// @param p50Ms of the delivery of messages
    /// @param p99Ms of the same
    /// @param cores processors that the relay used
    /// @param megabytes that were resident
    /// @param perSecond heartbeats and messages that were sent
    record Row(
            double at,
            double p50Ms,
            double p99Ms,
            double cores,
            double megabytes,
            double perSecond) {}

    static String draw(String title, List<Row> rows) {
        var out = new StringBuilder();
        int height = TOP + 4 * (PANEL + GAP);
        out.append(
                String.format(
                        Locale.ROOT,
                        """
                        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" \
                        font-family="system-ui, sans-serif" font-size="13">
                        <rect width="100%%" height="100%%" fill="#fff"/>
                        <text x="%d" y="30" font-size="16" font-weight="600">%s</text>
                        """,
                        WIDTH,
                        height,
                        LEFT,
                        title));
        panel(out, 0, "sent a second", rows, List.of(new Line("#2563eb", Row::perSecond)));
        panel(
                out,
                1,
                "message to app, ms: p50 (blue), p99 (orange)",
                rows,
                List.of(new Line("#2563eb", Row::p50Ms), new Line("#d97706", Row::p99Ms)));
        panel(out, 2, "processors of the relay", rows, List.of(new Line("#2563eb", Row::cores)));
        panel(
                out,
                3,
                "resident memory of the relay, MB",
                rows,
                List.of(new Line("#2563eb", Row::megabytes)));
        return out.append("</svg>\n").toString();
    }

    private record Line(String colour, ToDoubleFunction<Row> value) {}

    private static void panel(
            StringBuilder out, int number, String name, List<Row> rows, List<Line> lines) {
        int top = TOP + number * (PANEL + GAP);
        int bottom = top + PANEL;
        double most = 0;
        double end = 1;
        for (Row row : rows) {
            end = Math.max(end, row.at());
            for (Line line : lines) {
                most = Math.max(most, line.value().applyAsDouble(row));
            }
        }
        most = round(most);
        text(out, LEFT, top - 8, "start", name);
        for (int i = 0; i <= 2; i++) {
            double y = bottom - PANEL * i / 2.0;
            out.append(
                    String.format(
                            Locale.ROOT,
                            "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                            LEFT,
                            WIDTH - 20,
                            y,
                            y));
            text(out, LEFT - 8, y + 4, "end", number(most * i / 2));
        }
        text(out, WIDTH - 20, bottom + 18, "end", Math.round(end) + " s");
        for (Line line : lines) {
            out.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                    .append(line.colour())
                    .append("\" points=\"");
            for (Row row : rows) {
                out.append(
                        String.format(
                                Locale.ROOT,
                                "%.1f,%.1f ",
                                LEFT + (WIDTH - 20 - LEFT) * row.at() / end,
                                bottom - PANEL * line.value().applyAsDouble(row) / most));
            }
            out.append("\"/>\n");
        }
    }

    private static void text(StringBuilder out, double x, double y, String anchor, String text) {
        out.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                        x,
                        y,
                        anchor,
                        text));
    }

    private static String number(double value) {
        return value >= 10 || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }

    /// The next of 1, 2, 4, 5, 10, 20, ... that is not smaller.
    private static double round(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-3))));
        for (double step : new double[] {1, 2, 4, 5, 10}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }
}
