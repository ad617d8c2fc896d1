/** From the reports of a run to the numbers of the table. */

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

export function median(numbers) {
  const ordered = sorted(numbers);
  const middle = ordered.length >> 1;
  return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

/** One task: the median of the rounds' medians, the best single step, and what else its reports say. */
export function summarize(task, reports) {
  const good = reports.filter(({ failed }) => failed === undefined);
  if (good.length === 0) return { ...task, failed: reports[0]?.failed ?? 'the time was up before' };
  const { parameters, kernels, device, extrapolated, first } = good[0];
  return {
    ...task,
    /** By round; undefined where it failed. */
    medians: reports.map(({ milliseconds }) => milliseconds && median(milliseconds)),
    ms: median(good.map(({ milliseconds }) => median(milliseconds))),
    best: Math.min(...good.flatMap(({ milliseconds }) => milliseconds)),
    rounds: good.length,
    parameters,
    kernels,
    device,
    extrapolated,
    first,
  };
}

/**
 * The rows of a workload, set against each other.
 *
 * @param rates  the fastest matrix product of each engine by its name, FLOP per second
 */
export function compare(rows, flop, rates) {
  const measured = rows.filter(({ failed }) => failed === undefined);
  const torch = measured.filter(({ engine }) => engine.engine === 'torch');
  const best = fastest(torch);
  const stock = measured.find(({ engine }) => engine.engine === 'tfjs');
  return rows.map((row) => {
    if (row.failed !== undefined) return row;
    const rival = fastest(torch.filter(({ engine }) => engine.threads === row.engine.threads));
    const rate = rates[row.engine.name];
    return {
      ...row,
      toBest: best && ratio(row, best),
      toRival: rival && ratio(row, rival),
      toStock: stock && { middle: stock.ms / row.ms },
      gflops: flop / row.ms / 1e6,
      share: rate && flop / rate / (row.ms / 1000),
      torchBest: row === best,
    };
  });
}

const fastest = (rows) => rows.reduce((best, row) => (best === undefined || row.ms < best.ms ? row : best), undefined);

/** Within each round, where both were measured often: what slows the machine for a while strikes both. */
function ratio(row, other) {
  if (row.once || other.once) return { middle: row.ms / other.ms };
  const ratios = row.medians.map((ms, round) => ms / other.medians[round]).filter(Number.isFinite);
  if (ratios.length === 0) return { middle: row.ms / other.ms };
  return { middle: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}

/** Sentences about rows that cannot have done the same work as ours: other numbers of parameters, another loss at the start. */
export function differences(rows) {
  const ours = rows.find(({ engine, failed }) => engine.engine === 'ours' && failed === undefined);
  if (!ours) return [];
  return rows.flatMap(({ workload, engine, parameters, first, failed, extrapolated }) => {
    if (failed !== undefined) return [];
    const unlike = [];
    const row = `${workload}, ${engine.label}`;
    if (parameters !== ours.parameters) unlike.push(`${row}: trains ${parameters} numbers, ours ${ours.parameters}`);
    const far = Math.abs(first - ours.first) > 0.05 * Math.abs(ours.first);
    if (far && !extrapolated) unlike.push(`${row}: first loss ${first.toFixed(3)}, ours ${ours.first.toFixed(3)}`);
    return unlike;
  });
}
