import { useState } from 'preact/hooks';
import { countOf } from '../idxFile.js';
import { attempt } from './actions.js';
import { change } from './change.js';
import { saveFile } from './file.js';
import { idxOf, sayLeftOut } from './idx.js';
import { composition, images } from './state.js';

/** Any image files, each made small and grey. */
export function OwnImages() {
  const [note, setNote] = useState('');
  const use = (files: Iterable<File>) =>
    attempt(async () => {
      const made = await idxOf([...files]);
      if (await change(composition.value, made.images)) setNote(sayLeftOut(made.leftOut));
    });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void use(event.dataTransfer?.files ?? []);
  };
  const own = images.value;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is beside choosing by the field in it
    <div class="field drop" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <label>
        Drop images here, or choose them
        <input
          type="file"
          accept="image/*"
          multiple
          onChange={({ currentTarget }) => void use(currentTarget.files ?? [])}
        />
      </label>
      <p class="hint">
        {own ? `${countOf(own)} images, 28 × 28, grey.` : 'At least 16; each is made 28 × 28 and grey.'} They stay in
        this browser.
      </p>
      <p class="hint" aria-live="polite">
        {note}
      </p>
      {own && (
        <button type="button" onClick={() => saveFile('train-images-idx3-ubyte', own)}>
          Download as IDX
        </button>
      )}
    </div>
  );
}
