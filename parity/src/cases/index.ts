import type { Case } from '../case.js';
import { elementaryCases } from './elementary.js';
import { layerCases } from './layers.js';
import { lossCases } from './losses.js';
import { metricCases } from './metrics.js';
import { notNumberCases } from './notNumbers.js';
import { operationCases } from './operations.js';
import { optimizerCases } from './optimizers.js';
import { discriminatorCases, generatorCases, latentCases } from './parts.js';
import { randomCases } from './random.js';
import { recipeCases } from './recipes.js';

export const cases: readonly Case[] = [
  ...layerCases,
  ...operationCases,
  ...lossCases,
  ...latentCases,
  ...generatorCases,
  ...discriminatorCases,
  ...metricCases,
  ...elementaryCases,
  ...randomCases,
  ...optimizerCases,
  ...recipeCases,
  ...notNumberCases,
];
