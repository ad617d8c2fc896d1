import { warnings } from './state.js';

export function Health() {
  const found = warnings.value;
  return (
    <section class="health" aria-labelledby="health-title">
      <h2 id="health-title">Health</h2>
      {found.length === 0 ? (
        <p class="hint">Nothing looks unwell.</p>
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
