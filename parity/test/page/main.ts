import '@tensorflow/tfjs-backend-webgpu';
import { answer } from '../../../packages/backends/test/browser/page/answer.js';

answer(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
