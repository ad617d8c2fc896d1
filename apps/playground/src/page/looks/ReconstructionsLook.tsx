import { engine } from '../engine.js';
import { useLook } from '../useLook.js';
import { Picture } from './Picture.js';

const COUNT = 20;

export function ReconstructionsLook() {
  const found = useLook(() => engine.reconstructions(COUNT));
  return (
    <>
      <h3>Training images</h3>
      <Picture rows={found?.inputs} columns={10} lines={2} label="Twenty training images" />
      <h3>What the decoder makes of their codes</h3>
      <Picture rows={found?.outputs} columns={10} lines={2} label="Their reconstructions" />
    </>
  );
}
