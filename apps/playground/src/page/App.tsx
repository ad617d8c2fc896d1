import { Charts } from './Charts.js';
import { Compose } from './Compose.js';
import { Controls } from './Controls.js';
import { Diagram } from './Diagram.js';
import { Health } from './Health.js';
import { Keep } from './Keep.js';
import { Look } from './Look.js';
import { Presets } from './Presets.js';
import { failure } from './state.js';

export function App() {
  return (
    <>
      <header class="top">
        <h1>
          gm <span>playground</span>
        </h1>
        <p>Compose a model, train it in this tab, and watch what it learns.</p>
      </header>
      <main>
        <Presets />
        <Controls />
        <div role="alert" class="alert" hidden={failure.value === undefined}>
          {failure.value}
        </div>
        <div class="columns">
          <Compose />
          <div class="middle">
            <Diagram />
            <Look />
          </div>
          <div class="side">
            <Health />
            <Charts />
            <Keep />
          </div>
        </div>
      </main>
      <footer>
        Everything runs in this tab; nothing is sent anywhere. Made of <code>@gm/*</code>, packages for generative and
        discriminative models in TypeScript.
      </footer>
    </>
  );
}
