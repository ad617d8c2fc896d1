import { expect, it } from 'vitest';
import { complaintOf, stepped } from './numbers.js';

it('steps rates by their size, up and down, within their limits', () => {
  expect(stepped('learningRate', 0.001, -1)).toBe(0.0005);
  expect(stepped('learningRate', 0.001, 1)).toBe(0.002);
  expect(stepped('learningRate', 0.0003, 1)).toBe(0.0005);
  expect(stepped('learningRate', 1e-6, -1)).toBe(1e-6);
  expect(stepped('learningRate', 1, 1)).toBe(1);
  expect(stepped('beta', 0.05, -1)).toBe(0.02);
  expect(stepped('beta', 0.01, -1)).toBe(0);
  expect(stepped('beta', 0, 1)).toBe(0.01);
  expect(stepped('latent', 128, 1)).toBe(128);
  expect(stepped('latent', 2, -1)).toBe(1);
});

it('says what is wrong with a number', () => {
  expect(complaintOf('latent', '500')).toBe('It has to be a whole number from 1 to 128.');
  for (const text of ['', 'x', '2.5', '-1']) expect(complaintOf('latent', text)).toBeDefined();
  expect(complaintOf('learningRate', '3')).toContain('from 0.000001 to 1');
  expect(complaintOf('learningRate', '0.003')).toBeUndefined();
  expect(complaintOf('beta', '0')).toBeUndefined();
});
