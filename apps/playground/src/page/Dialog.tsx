import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A native dialog over the page, as long as it is in it. When it goes, what had the focus before has it again. */
export function Dialog({ label, children, onClose }: { label: string; children: ComponentChildren; onClose(): void }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const [own, before] = [box.current!, document.activeElement as HTMLElement | null];
    own.showModal();
    return () => {
      own.close();
      before?.focus(); // a dialog that has left the page gives the focus back to nothing
    };
  }, []);
  return (
    // By Escape; when it is closed because it goes, it is not there any more.
    <dialog ref={box} aria-label={label} onClose={() => box.current && onClose()}>
      {children}
    </dialog>
  );
}

const question = signal<{ readonly text: string; answer(yes: boolean): void } | undefined>(undefined);

/** Asks the user; Escape is no. */
export function ask(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      text,
      answer(yes) {
        question.value = undefined;
        resolve(yes);
      },
    };
  });
}

/** Where questions are shown. */
export function Question() {
  const asked = question.value;
  if (!asked) return null;
  return (
    <Dialog label="Question" onClose={() => asked.answer(false)}>
      <p>{asked.text}</p>
      <p class="buttons">
        <button type="button" class="primary" onClick={() => asked.answer(true)}>
          Start anew
        </button>
        <button type="button" onClick={() => asked.answer(false)}>
          Keep the run
        </button>
      </p>
    </Dialog>
  );
}
