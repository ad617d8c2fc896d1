import type { Row } from '../row.js';
import { importanceWeighted, variational } from './autoencoders.js';
import { characters } from './characters.js';
import { convolutional } from './convolutional.js';
import { featureMatching } from './featureMatching.js';
import { forecast } from './forecast.js';
import { gans } from './gans.js';
import { lenet } from './lenet.js';

export const rows: readonly Row[] = [
  variational,
  importanceWeighted,
  convolutional,
  characters,
  forecast,
  featureMatching,
  gans,
  lenet,
];
