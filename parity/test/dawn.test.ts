import { useBackend } from '@gm/backends';
import { getBackend, matMul, tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

it('multiplies on WebGPU in Node', async () => {
  const { device } = await useBackend('webgpu', { software: true });
  expect(getBackend()).toBe('webgpu');
  expect(device).toBeTruthy();
  const product = matMul(tensor([1, 2, 3, 4], [2, 2]), tensor([1, 1, 1, 1], [2, 2]));
  expect([...(await product.data())]).toEqual([3, 3, 7, 7]);
});
