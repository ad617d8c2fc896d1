import { answer } from './answer.js';

answer(() => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
