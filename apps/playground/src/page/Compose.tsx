import { useEffect, useState } from 'preact/hooks';
import { CHOICES, type Choosable, type Countable, NUMBERS } from '../composition/composition.js';
import { withChoice } from '../composition/presets.js';
import { slotsOf } from '../composition/slots.js';
import { change } from './change.js';
import { DrawPoints } from './DrawPoints.js';
import { complaintOf, stepped } from './numbers.js';
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
  discriminatorOptimizer: 'Optimizer of the discriminator',
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

async function choose(slot: Choosable, field: HTMLSelectElement): Promise<void> {
  if (!(await change(withChoice(composition.value, slot, field.value)))) field.value = composition.value[slot];
}

/** A wrong number stays, with what is wrong; the run goes on with the one before. */
function NumberField({ slot }: { slot: Countable }) {
  const { label, min, max } = NUMBERS[slot];
  const id = `set-${slot}`;
  const before = composition.value;
  const idle = refusals.value[slot]?.all;
  const [typed, setTyped] = useState<string>();
  const [wrong, setWrong] = useState<string>();
  const shown = typed ?? String(before[slot]);
  const show = (text?: string, complaint?: string) => {
    setTyped(text);
    setWrong(complaint);
  };
  useEffect(() => show(), [before]);
  const set = async (text: string) => {
    const complaint = complaintOf(slot, text);
    show(text, complaint);
    if (complaint) return;
    if (Number(text) !== before[slot]) await change({ ...before, [slot]: Number(text) });
    show();
  };
  const byKey = (event: KeyboardEvent) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    void set(String(stepped(slot, Number(shown), way as 1 | -1)));
  };
  return (
    <div class="field number">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        role="spinbutton"
        aria-valuenow={before[slot]}
        aria-valuemin={min}
        aria-valuemax={max}
        value={shown}
        disabled={idle !== undefined}
        aria-invalid={wrong !== undefined}
        aria-describedby={`${id}-wrong ${id}-idle`}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={({ currentTarget }) => void set(currentTarget.value)}
        onKeyDown={byKey}
      />
      <span id={`${id}-wrong`} class="wrong" aria-live="polite">
        {wrong && `${wrong} The run still has ${before[slot]}.`}
      </span>
      {idle && (
        <span class="hint" id={`${id}-idle`}>
          {idle}
        </span>
      )}
    </div>
  );
}

function Told() {
  const chosen = composition.value.conditional;
  const reason = chosen ? undefined : refusals.value.conditional?.true; // it can always be taken back
  const set = async (field: HTMLInputElement) => {
    const before = composition.value;
    if (!(await change({ ...before, conditional: field.checked }))) field.checked = before.conditional;
  };
  return (
    <div class="field check">
      <label>
        <input
          type="checkbox"
          checked={chosen}
          disabled={reason !== undefined}
          aria-describedby={reason && 'why-not-told'}
          onChange={({ currentTarget }) => void set(currentTarget)}
        />
        The parts are told the class
      </label>
      {reason && (
        <p class="hint" id="why-not-told">
          {reason}
        </p>
      )}
    </div>
  );
}
