import { useEffect, useRef, useState } from 'preact/hooks';
import type { Neighbours, Rows } from '../../engine/protocol.js';
import { attempt } from '../actions.js';
import { engine } from '../engine.js';
import { composition, playing, step } from '../state.js';
import { useLook } from '../useLook.js';
import { Picture } from './Picture.js';

const COUNT = 64;
const FRAMES = 9;
/** Steps of training between two searches for neighbours. */
const EVERY = 500;

/** Samples of the same noise; one chosen shows what it resembles, two what lies between them. */
export function SamplesLook() {
  const rows = useLook(() => engine.samples(COUNT));
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const of = composition.value;
  useEffect(() => setChosen([]), [of]);
  const byClass = rows?.labels !== undefined;
  const classes = byClass ? Math.max(...rows.labels!) + 1 : 8;
  const columns = byClass ? classes : 8;
  const count = byClass ? Math.floor(COUNT / classes) * classes : COUNT;
  const shown = rows && byClass ? first(rows, count) : rows;
  const choose = (index: number) =>
    setChosen((before) =>
      before.includes(index) ? before.filter((one) => one !== index) : [...before, index].slice(-2),
    );
  return (
    <>
      <p class="hint">
        {byClass ? 'One column for each class. ' : ''}Always the same noise. Choose a sample to see the training images
        nearest to it, a second one for the way between them.
      </p>
      <div class="two">
        <div>
          {byClass && (
            <div class="heads" style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }} aria-hidden="true">
              {Array.from({ length: columns }, (_, label) => (
                <span key={label}>{label}</span>
              ))}
            </div>
          )}
          <div class="grid">
            <Picture rows={shown} columns={columns} lines={Math.ceil(count / columns)} label={`${count} samples`} />
            <Cells count={count} columns={columns} chosen={chosen} choose={choose} />
          </div>
        </div>
        <div class="beside">
          {chosen.length === 0 && <p class="hint">None is chosen.</p>}
          {chosen.length === 1 && <Nearest sample={chosen[0]!} />}
          {chosen.length === 2 && <Between from={chosen[0]!} to={chosen[1]!} />}
        </div>
      </div>
    </>
  );
}

const first = (rows: Rows, count: number): Rows => ({
  ...rows,
  count,
  values: rows.values.subarray(0, (rows.values.length / rows.count) * count),
});

interface CellsProps {
  readonly count: number;
  readonly columns: number;
  readonly chosen: readonly number[];
  choose(index: number): void;
}

/** A button over each sample; arrow keys walk from one to the next. */
function Cells({ count, columns, chosen, choose }: CellsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(0);
  const walk = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.min(count - 1, Math.max(0, current + by));
    setCurrent(next);
    (box.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame of its own
    <div
      ref={box}
      class="cells"
      role="group"
      aria-label="Samples to choose from"
      style={{ gridTemplateColumns: `repeat(${columns}, 1fr)` }}
      onKeyDown={walk}
    >
      {Array.from({ length: count }, (_, index) => (
        <button
          key={index}
          type="button"
          aria-label={`Sample ${index + 1}`}
          aria-pressed={chosen.includes(index)}
          tabIndex={index === current ? 0 : -1}
          onClick={() => choose(index)}
          onFocus={() => setCurrent(index)}
        />
      ))}
    </div>
  );
}

function Nearest({ sample }: { sample: number }) {
  const [found, setFound] = useState<Neighbours & { readonly of: number }>();
  // To look at every training image takes a while: now and then while it trains, and whenever it rests.
  const turn = playing.value ? -1 - Math.floor(step.value / EVERY) : step.value;
  useEffect(
    () =>
      void attempt(async () => {
        const neighbours = await engine.neighbours(sample, 8);
        setFound(neighbours && { ...neighbours, of: sample });
      }),
    [sample, turn],
  );
  const now = found?.of === sample ? found : undefined; // not those of a sample that was chosen before
  return (
    <>
      <h3>Sample {sample + 1}</h3>
      <Picture rows={now?.sample} columns={1} label={`Sample ${sample + 1}`} class="large" />
      <h3>Nearest training images</h3>
      <Picture rows={now?.nearest} columns={4} lines={2} label="The eight training images nearest to it" />
      <p class="hint" data-testid="nearest">
        {now &&
          `Distances ${now.distances[0]!.toFixed(2)} to ${now.distances.at(-1)!.toFixed(2)}, over all pixels, as at step ${now.step.toLocaleString('en')}.`}
      </p>
    </>
  );
}

function Between({ from, to }: { from: number; to: number }) {
  const strip = useLook(() => engine.interpolation(from, to, FRAMES), [from, to]);
  const [frame, setFrame] = useState(Math.floor(FRAMES / 2));
  const size = strip ? strip.values.length / strip.count : 0;
  const one = strip && { ...strip, count: 1, values: strip.values.subarray(frame * size, (frame + 1) * size) };
  return (
    <>
      <h3>
        From sample {from + 1} to {to + 1}
      </h3>
      <Picture rows={strip} columns={FRAMES} label="The way between the two samples" />
      <Picture rows={one} columns={1} label={`Frame ${frame + 1} of ${FRAMES}`} class="large" />
      <label class="field slider">
        Frame {frame + 1}
        <input
          type="range"
          min={0}
          max={FRAMES - 1}
          value={frame}
          onInput={({ currentTarget }) => setFrame(currentTarget.valueAsNumber)}
        />
      </label>
    </>
  );
}
