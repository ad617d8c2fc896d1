export { alphabetOf, arrayDataset, balanced, batches, idxDataset, passages, semiSupervised, toy } from '@gm/data';
