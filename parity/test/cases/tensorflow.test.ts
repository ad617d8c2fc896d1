import { testParity } from './onEngine.js';

// The package for CUDA has the same JavaScript; only one of the two may be in a process.
await testParity('node');
