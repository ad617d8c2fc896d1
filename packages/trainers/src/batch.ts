import { checkTensor, gmError, type Spec, showShape, spec } from '@gm/core';
import { Tensor } from '@tensorflow/tfjs-core';
import { trusted } from './device.js';
import type { Game } from './game.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Passes when a batch has what the game takes, as far as it can be seen without reading a number of it.
 *
 * @throws GM_FIT for a missing field, a mask that the game would not hand on, or another batch size than the game's; GM_SHAPE, GM_DTYPE
 */
export function checkBatch<Batch, Shared>(game: Game<Batch, Shared>, batch: Batch): void {
  const { input, classes, targets, needs = [], masks = false } = game;
  const fields = batch as Fields;
  if (fields.mask !== undefined && !masks) throw counted(input);
  for (const field of needs) if (fields[field] === undefined) throw missing(field, fields);
  const wanted: Readonly<Record<string, Spec>> = {
    x: input,
    mask: spec(input.shape.slice(0, 1)),
    ...(targets && { targets: spec(targets) }),
    ...(classes !== undefined && fields.labels !== undefined && { labels: spec([], [0, classes - 1], 'int32') }),
  };
  for (const [field, form] of Object.entries(wanted)) {
    const tensor = fields[field];
    if (tensor instanceof Tensor) checkTensor('trainer', field, tensor, form);
  }
  if (fields.x instanceof Tensor) checkSize(fields.x.shape, game.batchSize);
}

/**
 * Passes when every label is one of the game's; reads them.
 *
 * @throws GM_LABEL
 */
export async function checkLabels({ classes }: Pick<Game<never>, 'classes'>, batch: unknown): Promise<void> {
  const { labels } = batch as Fields;
  if (classes === undefined || !(labels instanceof Tensor)) return;
  const values = await trusted(() => labels.data());
  const place = values.findIndex((label) => !(label >= 0 && label < classes));
  if (place < 0) return;
  throw gmError('GM_LABEL', {
    where: 'train',
    expected: `labels from 0 to ${classes - 1}`,
    received: `${values[place]} for example ${place} of the batch`,
    remedy: 'Number the classes from 0, or build the head for as many as there are.',
  });
}

function checkSize([size]: readonly number[], wanted: number | undefined): void {
  if (size! > 0 && (wanted === undefined || size === wanted)) return;
  throw gmError('GM_SHAPE', {
    where: 'trainer',
    expected: wanted === undefined ? 'at least one example in a batch' : `batches of ${wanted}`,
    received: `${size}`,
    remedy: 'Make source and game for the same batch size.',
  });
}

function counted(input: Spec) {
  return gmError('GM_FIT', {
    where: 'data → model',
    expected: `batches without a mask: the game counts every number of an example ${showShape(input.shape)}`,
    received: 'one with a mask',
    remedy:
      'Cut examples to one length, fill symbols up with a padding that the spec names, or take a recipe that passes over steps.',
  });
}

function missing(field: string, fields: Fields) {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  const shapes = there.map(([name, value]) => (value instanceof Tensor ? `${name} ${showShape(value.shape)}` : name));
  return gmError('GM_FIT', {
    where: 'data → model',
    expected: `batches with ${field}`,
    received: shapes.join(', ') || 'nothing',
    remedy: 'Take the source that the recipe names in its example.',
  });
}
