import { type Network, type Spec, spec } from '@gm/core';
import { recurrentDecoder } from '@gm/generators';
import { type GaussianEncoder, gaussianEncoder } from '@gm/latent';
import { dense, reshape, sequenceReader, sequential } from '@gm/networks';
import { wrongOption } from './complain.js';
import type { Surroundings } from './parts.js';

// Recurrent parts take a series or a text step after step, and an image row after row from the top.

/** Reads an example, and gives the last state. */
export function stepReader({ settings, example, random }: Surroundings): Network {
  const { hidden, cell } = settings;
  const steps = reshape(stepsOf('discriminator', example))(example);
  return sequential(example, steps, sequenceReader({ input: steps.output, hidden, cell: cell!, random }));
}

export function recurrentEncoderOf(surroundings: Surroundings): GaussianEncoder {
  const { settings, example, random } = surroundings;
  checkUntold('encoder', surroundings);
  stepsOf('encoder', example);
  const numbers = dense({ units: 2 * settings.latent!, random });
  return gaussianEncoder(sequential(example, stepReader(surroundings), numbers));
}

export function recurrentGeneratorOf(surroundings: Surroundings, output: Spec): Network {
  const { settings, random } = surroundings;
  checkUntold('generator', surroundings);
  const { latent, hidden, generatorHidden = [...hidden].reverse(), cell } = settings;
  const steps = spec(stepsOf('generator', output), output.range);
  const options = { latent: latent!, output: steps, hidden: generatorHidden, cell: cell!, random };
  const decoder = recurrentDecoder(options);
  return output.shape.length === 2 ? decoder : sequential(decoder.input, decoder, reshape(output.shape));
}

/** The shape of an example as steps: [time, channels]. */
export function stepsOf(role: string, { shape }: Spec): readonly [time: number, channels: number] {
  const [time, width, channels = 1] = shape;
  if (time !== undefined && width !== undefined) return [time, width * channels];
  throw wrongOption({
    where: `--${role}`,
    expected: 'a part for points in the plane: mlp',
    received: 'recurrent, which reads series, or images row after row',
    remedy: `Choose --${role} mlp, or other data.`,
  });
}

function checkUntold(role: string, { told }: Surroundings): void {
  if (told.classes === undefined) return;
  throw wrongOption({
    where: `--${role} recurrent`,
    expected: 'parts that are told no class',
    received: 'the class of each example, of --conditional or an acgan',
    remedy: `Choose another --${role}, or leave out --conditional.`,
  });
}
