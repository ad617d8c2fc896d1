import { testParity } from './onEngine.js';

await testParity('webgpu');
