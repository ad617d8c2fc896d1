import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { type Composition, mediaOf } from '../composition/composition.js';
import { hasSlot } from '../composition/slots.js';
import { MapLook } from './looks/MapLook.js';
import { PlaneLook } from './looks/PlaneLook.js';
import { ReconstructionsLook } from './looks/ReconstructionsLook.js';
import { SamplesLook } from './looks/SamplesLook.js';
import { TestLook } from './looks/TestLook.js';
import { TextLook } from './looks/TextLook.js';
import { composition } from './state.js';

interface LookTab {
  readonly name: string;
  readonly Content: ComponentType;
  applies(composition: Composition): boolean;
}

const draws = (of: Composition) => hasSlot(of, 'generator');
const isImage = (of: Composition) => mediaOf(of) === 'image';

const TABS: readonly LookTab[] = [
  { name: 'Plane', Content: PlaneLook, applies: (of) => mediaOf(of) === 'plane' },
  { name: 'Text', Content: TextLook, applies: (of) => mediaOf(of) === 'text' },
  { name: 'Samples', Content: SamplesLook, applies: (of) => isImage(of) && draws(of) },
  { name: 'Map', Content: MapLook, applies: (of) => isImage(of) && draws(of) && of.latent >= 2 },
  { name: 'Reconstructions', Content: ReconstructionsLook, applies: (of) => isImage(of) && hasSlot(of, 'encoder') },
  {
    name: 'Test',
    Content: TestLook,
    applies: (of) => of.system === 'classifier' || of.system === 'semi-supervised',
  },
];

export function Look() {
  const [wanted, setWanted] = useState('');
  const tabs = TABS.filter(({ applies }) => applies(composition.value));
  const shown = tabs.find(({ name }) => name === wanted) ?? tabs[0]!;
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = tabs[(tabs.indexOf(shown) + by + tabs.length) % tabs.length]!;
    setWanted(next.name);
    document.getElementById(`tab-${next.name}`)?.focus();
  };
  return (
    <section class="look" aria-labelledby="look-title">
      <h2 id="look-title">Look</h2>
      <div role="tablist" aria-labelledby="look-title" onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.name}
            type="button"
            role="tab"
            id={`tab-${tab.name}`}
            aria-selected={tab === shown}
            aria-controls="look-panel"
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => setWanted(tab.name)}
          >
            {tab.name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="look-panel" aria-labelledby={`tab-${shown.name}`}>
        <shown.Content key={shown.name} />
      </div>
    </section>
  );
}
