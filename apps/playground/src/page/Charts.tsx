import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colourOf } from './draw.js';
import { charted, record } from './state.js';

/** Milliseconds between two drawings. */
const EVERY = 250;
const HEIGHT = 150;

interface Panel {
  readonly title: string;
  readonly logarithmic?: boolean;
  belongs(metric: string): boolean;
}

const PANELS: readonly Panel[] = [
  { title: 'Losses', belongs: (metric) => metric === 'loss' },
  { title: 'Gradient norms', logarithmic: true, belongs: (metric) => metric === 'gradientNorm' },
  { title: 'Other metrics', belongs: (metric) => metric !== 'loss' && metric !== 'gradientNorm' },
];

export function Charts() {
  const names = useNames();
  return (
    <section class="charts" aria-labelledby="charts-title">
      <h2 id="charts-title">Curves</h2>
      {PANELS.map((panel) => {
        const own = names.filter((name) => panel.belongs(name.split('/')[1]!));
        return <Chart key={`${panel.title} ${own}`} panel={panel} names={own} />;
      })}
    </section>
  );
}

/** The metrics that there are, looked for a few times a second. */
function useNames(): readonly string[] {
  charted.value;
  return Object.keys(record.curves);
}

function Chart({ panel: { title, logarithmic = false }, names }: { panel: Panel; names: readonly string[] }) {
  const place = useRef<HTMLDivElement>(null);
  const [said, say] = useState('');
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
          { ...axis, size: 52 },
        ],
        series: [
          {},
          ...names.map((_, index) => ({
            stroke: colourOf(index),
            width: 1.5,
            spanGaps: true,
            points: { show: false },
          })),
        ],
      },
      dataOf(names),
      box,
    );
    let drawn = -1;
    const draw = () => {
      if (drawn === charted.peek()) return;
      drawn = charted.peek();
      plot.setData(dataOf(names));
      say(names.map((name) => `${name} ${newest(name)}`).join(', '));
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
  return (
    <figure>
      <figcaption>
        {title}
        <ul class="legend">
          {names.map((name, index) => (
            <li key={name}>
              <span style={{ background: colourOf(index) }} /> {name.replace('/gradientNorm', '')}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={`${title}: ${said || 'nothing yet'}`} />
    </figure>
  );
}

const newest = (name: string) => record.curves[name]?.values.at(-1)?.toPrecision(4) ?? '–';

function dataOf(names: readonly string[]): uPlot.AlignedData {
  const tables = names.map((name) => {
    const { steps, values } = record.curves[name] ?? { steps: [], values: [] };
    return [steps, values] as uPlot.AlignedData;
  });
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}
