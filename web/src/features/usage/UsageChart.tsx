import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Day } from "./usageData.ts";

interface UsageChartProps {
  readonly days: readonly Day[];
  readonly value: "tokens" | "cost";
  readonly format: (amount: number) => string;
}

const HEIGHT = 220;
const DAY_S = 86_400;
const day = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });

/** Bars by day. The figures stand in a table beside it, for who cannot see them. */
export function UsageChart({ days, value, format }: UsageChartProps) {
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let chart: uPlot | null = null;
    const draw = () => {
      chart?.destroy();
      const style = getComputedStyle(document.documentElement);
      const colour = (name: string) => style.getPropertyValue(name).trim();
      const axis = {
        stroke: colour("--ink-soft"),
        grid: { stroke: colour("--line"), width: 1 },
        ticks: { stroke: colour("--line"), width: 1 },
        font: `12px ${colour("--sans")}`,
      };
      const bars = uPlot.paths.bars?.({ size: [0.7, 28], radius: 0.15 });
      chart = new uPlot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          legend: { show: false },
          cursor: { show: false },
          // Days are days in UTC, as the relay counts them.
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
          scales: {
            // Room for the whole of the first and the last bar.
            x: { range: (_, min, max) => [min - DAY_S / 2, max + DAY_S / 2] },
            y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
          },
          axes: [
            { ...axis, grid: { show: false }, space: 72, values: (_, splits) => splits.map((seconds) => day.format(seconds * 1_000)) },
            { ...axis, size: 64, values: (_, splits) => splits.map(format) },
          ],
          series: [{}, { stroke: colour("--accent"), fill: colour("--accent"), width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) }],
        },
        [days.map(({ at }) => at), days.map((day) => day[value])],
        element,
      );
    };
    draw();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    const observer = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      dark.removeEventListener("change", draw);
      observer.disconnect();
      chart?.destroy();
    };
  }, [days, value]);

  return <div class="chart" ref={place} aria-hidden="true" />;
}
