import { useEffect } from 'preact/hooks';
import type { StartOptions } from '../engine/protocol.js';
import { anew, pause, play, setBackend, setRateFactor, setSpeed, stepOnce } from './actions.js';
import { Question } from './Dialog.js';
import { backend, playing, progress, rateFactor, record, speed, started, starting, status } from './state.js';

const BACKENDS: Readonly<Record<StartOptions['backend'], string>> = {
  auto: 'The best there is',
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
};
/** Steps a second; the last one is without limit. */
const SPEEDS = [1, 2, 5, 10, 30, 100, 0];
const FACTORS = [0.1, 0.2, 0.5, 1, 2, 5, 10];

const rounded = (value: number, digits = 3) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(digits);

export function Controls() {
  const ready = started.value !== undefined && !starting.value;
  useEffect(() => {
    const bySpace = (event: KeyboardEvent) => {
      if (event.key !== ' ' || event.target !== document.body || !ready) return;
      event.preventDefault();
      void (playing.value ? pause() : play());
    };
    addEventListener('keydown', bySpace);
    return () => removeEventListener('keydown', bySpace);
  }, [ready]);
  return (
    <section class="controls" aria-label="Training">
      <div class="buttons">
        <button
          type="button"
          class="primary go"
          disabled={!ready}
          onClick={() => void (playing.value ? pause() : play())}
        >
          {playing.value ? 'Pause' : 'Train'}
        </button>
        <button type="button" disabled={!ready || playing.value} onClick={() => void stepOnce()}>
          Step
        </button>
        <button type="button" disabled={starting.value} onClick={() => void anew()}>
          Start anew
        </button>
      </div>
      <Numbers />
      <Slider
        label="Speed"
        values={SPEEDS}
        value={speed.value}
        onInput={setSpeed}
        say={(value) => (value === 0 ? 'no limit' : `${value} steps/s`)}
      />
      <Slider
        label="Learning rate"
        values={FACTORS}
        value={rateFactor.value}
        onInput={setRateFactor}
        say={(value) => `× ${value}`}
      />
      <div class="field">
        <label for="backend">Runs on</label>
        <select
          id="backend"
          value={backend.value}
          disabled={starting.value}
          onChange={({ currentTarget }) => void setBackend(currentTarget.value as StartOptions['backend'])}
        >
          {Object.entries(BACKENDS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <p class="where">
        <span data-testid="backend">{started.value?.backend ?? '–'}</span>
        <span class="hint"> {started.value?.reason}</span>
      </p>
      <p class="status" role="status">
        {status.value}
      </p>
      <Question />
    </section>
  );
}

function Numbers() {
  const { step, epoch, stepsPerSecond, examplesPerSecond } = progress.value;
  const player = started.value?.parts[0]?.player;
  const loss = record.curves[`${player}/loss`]?.values.at(-1);
  return (
    <dl class="numbers">
      <Figure name="step" value={step.toLocaleString('en')} testId="step" />
      <Figure name="epoch" value={epoch.toFixed(1)} />
      <Figure
        name={player ? `loss of the ${player}` : 'loss'}
        value={loss === undefined ? '–' : loss.toPrecision(4)}
        testId="loss"
      />
      <Figure name="steps/s" value={stepsPerSecond === 0 ? '–' : rounded(stepsPerSecond)} />
      <Figure name="examples/s" value={examplesPerSecond === 0 ? '–' : rounded(examplesPerSecond)} />
    </dl>
  );
}

function Figure({ name, value, testId }: { name: string; value: string; testId?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

interface SliderProps {
  readonly label: string;
  readonly values: readonly number[];
  readonly value: number;
  onInput(value: number): void;
  say(value: number): string;
}

function Slider({ label, values, value, onInput, say }: SliderProps) {
  const id = `slide-${label.replaceAll(' ', '-').toLowerCase()}`;
  return (
    <div class="field slider">
      <label for={id}>
        {label} <output>{say(value)}</output>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={values.length - 1}
        step={1}
        value={values.indexOf(value)}
        aria-valuetext={say(value)}
        onInput={({ currentTarget }) => onInput(values[currentTarget.valueAsNumber]!)}
      />
    </div>
  );
}
