import type { Row } from '../row.js';
import { importanceWeighted, variational } from './autoencoders.js';
import { characters } from './characters.js';
import { convolutional } from './convolutional.js';

export const rows: readonly Row[] = [variational, importanceWeighted, convolutional, characters];
