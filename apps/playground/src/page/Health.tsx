import { withoutWarnings } from './health.js';
import { failure, started, starting, step, warnings } from './state.js';

export function Health() {
  const found = warnings.value;
  const condition = {
    starting: starting.value,
    composed: started.value !== undefined,
    failed: failure.value !== undefined,
    step: step.value,
  };
  return (
    <section class="health" aria-labelledby="health-title">
      <h2 id="health-title">Health</h2>
      {found.length === 0 ? (
        <p class="hint">{withoutWarnings(condition)}</p>
      ) : (
        <ul>
          {found.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
