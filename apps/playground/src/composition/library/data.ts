export { alphabetOf, arrayDataset, balanced, batches, passages, semiSupervised, toy } from '@gm/data';
