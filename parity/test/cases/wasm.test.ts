import { testParity } from './onEngine.js';

await testParity('wasm');
