import { PRESETS, type Preset } from '../composition/presets.js';
import { toHash } from '../composition/url.js';
import { change } from './change.js';
import { composition } from './state.js';

const isChosen = (preset: Preset) => toHash(preset.composition) === toHash(composition.value);

export function Presets() {
  const chosen = PRESETS.find(isChosen);
  return (
    <nav class="presets" aria-label="Presets">
      <ul>
        {PRESETS.map((preset) => (
          <li key={preset.name}>
            <button type="button" aria-pressed={preset === chosen} onClick={() => void change(preset.composition)}>
              {preset.name}
            </button>
          </li>
        ))}
      </ul>
      <p>{chosen?.about ?? 'A composition of your own.'}</p>
    </nav>
  );
}
