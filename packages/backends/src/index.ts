export { type BackendDetails, type BackendName, type BackendOptions, backendNames } from './backend.js';
export { type BackendReport, describeBackend, describeBackends } from './describe.js';
export { type Limit, notDifferentiable, onceDifferentiable } from './gradients/audit.js';
export { registerGradients } from './gradients/register.js';
export type { Untrainable } from './parts.js';
export { type BackendInfo, useBackend } from './use.js';
export { registerWasmKernels, type WasmKernelOptions } from './wasm/start.js';
