import { useEffect, useRef, useState } from 'preact/hooks';
import { hasSlot } from '../../composition/slots.js';
import type { Rows } from '../../engine/protocol.js';
import { attempt } from '../actions.js';
import { paintImages, paintRows } from '../draw.js';
import { engine } from '../engine.js';
import { composition, started, step } from '../state.js';
import { useLook } from '../useLook.js';
import { Picture } from './Picture.js';

const SIDE = 15;

type Place = readonly [number, number];

/** The plane of two latent dimensions, to be walked over. */
export function MapLook() {
  const latent = composition.value.latent;
  const [axes, setAxes] = useState<Place>([0, 1]);
  const usable: Place = axes.some((axis) => axis >= latent) ? [0, 1] : axes;
  const conditional = composition.value.conditional && hasSlot(composition.value, 'conditional');
  const classes = started.value?.classes ?? 1;
  const [chosen, setLabel] = useState(0);
  const label = conditional && chosen < classes ? chosen : 0;
  const view = useLook(() => engine.map(SIDE, usable, label), [usable[0], usable[1], label]);
  const [at, setAt] = useState<Place>([0, 0]);
  const [overlay, setOverlay] = useState(true);
  const here = useDecoded(at, usable, label);
  const extent = view?.extent ?? 3;
  return (
    <>
      <p class="hint">
        Move over the map, drag through it, or walk by the arrow keys: the digit of that place stands beside it.
      </p>
      <div class="two">
        <Walk extent={extent} at={at} move={setAt} images={view?.images} codes={overlay ? view?.codes : undefined} />
        <div class="beside">
          <h3 class="place">
            z = ({at[0].toFixed(2)}, {at[1].toFixed(2)})
          </h3>
          <Picture rows={here} columns={1} label="What this place gives" class="large" />
          {view?.codes && (
            <label class="check">
              <input
                type="checkbox"
                checked={overlay}
                onChange={({ currentTarget }) => setOverlay(currentTarget.checked)}
              />{' '}
              Codes of training images{conditional && ' of this class'}
            </label>
          )}
          {latent > 2 && <Axes latent={latent} axes={usable} set={setAxes} />}
          {conditional && (
            <label class="field">
              Class
              <select value={label} onChange={({ currentTarget }) => setLabel(Number(currentTarget.value))}>
                {Array.from({ length: classes }, (_, index) => (
                  <option key={index} value={index}>
                    {index}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
      </div>
    </>
  );
}

/** What one place gives, now: a question at a time. */
function useDecoded(at: Place, axes: Place, label: number): Rows | undefined {
  const [rows, setRows] = useState<Rows>();
  const state = useRef({ busy: false, again: false, ask: () => engine.decode(at, axes, label) });
  state.current.ask = () => engine.decode(at, axes, label);
  useEffect(() => {
    const own = state.current;
    own.again = true;
    if (own.busy) return;
    own.busy = true;
    void attempt(async () => {
      while (own.again) {
        own.again = false;
        setRows(await own.ask());
      }
    }).finally(() => {
      own.busy = false;
    });
  }, [at[0], at[1], axes[0], axes[1], label, started.value, Math.floor(step.value / 20)]);
  return rows;
}

interface WalkProps {
  readonly extent: number;
  readonly at: Place;
  move(to: Place): void;
  readonly images: Rows | undefined;
  readonly codes: Rows | undefined;
}

function Walk({ extent, at, move, images, codes }: WalkProps) {
  const [ground, above] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  useEffect(() => {
    const canvas = ground.current!;
    canvas.toggleAttribute('data-painted', images !== undefined);
    if (images) paintImages(canvas, images, SIDE, 0);
    else canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
  }, [images]);
  useEffect(() => {
    const canvas = above.current!;
    canvas.getContext('2d')!.clearRect(0, 0, canvas.width, canvas.height);
    if (codes) paintRows(canvas, codes, extent, '#d9541e', 3);
  }, [codes, extent]);
  const inside = (value: number) => Math.min(extent, Math.max(-extent, value));
  const toPointer = (event: PointerEvent) => {
    const box = above.current!.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    move([inside(extent * (2 * x - 1)), inside(extent * (1 - 2 * y))]);
  };
  const byKey = (event: KeyboardEvent) => {
    const by = extent / 20;
    const moves: Readonly<Record<string, Place>> = {
      ArrowLeft: [-by, 0],
      ArrowRight: [by, 0],
      ArrowUp: [0, by],
      ArrowDown: [0, -by],
    };
    const way = moves[event.key];
    if (!way) return;
    event.preventDefault();
    move([inside(at[0] + way[0]), inside(at[1] + way[1])]);
  };
  const percent = (value: number) => `${50 + (50 * value) / extent}%`;
  return (
    <div
      class="walk"
      role="slider"
      tabIndex={0}
      aria-label="Place on the latent plane"
      aria-valuenow={at[0]}
      aria-valuemin={-extent}
      aria-valuemax={extent}
      aria-valuetext={`${at[0].toFixed(2)} to the right, ${at[1].toFixed(2)} up`}
      onPointerMove={toPointer}
      onPointerDown={toPointer}
      onKeyDown={byKey}
    >
      <canvas ref={ground} width={SIDE * 28} height={SIDE * 28} class="pictures" />
      <canvas ref={above} width={840} height={840} />
      <span class="here" style={{ left: percent(at[0]), top: percent(-at[1]) }} />
    </div>
  );
}

function Axes({ latent, axes, set }: { latent: number; axes: Place; set(axes: Place): void }) {
  const choose = (which: 0 | 1, value: number) => {
    const other = axes[1 - which]!;
    if (value !== other) set(which === 0 ? [value, other] : [other, value]);
  };
  return (
    <>
      {(['Right', 'Up'] as const).map((name, which) => (
        <label key={name} class="field">
          {name}: dimension
          <select
            value={axes[which]}
            onChange={({ currentTarget }) => choose(which as 0 | 1, Number(currentTarget.value))}
          >
            {Array.from({ length: latent }, (_, axis) => (
              <option key={axis} value={axis} disabled={axis === axes[1 - which]}>
                {axis + 1}
              </option>
            ))}
          </select>
        </label>
      ))}
    </>
  );
}
