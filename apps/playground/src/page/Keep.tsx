import { useRef, useState } from 'preact/hooks';
import { MOST } from '../storage.js';
import { attempt, compose } from './actions.js';
import { Dialog } from './Dialog.js';
import { engine } from './engine.js';
import { saveFile } from './file.js';
import { mayEnd } from './mayEnd.js';
import { save } from './saves.js';
import { composition, keeping, rateFactor, started, status } from './state.js';

export function Keep() {
  const [program, setProgram] = useState<string>();
  const [address, setAddress] = useState<string>();
  const upload = useRef<HTMLInputElement>(null);
  const ready = started.value !== undefined;

  const download = () =>
    attempt(async () => {
      const { bytes, step } = await engine.checkpoint();
      saveFile(`${composition.value.system}-${step}.safetensors`, bytes);
    });
  const take = (file: File | undefined) =>
    attempt(async () => {
      if (!file || !(await mayEnd())) return;
      const checkpoint = new Uint8Array(await file.arrayBuffer());
      await compose(composition.value, { checkpoint }).catch((cause) => {
        throw new Error(`${file.name}: ${(cause as Error).message}`, { cause });
      });
      await save();
    });
  const share = () =>
    attempt(async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        status.value = 'The address is copied.';
      } catch {
        setAddress(location.href); // where the clipboard is refused
      }
    });
  const show = () =>
    attempt(async () => {
      const { exportedProgram } = await import('../composition/exported.js');
      const [{ value }, factor] = [composition, rateFactor.value];
      const learningRate = value.learningRate * factor;
      const discriminatorLearningRate = value.discriminatorLearningRate * factor;
      setProgram(exportedProgram({ ...value, learningRate, discriminatorLearningRate }));
    });
  return (
    <section class="keep" aria-labelledby="keep-title">
      <h2 id="keep-title">Keep</h2>
      <p class="hint">
        <span data-testid="kept">{keeping.value}</span> While it trains, the run is kept in this browser every two
        seconds, or less often where that takes long; a reload goes on from there. The {MOST} newest runs are kept, one
        for each composition.
      </p>
      <p class="buttons">
        <button type="button" disabled={!ready} onClick={() => void download()}>
          Download checkpoint
        </button>
        <button type="button" onClick={() => upload.current?.click()}>
          Upload checkpoint
        </button>
        <input
          ref={upload}
          type="file"
          accept=".safetensors"
          class="unseen"
          tabIndex={-1}
          aria-label="Checkpoint file"
          onChange={({ currentTarget }) => {
            void take(currentTarget.files?.[0]);
            currentTarget.value = '';
          }}
        />
        <button type="button" onClick={() => void share()}>
          Share
        </button>
        <button type="button" onClick={() => void show()}>
          Export TypeScript
        </button>
      </p>
      {address && (
        <p class="field">
          <label for="address">Address of this composition</label>
          <input id="address" readOnly value={address} onFocus={({ currentTarget }) => currentTarget.select()} />
        </p>
      )}
      {program && <Program text={program} close={() => setProgram(undefined)} />}
    </section>
  );
}

function Program({ text, close }: { text: string; close(): void }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <Dialog label="The composition as TypeScript" onClose={close}>
      <p>
        This program trains in Node what this page trains, number for number while the learning rate stays where it is,
        and goes on from its checkpoints.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <p class="buttons">
        <button type="button" class="primary" onClick={() => saveFile('program.ts', text)}>
          Download program.ts
        </button>
        <button type="button" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </p>
    </Dialog>
  );
}
