import type { Row } from '../row.js';
import { variational } from './autoencoders.js';
import { characters } from './characters.js';

export const rows: readonly Row[] = [variational, characters];
