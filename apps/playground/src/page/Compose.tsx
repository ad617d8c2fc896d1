import { CHOICES, type Choosable, type Composition, type Countable, NUMBERS } from '../composition/composition.js';
import { defaultsFor } from '../composition/presets.js';
import { slotsOf } from '../composition/slots.js';
import { change } from './change.js';
import { DrawPoints } from './DrawPoints.js';
import { OwnImages } from './OwnImages.js';
import { composition, refusals } from './state.js';

const LABELS: Readonly<Record<Choosable, string>> = {
  system: 'System',
  data: 'Data',
  encoder: 'Encoder',
  prior: 'Latent space',
  generator: 'Generator',
  discriminator: 'Discriminator',
  likelihood: 'Likelihood',
  loss: 'Adversarial loss',
  penalty: 'Penalty',
  optimizer: 'Optimizer',
  cell: 'Recurrent cell',
};

export function Compose() {
  const chosen = composition.value;
  return (
    <section class="compose" aria-labelledby="compose-title">
      <h2 id="compose-title">Compose</h2>
      <Select slot="system" />
      <Select slot="data" />
      {chosen.data === 'points' && <DrawPoints />}
      {chosen.data === 'images' && <OwnImages />}
      {slotsOf(chosen).map((slot) => {
        if (slot === 'conditional') return <Told key={slot} />;
        if (slot in CHOICES) return <Select key={slot} slot={slot as Choosable} />;
        return <NumberField key={slot} slot={slot as Countable} />;
      })}
    </section>
  );
}

function Select({ slot }: { slot: Choosable }) {
  const refused = refusals.value[slot] ?? {};
  const choices = Object.entries<string>(CHOICES[slot]);
  const id = `choose-${slot}`;
  const reasons = choices.filter(([value]) => refused[value]);
  return (
    <div class="field">
      <label for={id}>{LABELS[slot]}</label>
      <select id={id} value={composition.value[slot]} onChange={({ currentTarget }) => choose(slot, currentTarget)}>
        {choices.map(([value, label]) => (
          <option key={value} value={value} disabled={refused[value] !== undefined}>
            {label}
          </option>
        ))}
      </select>
      {reasons.length > 0 && (
        <details>
          <summary>Why not {reasons.length === 1 ? reasons[0]![1] : `${reasons.length} of them`}?</summary>
          <dl class="reasons">
            {reasons.map(([value, label]) => (
              <div key={value}>
                <dt>{label}</dt>
                <dd>{refused[value]}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

/** Another system, or other data, bring their own defaults along. */
async function choose(slot: Choosable, field: HTMLSelectElement): Promise<void> {
  const before = composition.value;
  const next = { ...before, [slot]: field.value } as Composition;
  const whole =
    slot === 'system' || slot === 'data' ? { ...defaultsFor(next.system, next.data), seed: before.seed } : next;
  if (!(await change(whole))) field.value = before[slot];
}

function NumberField({ slot }: { slot: Countable }) {
  const { label, min, max, integer } = NUMBERS[slot];
  const id = `set-${slot}`;
  const set = async (field: HTMLInputElement) => {
    const before = composition.value;
    const value = field.valueAsNumber;
    const fits = field.reportValidity() && Number.isFinite(value);
    if (!fits || !(await change({ ...before, [slot]: value }))) field.value = String(before[slot]);
  };
  return (
    <div class="field number">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        min={min}
        max={max}
        step={integer ? 1 : 'any'}
        value={composition.value[slot]}
        onChange={({ currentTarget }) => void set(currentTarget)}
      />
    </div>
  );
}

function Told() {
  const set = async (field: HTMLInputElement) => {
    const before = composition.value;
    if (!(await change({ ...before, conditional: field.checked }))) field.checked = before.conditional;
  };
  return (
    <div class="field check">
      <label>
        <input
          type="checkbox"
          checked={composition.value.conditional}
          onChange={({ currentTarget }) => void set(currentTarget)}
        />
        The parts are told the class
      </label>
    </div>
  );
}
