import type { Arrow, Box } from './flow.js';

/** Of the boxes of a diagram, in its own units. */
export const [WIDTH, HEIGHT, GAP_X] = [153, 74, 20];
const GAP_Y = 16;

export const left = ({ column }: Box) => column * (WIDTH + GAP_X);
export const top = ({ row }: Box) => row * (HEIGHT + GAP_Y);

/** How far from the boxes an arrow goes that goes around them. */
const MARGIN = 9;
/** Length of an arrow's head, and half its width. */
const [LENGTH, HALF] = [7, 4];

interface Route {
  /** The line, as a path of SVG that ends where the head begins. */
  readonly line: string;
  /** Its head, as a path that is filled. */
  readonly head: string;
}

/** How an arrow goes from box to box. */
export function routeOf(from: Box, to: Box, { around }: Pick<Arrow, 'around'>): Route {
  if (around) return roundabout(from, to, around);
  if (from.column === to.column) return vertical(from, to);
  const forward = from.column < to.column;
  const [x1, y1] = [left(from) + (forward ? WIDTH : 0), top(from) + HEIGHT / 2];
  const [x2, y2] = [left(to) + (forward ? 0 : WIDTH), top(to) + HEIGHT / 2];
  const back = forward ? -LENGTH : LENGTH;
  const middle = (x1 + x2 + back) / 2;
  return {
    line: `M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2 + back} ${y2}`,
    head: `M ${x2 + back} ${y2 - HALF} L ${x2} ${y2} L ${x2 + back} ${y2 + HALF} Z`,
  };
}

function vertical(from: Box, to: Box): Route {
  const x = left(from) + WIDTH / 2;
  const up = top(from) > top(to);
  const [start, end, back] = [top(from) + (up ? 0 : HEIGHT), top(to) + (up ? HEIGHT : 0), up ? LENGTH : -LENGTH];
  return {
    line: `M ${x} ${start} L ${x} ${end + back}`,
    head: `M ${x - HALF} ${end + back} L ${x} ${end} L ${x + HALF} ${end + back} Z`,
  };
}

/** Out of the side of one box, past the others, and into the left side of the other. */
function roundabout(from: Box, to: Box, side: 'above' | 'below'): Route {
  const x1 = left(from) + WIDTH / 2;
  const [x2, y2] = [left(to), top(to) + HEIGHT * (side === 'above' ? 0.25 : 0.75)];
  const y1 = top(from) + (side === 'above' ? 0 : HEIGHT);
  const past = side === 'above' ? Math.min(y1, top(to)) - MARGIN : Math.max(y1, top(to) + HEIGHT) + MARGIN;
  const turn = x2 - GAP_X / 2 - 3;
  return {
    line: `M ${x1} ${y1} L ${x1} ${past} L ${turn} ${past} L ${turn} ${y2} L ${x2 - LENGTH} ${y2}`,
    head: `M ${x2 - LENGTH} ${y2 - HALF} L ${x2} ${y2} L ${x2 - LENGTH} ${y2 + HALF} Z`,
  };
}

/** All that is drawn, with room for the arrows that go around. */
export function frameOf(boxes: readonly Box[], arrows: readonly Arrow[]) {
  const width = Math.max(...boxes.map(left), 0) + WIDTH;
  const height = Math.max(...boxes.map(top), 0) + HEIGHT;
  const room = (side: Arrow['around']) => (arrows.some(({ around }) => around === side) ? MARGIN + 2 : 2);
  return { x: -2, y: -room('above'), width: width + 4, height: height + room('above') + room('below') };
}
