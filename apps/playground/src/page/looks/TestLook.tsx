import type { Judged } from '../../engine/protocol.js';
import { engine } from '../engine.js';
import { composition } from '../state.js';
import { useLook } from '../useLook.js';
import { Picture } from './Picture.js';

const COUNT = 24;

/** What a classifier makes of examples that it was not trained on. */
export function TestLook() {
  const found = useLook(() => engine.judged(COUNT));
  if (composition.value.data === 'images' || composition.value.data === 'points')
    return <p class="hint">These data have no test examples.</p>;
  return (
    <>
      <p class="accuracy">
        <b>{found ? `${(100 * found.accuracy).toFixed(1)} %` : '–'}</b> of the test examples are right.
      </p>
      {found && (
        <div class="stack">
          {found.examples.shape.length === 3 && <Examples found={found} />}
          <Confusion found={found} />
        </div>
      )}
    </>
  );
}

function Examples({ found: { examples, predicted, probabilities } }: { found: Judged }) {
  const size = examples.values.length / examples.count;
  return (
    <ul class="judged">
      {predicted.map((label, index) => {
        const truth = examples.labels![index]!;
        const one = { ...examples, count: 1, values: examples.values.subarray(index * size, (index + 1) * size) };
        const said = `${label}, ${Math.round(100 * probabilities[index]!)} %`;
        return (
          <li key={index} class={label === truth ? '' : 'wrong'}>
            <Picture rows={one} columns={1} label={`Test image of class ${truth}`} />
            <span>{label === truth ? said : `✗ ${said}`}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Confusion({ found: { confusion, classes } }: { found: Judged }) {
  const labels = Array.from({ length: classes }, (_, label) => label);
  const most = Math.max(...confusion);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on narrow screens
    <figure class="scroll" tabIndex={0} aria-label="Confusion matrix">
      <table>
        <caption>Rows: what it is. Columns: what it is taken for.</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((truth) => (
            <tr key={truth}>
              <th scope="row">{truth}</th>
              {labels.map((taken) => {
                const count = confusion[truth * classes + taken]!;
                const share = truth === taken ? 0 : Math.min(1, (6 * count) / most);
                return (
                  <td
                    key={taken}
                    class={truth === taken ? 'right' : ''}
                    style={{ '--share': `${Math.round(60 * share)}%` }}
                  >
                    {count || ''}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
