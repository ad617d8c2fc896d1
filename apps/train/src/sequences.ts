import { recurrentPredictor } from '@gm/discriminators';
import { codedGenerator, recurrentGenerator } from '@gm/generators';
import { recurrentEncoder, standardNormal } from '@gm/latent';
import { gaussianHead, quantileHead } from '@gm/losses';
import { adam, languageModel, linear, regressor, sequenceVae } from '@gm/trainers';
import { type Composition, START } from './composed.js';
import { rateOf } from './optimizers.js';
import type { Surroundings } from './parts.js';

export function composeLanguageModel({ settings, classes, random }: Surroundings): Composition {
  const { time, cell, dropout, hidden, batch } = settings;
  const generator = recurrentGenerator({
    vocabulary: classes!,
    time: time!,
    cell: cell!,
    dropout: dropout!,
    hidden,
    random: random.split('generator'),
  });
  const optimizer = adam({ learningRate: rateOf(settings) });
  return {
    game: languageModel({ generator, batchSize: batch, optimizer }),
    networks: { generator },
    speaker: { generator },
  };
}

export function composeForecast({ settings, example, random }: Surroundings): Composition {
  const { hidden, cell, horizon, loss } = settings;
  const head = loss === 'quantile' ? quantileHead() : gaussianHead();
  const network = recurrentPredictor({
    input: example,
    targets: [horizon!],
    head,
    hidden,
    cell: cell!,
    random: random.split('predictor'),
  });
  return {
    game: regressor({ network, head, optimizer: adam({ learningRate: rateOf(settings) }) }),
    networks: { predictor: network },
    forecaster: { network, head },
  };
}

export function composeSequenceVae({ settings, example, classes, random }: Surroundings): Composition {
  const { time, cell, hidden, latent, beta, warmUp, stepDropout, freeBits } = settings;
  const own = random.split('generator');
  const encoder = recurrentEncoder({
    input: example,
    hidden,
    cell: cell!,
    latent: latent!,
    random: random.split('encoder'),
  });
  const decoder = codedGenerator({
    generator: recurrentGenerator({ vocabulary: classes!, time: time!, cell: cell!, hidden, random: own }),
    latent: latent!,
    random: own.split('initial'),
  });
  const prior = standardNormal(latent!);
  const { generator, initial } = decoder;
  return {
    game: sequenceVae({
      encoder,
      decoder,
      prior,
      start: START,
      stepDropout: stepDropout!,
      freeBits: freeBits!,
      beta: linear({ from: 0, to: beta!, steps: warmUp! }),
      optimizer: adam({ learningRate: rateOf(settings) }),
    }),
    networks: { encoder, generator, initial },
    speaker: { generator, coded: { encoder, prior, startFrom: decoder.startFrom, length: time! } },
  };
}
