import { useEffect, useRef, useState } from 'preact/hooks';
import type { Composition } from '../composition/composition.js';
import { change } from './change.js';
import { paintPoints } from './draw.js';
import { composition } from './state.js';

const EXTENT = 4;
const MOST = 500;
/** How far an arrow key moves the cursor. */
const STRIDE = 0.25;

const rounded = (value: number) => Math.round(100 * Math.min(EXTENT, Math.max(-EXTENT, value))) / 100;

/** A batch holds each of them at most once. */
const withPoints = (points: readonly number[]): Composition => ({
  ...composition.value,
  points: [...points],
  batch: Math.min(composition.value.batch, points.length / 2),
});

/** Data of one's own: by pointer, or by arrow keys and space. */
export function DrawPoints() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [points, setPoints] = useState<readonly number[]>(composition.value.points);
  const [cursor, setCursor] = useState<readonly [number, number]>([0, 0]);
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    if (canvas.current) paintPoints(canvas.current, points, EXTENT, focused ? cursor : undefined);
  }, [points, cursor, focused]);

  const add = (x: number, y: number) =>
    setPoints((before) => (before.length >= 2 * MOST ? before : [...before, rounded(x), rounded(y)]));
  const addAt = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    add(EXTENT * (2 * x - 1), EXTENT * (1 - 2 * y));
  };
  const byKey = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-STRIDE, 0],
      ArrowRight: [STRIDE, 0],
      ArrowUp: [0, STRIDE],
      ArrowDown: [0, -STRIDE],
    };
    const move = moves[event.key];
    if (move) setCursor(([x, y]) => [rounded(x + move[0]), rounded(y + move[1])]);
    else if (event.key === ' ') add(...cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="field draw">
      <div
        class="area"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys draw on it
        tabIndex={0}
        aria-label="Drawing area"
        aria-describedby="drawing-keys"
        onPointerDown={addAt}
        onPointerMove={(event) => event.buttons === 1 && addAt(event)}
        onKeyDown={byKey}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <canvas ref={canvas} width={240} height={240} />
      </div>
      <span class="unseen" aria-live="polite" data-testid="cursor">
        {focused && `${cursor[0]} to the right, ${cursor[1]} up, ${points.length / 2} points`}
      </span>
      <p class="buttons">
        <button type="button" disabled={points.length < 16} onClick={() => void change(withPoints(points))}>
          Use {points.length / 2} points
        </button>
        <button type="button" onClick={() => setPoints([])}>
          Clear
        </button>
      </p>
      <p class="hint" id="drawing-keys">
        Draw at least 8 points, by pointer, or by arrow keys and space.
      </p>
    </div>
  );
}
