import { useRef, useState } from 'preact/hooks';
import { attempt, compose, save } from './actions.js';
import { Dialog } from './Dialog.js';
import { engine } from './engine.js';
import { saveFile } from './file.js';
import { composition, rateFactor, started, status } from './state.js';

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
      if (!file) return;
      const bytes = new Uint8Array(await file.arrayBuffer());
      try {
        await compose(composition.value, bytes);
        await save();
      } catch (error) {
        const reason = (error as Error).message;
        await compose(composition.value);
        throw new Error(`${file.name}: ${reason}`);
      }
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
      const { value } = composition;
      setProgram(exportedProgram({ ...value, learningRate: value.learningRate * rateFactor.value }));
    });
  return (
    <section class="keep" aria-labelledby="keep-title">
      <h2 id="keep-title">Keep</h2>
      <p class="hint">The run is kept in this browser while it trains; a reload goes on with it.</p>
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
      <p>This program trains in Node what this page trains, number for number, and goes on from its checkpoints.</p>
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
