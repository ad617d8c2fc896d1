import { useEffect, useRef, useState } from 'preact/hooks';
import type { Field, PlaneView } from '../../engine/protocol.js';
import { colourOf, paintArrows, paintField, paintRows, rgbOf } from '../draw.js';
import { engine } from '../engine.js';
import { useLook } from '../useLook.js';

const LAYERS = {
  surface: 'What the discriminator sees',
  density: 'Density of the samples',
  real: 'Training data',
  generated: 'Samples',
  gradients: 'Where its gradient pulls them',
} as const;
type Layer = keyof typeof LAYERS;

const [REAL, GENERATED] = [colourOf(0), colourOf(1)];

/** Data and samples in the plane, over what the discriminator makes of it. */
export function PlaneLook() {
  const view = useLook(() => engine.plane());
  const [shown, setShown] = useState<ReadonlySet<Layer>>(new Set<Layer>(['surface', 'real', 'generated']));
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const own = canvas.current!;
    own.toggleAttribute('data-painted', view !== undefined);
    if (view) paint(own, view, shown);
    else own.getContext('2d')!.clearRect(0, 0, own.width, own.height);
  }, [view, shown]);
  const layers = (Object.keys(LAYERS) as Layer[]).filter((layer) => !view || view[layer] !== undefined);
  const toggle = (layer: Layer, on: boolean) =>
    setShown((before) => new Set(on ? [...before, layer] : [...before].filter((one) => one !== layer)));
  return (
    <div class="two">
      <canvas
        ref={canvas}
        class="plane"
        width={640}
        height={640}
        role="img"
        aria-label={`The plane with ${layers
          .filter((layer) => shown.has(layer))
          .map((layer) => LAYERS[layer].toLowerCase())
          .join(', ')}`}
      />
      <fieldset class="beside">
        <legend>Layers</legend>
        {layers.map((layer) => (
          <label key={layer} class="check">
            <input
              type="checkbox"
              checked={shown.has(layer)}
              onChange={({ currentTarget }) => toggle(layer, currentTarget.checked)}
            />
            {layer === 'real' && <span class="swatch" style={{ background: REAL }} />}
            {layer === 'generated' && <span class="swatch" style={{ background: GENERATED }} />}
            {view?.kind === 'class' && layer === 'surface' ? 'The likeliest class' : LAYERS[layer]}
          </label>
        ))}
        {view && <Meaning view={view} shown={shown} />}
      </fieldset>
    </div>
  );
}

/** What the colours of the ground and the arrows say. */
function Meaning({ view: { kind, label, surface, gradients }, shown }: { view: PlaneView; shown: ReadonlySet<Layer> }) {
  const told = label === undefined ? '' : `, when it is told class ${label}`;
  const ground = {
    real: `Blue ground is taken for real, orange for generated${told}.`,
    score: `Blue ground has a higher score than midway between the mean scores of real points and of samples, orange a lower one${told}. A score is no probability.`,
    class: 'The stronger the colour, the surer.',
  };
  return (
    <>
      {kind && surface && shown.has('surface') && <p class="hint meaning">{ground[kind]}</p>}
      {label !== undefined && gradients && shown.has('gradients') && (
        <p class="hint">Each sample is pulled as one of its own class.</p>
      )}
    </>
  );
}

function paint(canvas: HTMLCanvasElement, view: PlaneView, shown: ReadonlySet<Layer>): void {
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  const { surface, density, real, generated, gradients, kind } = view;
  const extent = surface?.extent ?? density?.extent ?? 1.15 * Math.max(0.1, ...real.values.map(Math.abs));
  if (surface && shown.has('surface')) paintField(canvas, surface, kind === 'class' ? ofClass : ofReal(surface));
  if (density && shown.has('density'))
    paintField(canvas, density, (value) => [...rgbOf(GENERATED), 220 * Math.sqrt(value)]);
  if (shown.has('real'))
    paintRows(canvas, kind === 'class' ? real : { ...real, labels: undefined as never }, extent, REAL, 2.6);
  if (generated && shown.has('generated')) paintRows(canvas, generated, extent, GENERATED, 2.6);
  if (generated && gradients && shown.has('gradients')) {
    const ink = getComputedStyle(canvas).color;
    paintArrows(canvas, generated, gradients, extent, ink);
  }
}

/** Blue for real, orange for generated; what it is surest of is strongest. */
function ofReal({ values }: Field): (value: number) => readonly number[] {
  const surest = values.reduce((most, value) => Math.max(most, Math.abs(value - 0.5)), 0.02);
  return (value) => [...rgbOf(value > 0.5 ? REAL : GENERATED), (130 * Math.abs(value - 0.5)) / surest];
}

function ofClass(value: number): readonly number[] {
  const label = Math.floor(value);
  return [...rgbOf(colourOf(label)), 120 * (value - label)];
}
