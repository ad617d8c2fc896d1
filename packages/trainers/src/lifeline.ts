import { isGmError } from '@gm/core';
import { decodeCheckpoint, restoreCheckpoint } from './checkpoint.js';
import { blame } from './device.js';
import type { WindowMark } from './reportWindow.js';
import type { GameTrainer } from './trainer.js';

/** How often in a row training goes back to the same checkpoint. */
const TRIES = 3;

/** The newest checkpoint of a run, kept in memory to go back to when the device fails. */
export function lifeline<Batch>(run: GameTrainer<Batch>, recover: (() => Promise<unknown>) | undefined) {
  let newest: { readonly bytes: Uint8Array; readonly step: number; readonly mark: WindowMark } | undefined;
  let tries = 0;
  return {
    /** The bytes of the run as it is now; they are copied, so that whoever saves them may hand them on. */
    keep(bytes: Uint8Array, mark: WindowMark) {
      if (recover === undefined) return;
      if (newest === undefined || run.steps > newest.step) tries = 0;
      newest = { bytes: bytes.slice(), step: run.steps, mark };
    },
    /** Puts the run back where it was kept last, on the device that `recover` made usable; throws what cannot be mended so. */
    async goBack(error: unknown): Promise<WindowMark> {
      let reason = error;
      for (;;) {
        if (!recover || !newest || tries === TRIES || !isGmError(reason, 'GM_DEVICE')) throw reason;
        tries += 1;
        await recover();
        try {
          restoreCheckpoint(run, await decodeCheckpoint(newest.bytes));
          return newest.mark;
        } catch (again) {
          reason = blame(again);
        }
      }
    },
  };
}
