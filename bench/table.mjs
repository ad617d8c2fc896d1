/** How the numbers are shown, on a screen and in Markdown. */

const columns = [
  'engine',
  'ms per step',
  'best step',
  '× torch’s best (range)',
  '× torch, same threads',
  'stock tfjs ÷ this',
  'kernels',
  'GFLOP/s',
  'of its bound',
];

const fixed = (number, digits) =>
  number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const time = (ms) => fixed(ms, ms < 100 ? 2 : ms < 1000 ? 1 : 0);
const times = (ratio) => (ratio === undefined ? '–' : fixed(ratio.middle, ratio.middle < 10 ? 2 : 0));

function withRange(ratio) {
  if (ratio?.low === undefined || ratio.low === ratio.high) return times(ratio);
  return `${times(ratio)} (${fixed(ratio.low, 2)}–${fixed(ratio.high, 2)})`;
}

function cells(row) {
  const label = row.torchBest ? `${row.engine.label} (torch’s best)` : row.engine.label;
  if (row.failed !== undefined) return [label, row.failed, ...columns.slice(2).map(() => '')];
  return [
    label,
    `${row.extrapolated ? '≈ ' : ''}${time(row.ms)}`,
    row.extrapolated ? '–' : time(row.best),
    withRange(row.toBest),
    times(row.toRival),
    times(row.toStock),
    row.kernels === undefined ? '–' : `${row.kernels}`,
    fixed(row.gflops, 1),
    row.share === undefined ? '–' : `${Math.round(100 * row.share)} %`,
  ];
}

/** All rows of a workload under its title. */
export function markdown(title, rows) {
  const line = (texts) => `| ${texts.join(' | ')} |`;
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [`**${title}**`, '', line(columns), line(rule), ...rows.map((row) => line(cells(row)))].join('\n');
}

/** The same in columns of equal width. */
export function plain(title, rows) {
  const grid = [columns, ...rows.map(cells)];
  // A reason in place of numbers may be long; it takes the room of the whole row.
  const widths = columns.map((_, place) =>
    Math.max(...grid.map((row) => (row[2] === '' && place === 1 ? 0 : row[place].length))),
  );
  const lines = grid.map((row) =>
    row[2] === ''
      ? `${row[0].padEnd(widths[0])}  ${row[1]}`
      : row.map((text, place) => (place === 0 ? text.padEnd(widths[0]) : text.padStart(widths[place]))).join('  '),
  );
  return [title, ...lines].join('\n');
}
