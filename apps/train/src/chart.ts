import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** One line of numbers that were measured while training. */
export interface MetricsLine {
  readonly step: number;
  readonly [metric: string]: number;
}

/** The metrics over the steps as an SVG picture, one panel for each metric, because their units differ. */
export function lossesSvg(lines: readonly MetricsLine[], metrics: readonly string[]): string {
  const columns = metrics.length > 1 ? 2 : 1;
  const rows = Math.max(1, Math.ceil(metrics.length / columns));
  const panel = { width: 460, height: 240, left: 70, top: 40 };
  const place = (index: number) => ({
    left: (index % columns) * (panel.width + panel.left) + panel.left,
    top: Math.floor(index / columns) * (panel.height + 80) + panel.top,
  });
  return svg(columns * (panel.width + panel.left) + 30, rows * (panel.height + 80) + 10, {
    title: metrics.map((text, index) => ({ ...place(index), top: place(index).top - 32, text, textStyle: TITLE })),
    grid: metrics.map((_, index) => ({ ...place(index), width: panel.width - 30, height: panel.height })),
    xAxis: metrics.map((_, gridIndex) => ({ type: 'value', gridIndex, max: 'dataMax', min: 'dataMin', name: 'step' })),
    yAxis: metrics.map((_, gridIndex) => ({ type: 'value', gridIndex, scale: true })),
    series: metrics.map((name, index) => ({
      type: 'line',
      name,
      xAxisIndex: index,
      yAxisIndex: index,
      showSymbol: false,
      lineStyle: { width: 1.5 },
      data: lines.filter((line) => name in line).map((line) => [line.step, line[name]]),
    })),
  });
}

/** A series up to now, what came next, and what was expected with its interval. */
export function forecastSvg(parts: {
  readonly past: readonly number[];
  readonly truth: readonly number[];
  readonly forecast: {
    readonly median: readonly number[];
    readonly low: readonly number[];
    readonly high: readonly number[];
  };
}): string {
  const { past, truth, forecast } = parts;
  const after = (values: readonly number[]) => values.map((value, index) => [index + 1, value]);
  const line = (name: string, data: readonly (readonly number[])[], style: object) => ({
    type: 'line',
    name,
    data,
    showSymbol: false,
    ...style,
  });
  const band = { stack: 'interval', stackStrategy: 'all', lineStyle: { opacity: 0 }, color: '#d9541e' };
  const height = forecast.high.map((high, index) => high - forecast.low[index]!);
  return svg(820, 380, {
    legend: { data: ['seen', 'what came', 'forecast'], top: 8 },
    grid: { left: 60, right: 20, top: 44, bottom: 40 },
    xAxis: { type: 'value', min: 1 - past.length, max: truth.length, name: 'step' },
    yAxis: { type: 'value', scale: true },
    series: [
      line('below', after(forecast.low), band),
      line('interval', after(height), { ...band, areaStyle: { opacity: 0.2 } }),
      line(
        'seen',
        past.map((value, index) => [index + 1 - past.length, value]),
        { color: '#56616f' },
      ),
      line('what came', after(truth), { color: '#3f7fe0' }),
      line('forecast', after(forecast.median), { color: '#d9541e' }),
    ],
  });
}

const COLOURS = ['#3f7fe0', '#d9541e'];

/** Several short series, each in a panel of its own with its lines by name; equal names have equal colours. */
export function panelsSvg(panels: readonly Readonly<Record<string, readonly number[]>>[]): string {
  const [columns, width, height] = [4, 200, 130];
  const names = [...new Set(panels.flatMap((panel) => Object.keys(panel)))];
  const rows = Math.ceil(panels.length / columns);
  const place = (index: number) => ({
    left: 44 + (index % columns) * (width + 44),
    top: 44 + Math.floor(index / columns) * (height + 40),
  });
  return svg(columns * (width + 44) + 20, 44 + rows * (height + 40), {
    legend: { data: names, top: 8 },
    grid: panels.map((_, index) => ({ ...place(index), width, height })),
    xAxis: panels.map((_, gridIndex) => ({ type: 'value', gridIndex, min: 1, max: 'dataMax', minInterval: 1 })),
    yAxis: panels.map((_, gridIndex) => ({ type: 'value', gridIndex, scale: true })),
    series: panels.flatMap((panel, index) =>
      Object.entries(panel).map(([name, values]) => ({
        type: 'line',
        name,
        xAxisIndex: index,
        yAxisIndex: index,
        showSymbol: false,
        color: COLOURS[names.indexOf(name)],
        data: values.map((value, step) => [step + 1, value]),
      })),
    ),
  });
}

/** Point clouds in the plane as an SVG picture, later ones above earlier ones. */
export function scatterSvg(clouds: Readonly<Record<string, readonly (readonly number[])[]>>): string {
  return svg(640, 640, {
    legend: { data: Object.keys(clouds), top: 8 },
    grid: { left: 50, right: 20, top: 44, bottom: 40 },
    xAxis: { type: 'value', scale: true },
    yAxis: { type: 'value', scale: true },
    series: Object.entries(clouds).map(([name, data]) => ({ type: 'scatter', name, data, symbolSize: 4 })),
  });
}

const TITLE = { fontSize: 14, fontWeight: 'normal' } as const;

function svg(width: number, height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, backgroundColor: '#ffffff', ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
