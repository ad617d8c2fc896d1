import { type Axis, each } from './geometry.js';

/**
 * A grid of windows along one axis: the first one's place in the source, how many there are, and the place of the first one's
 * result in the target. Each of its members is a result beside that one.
 */
interface Group {
  readonly first: number;
  readonly count: number;
  readonly to: number;
  readonly members: number;
  readonly taps: readonly Tap[];
}

/** A place in a window, and for each member the place in the filter it meets: −1 for none. */
interface Tap {
  readonly offset: number;
  readonly places: readonly number[];
}

/** Along one axis: the groups, and how far apart windows are in the source and their results in the target. */
interface Windows {
  readonly groups: readonly Group[];
  readonly step: number;
  readonly toStep: number;
}

/** The windows of a convolution along an axis. */
export function forward({ filter, output, before, stride, dilation }: Axis): Windows {
  const taps = each(filter, (place) => ({ offset: place * dilation, places: [place] }));
  return { groups: [{ first: -before, count: output, to: 0, members: 1, taps }], step: stride, toStep: 1 };
}

/**
 * The windows of dy that make dx along an axis. dx at stride·v + phase − before is a plain convolution of dy by every stride-th place
 * of the filter, turned over: a group for each phase, or one of all phases, where a phase that has no such tap has zeros.
 */
export function backward({ filter, input, before, stride, dilation }: Axis, together: boolean): Windows {
  const place = (phase: number, shift: number): number => {
    const k = (shift * stride + phase) / dilation;
    return Number.isInteger(k) && k < filter ? k : -1;
  };
  const shifts = each(Math.floor(((filter - 1) * dilation) / stride) + 1, (index) => index).reverse();
  const group = (phases: readonly number[]): Group => {
    const first = Math.ceil((before - phases.at(-1)!) / stride);
    const last = Math.floor((input - 1 + before - phases[0]!) / stride);
    const taps = shifts
      .map((shift) => ({ offset: -shift, places: phases.map((phase) => place(phase, shift)) }))
      .filter(({ places }) => places.some((k) => k >= 0));
    const to = first * stride + phases[0]! - before;
    return { first, count: Math.max(0, last - first + 1), to, members: phases.length, taps };
  };
  const phases = each(stride, (phase) => phase);
  return { groups: together ? [group(phases)] : phases.map((phase) => group([phase])), step: 1, toStep: stride };
}

/** Sizes without the batch axis. */
interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Below so many channels, the taps of a row are read as one where they lie side by side. */
const FEW_CHANNELS = 32;
const FIELDS = 18;
const GROUP_FIELDS = 6;

export interface Plan {
  /** As kernels/gather.ts reads it. */
  readonly numbers: readonly number[];
  /** Columns of the product, and the depths of all its parts. */
  readonly columns: number;
  readonly depth: number;
  /** Multiplications, columns filled up to whole panels; packing counts as much as two panels. */
  readonly cost: number;
}

export function planOf(
  images: number,
  source: Size,
  target: Size,
  rows: Windows,
  columns: Windows,
  filterWidth: number,
): Plan {
  const tapsOf = ({ groups }: Windows) => groups.reduce((sum, { taps }) => sum + taps.length, 0);
  const [down, across] = [rows.groups[0]!.members, columns.groups[0]!.members];
  const sideBySide = columns.groups.every(({ taps }) =>
    taps.every(({ offset }, index) => offset === taps[0]!.offset + index),
  );
  const header = [
    ...[images, source.height, source.width, source.channels, rows.step, columns.step],
    ...[target.height, target.width, target.channels, rows.toStep, columns.toStep],
    Number(sideBySide && source.channels < FEW_CHANNELS),
    ...[rows.groups.length, columns.groups.length, down, across, filterWidth, tapsOf(columns)],
  ];
  let place = FIELDS + GROUP_FIELDS * (rows.groups.length + columns.groups.length);
  const [records, taps]: [number[], number[]] = [[], []];
  for (const { groups } of [rows, columns]) {
    let before = 0;
    for (const group of groups) {
      records.push(group.first, group.count, group.to, place, group.taps.length, before);
      taps.push(...group.taps.flatMap(({ offset, places }) => [offset, ...places]));
      place += group.taps.length * (1 + group.members);
      before += group.taps.length;
    }
  }
  const width = down * across * target.channels;
  const products = rows.groups.flatMap((row) =>
    columns.groups.map((column) => row.count * row.taps.length * column.count * column.taps.length),
  );
  return {
    numbers: [...header, ...records, ...taps],
    columns: width,
    depth: source.channels * tapsOf(rows) * tapsOf(columns),
    cost: images * source.channels * (Math.ceil(width / 8) + 2) * 8 * products.reduce((a, b) => a + b, 0),
  };
}
