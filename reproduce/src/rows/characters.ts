import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seeded } from '@gm/core';
import { type Alphabet, alphabetOf, passages } from '@gm/data';
import { recurrentGenerator, sampleSymbols } from '@gm/generators';
import { bitsPerSymbol } from '@gm/metrics';
import { adam, cosine, languageModel } from '@gm/trainers';
import { once } from '../kept.js';
import { bitsUnder, ngrams } from '../ngrams.js';
import type { Row, Sitting } from '../row.js';
import { mobyDickSplits, type Splits } from '../text.js';
import { trained } from '../training.js';

const [batchSize, time, steps, seed, order] = [64, 64, 5000, 1, 5];

/** An LSTM against n-grams and gzip on the same test text. */
export const characters: Row = {
  name: 'characters',
  title: 'Recurrent generator of characters on Moby-Dick (1.2 MB): bits per character of its last tenth',
  async run(sitting) {
    const splits = mobyDickSplits();
    const alphabet = alphabetOf(splits.training + splits.validation + splits.test);
    const baseline = await once(join(sitting.folder, 'baselines.json'), () => baselines(splits, alphabet));
    sitting.say(`gzip -9: ${baseline.gzip.toFixed(3)} bits per character, 5-grams: ${baseline.ngrams.toFixed(3)}`);
    const { bits, validation, seconds } = await recurrent(splits, alphabet, sitting);
    const share = 1 - bits / baseline.gzip;
    const reference = `${order}-grams, interpolated (Witten–Bell): ${baseline.ngrams.toFixed(3)}; gzip -9: ${baseline.gzip.toFixed(3)}`;
    return [
      {
        figure: 'LSTM, bits per character of the test tenth',
        reference,
        ours: `${bits.toFixed(3)} (validation ${validation.toFixed(3)}); ${(100 * share).toFixed(0)} % fewer than gzip`,
        wanted: 'fewer than the 5-grams, and 25 % fewer than gzip',
        kept: bits < baseline.ngrams && share >= 0.25,
        seeds: [seed],
        steps,
        seconds,
      },
    ];
  },
};

async function recurrent({ training, validation, test }: Splits, alphabet: Alphabet, sitting: Sitting) {
  const vocabulary = alphabet.characters.length;
  const random = seeded(seed);
  const generator = recurrentGenerator({ vocabulary, time, hidden: [384], dropout: 0.2, random });
  const optimizer = adam({ learningRate: cosine({ from: 3e-3, to: 1e-5, steps }) });
  const { run, seconds } = await trained(
    {
      name: 'lstm',
      game: languageModel({ generator, batchSize, optimizer }),
      batches: passages(alphabet.encode(training), { vocabulary, batchSize, time }),
      steps,
      options: { seed, clipNorm: 1, averageDecay: 0.999 },
    },
    sitting,
  );
  const bitsOf = async (text: string) => (await bitsPerSymbol(generator, alphabet.encode(text), { rows: 4 })).bits;
  const found = await run.withAverages(async () => ({
    bits: await bitsOf(test),
    validation: await bitsOf(validation),
    said: await sampleOf(generator, alphabet),
  }));
  sitting.say(`\nA sample, temperature 0.7:\n${found.said}`);
  run.dispose();
  generator.dispose();
  return { ...found, seconds };
}

async function sampleOf(generator: ReturnType<typeof recurrentGenerator>, alphabet: Alphabet): Promise<string> {
  const drawn: number[] = [];
  const options = { prompt: alphabet.encode('The '), length: 300, temperature: 0.7, random: seeded('sample') };
  for await (const symbol of sampleSymbols(generator, options)) drawn.push(symbol);
  return `The ${alphabet.decode(drawn)}`;
}

/** Bits per character of the test text: compressed on its own by gzip, and under n-grams counted in the training text. */
function baselines({ training, test }: Splits, alphabet: Alphabet) {
  const model = ngrams(alphabet.encode(training), { order, vocabulary: alphabet.characters.length });
  return {
    gzip: (8 * gzipSync(test, { level: 9 }).length) / [...test].length,
    ngrams: bitsUnder(model, alphabet.encode(test), order - 1),
  };
}
