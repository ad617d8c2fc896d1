import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colourOf } from './draw.js';
import { nameOf, type Panel, panelsOf } from './panels.js';
import { charted, composition, record, started, starting } from './state.js';

/** Milliseconds between two drawings. */
const EVERY = 250;
const HEIGHT = 110;

export function Charts() {
  charted.value;
  // While another run is made, the metrics are still those of the one before.
  const found = started.value && !starting.value ? Object.keys(record.curves) : [];
  const panels = panelsOf(composition.value, found);
  return (
    <section class="charts" aria-labelledby="charts-title">
      <h2 id="charts-title">Curves</h2>
      {panels.map((panel) => (
        <Chart key={`${panel.title} ${panel.metrics}`} panel={panel} />
      ))}
    </section>
  );
}

function Chart({ panel: { title, metrics, logarithmic = false } }: { panel: Panel }) {
  const place = useRef<HTMLDivElement>(null);
  const [newest, setNewest] = useState<readonly string[]>([]);
  useEffect(() => {
    const box = place.current!;
    const style = getComputedStyle(box);
    const axis = {
      stroke: style.color,
      grid: { stroke: style.getPropertyValue('--line'), width: 1 },
      ticks: { show: false },
    };
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
        axes: [
          { ...axis, size: 28 },
          { ...axis, size: 52, space: 22 },
        ],
        series: [
          {},
          ...metrics.map((_, index) => ({
            stroke: colourOf(index),
            width: 1.5,
            spanGaps: true,
            points: { show: false },
          })),
        ],
      },
      dataOf(metrics),
      box,
    );
    let drawn = -1;
    const draw = () => {
      if (drawn === charted.peek()) return;
      drawn = charted.peek();
      plot.setData(dataOf(metrics));
      setNewest(metrics.map(newestOf));
    };
    const timer = setInterval(draw, EVERY);
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
    watch.observe(box);
    draw();
    return () => {
      clearInterval(timer);
      watch.disconnect();
      plot.destroy();
    };
  }, []);
  const said = metrics.map((metric, index) => `${nameOf(metric)} ${newest[index] ?? '–'}`);
  return (
    <figure>
      <figcaption>
        {title}
        <ul class="legend">
          {metrics.map((metric, index) => (
            <li key={metric}>
              <span style={{ background: colourOf(index) }} /> {nameOf(metric)} <b>{newest[index] ?? '–'}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={`${title}: ${said.join(', ')}`} />
    </figure>
  );
}

const newestOf = (metric: string) => record.curves[metric]?.values.at(-1)?.toPrecision(3) ?? '–';

function dataOf(metrics: readonly string[]): uPlot.AlignedData {
  const tables = metrics.map((metric) => {
    const { steps, values } = record.curves[metric] ?? { steps: [], values: [] };
    return [steps, values] as uPlot.AlignedData;
  });
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}
