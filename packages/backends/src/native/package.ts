import { engine, env, findBackend, findBackendFactory, registerBackend } from '@tensorflow/tfjs-core';
import type { BackendDetails, Engine, Obstacle } from '../backend.js';
import { builtin, environment, type FoundPackage, findPackage, inNode, processorName } from '../platform.js';
import { guide } from './guide.js';
import { registerNativeKernels } from './register.js';

/** What tfjs calls both. */
const TENSORFLOW = 'tensorflow';
/** As tfjs-node registers it. */
const PRIORITY = 3;

type NativeName = 'node-gpu' | 'node';
type Factory = ReturnType<typeof findBackendFactory>;
/** The little of tfjs-node's backend that tells what it runs on. */
interface NativeBackend {
  readonly isGPUPackage: boolean;
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/** What tfjs starts TensorFlow with, by the folder of the package: it can be started again after a program has removed it. */
const factories = new Map<string, Factory>();

/** TensorFlow's C library under Node, on CUDA and on the processor. */
export const nodeGpu = native('node-gpu', '@tensorflow/tfjs-node-gpu');
export const node = native('node', '@tensorflow/tfjs-node');

function native(name: NativeName, packageName: string): Engine {
  return {
    obstacle: async () => obstacle(name, packageName),
    load: async () => {
      if (!findBackendFactory(TENSORFLOW)) loadPackage(findPackage(packageName)!);
      registerNativeKernels(TENSORFLOW);
    },
    details: async () => details(name),
  };
}

/** The binding is looked for before the package is loaded: a failed load leaves other backends behind. */
function obstacle(name: NativeName, packageName: string): Obstacle | undefined {
  if (!inNode) return { why: 'it is for Node', mend: 'Choose webgpu or wasm in a browser.', installed: false };
  const backend = running();
  if (backend) return nameOf(backend) === name ? undefined : taken(nameOf(backend));
  const found = findPackage(packageName);
  if (!found) return { why: 'it is not installed', mend: `Run: npm install ${packageName}`, installed: false };
  if (hasBinding(found)) return undefined;
  return {
    why: `${packageName} is installed without its compiled binding (lib/napi-v8/tfjs_binding.node)`,
    mend: `Run: npm rebuild ${packageName} --foreground-scripts. Where that finds no binary to download, build one: ${guide}.`,
    installed: true,
  };
}

/** Both packages answer to one name in tfjs, and two TensorFlows in one process are one too many. */
const taken = (other: NativeName): Obstacle => ({
  why: `${other} runs in this process, and there is one TensorFlow to a process`,
  mend: `Choose ${other}, or start a new process.`,
  installed: true,
});

function hasBinding({ folder }: FoundPackage): boolean {
  const { existsSync, readdirSync } = builtin('node:fs');
  const { join } = builtin('node:path');
  const lib = join(folder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((version) => existsSync(join(lib, version, 'tfjs_binding.node')));
}

/**
 * The package brings all of tfjs with it, and puts gradients and backends of its own in the place of those there are; useBackend() puts
 * the gradients back.
 */
function loadPackage({ folder, load }: FoundPackage): void {
  const known = factories.get(folder);
  if (known) {
    registerBackend(TENSORFLOW, known, PRIORITY);
    return;
  }
  bringBack();
  environment.TF_CPP_MIN_LOG_LEVEL ??= '1'; // warnings, but not what it says each time it starts
  withoutNotices(load);
  factories.set(folder, findBackendFactory(TENSORFLOW));
}

/** Removed in Node 23, and still used by 4.22: tensorflow/tfjs#8609. */
function bringBack(): void {
  const util = builtin('node:util');
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

/** tfjs says of each kernel that it is registered twice, where the package brings a copy of its own. */
function withoutNotices(load: () => void): void {
  const former = env().getBool('PROD');
  env().set('PROD', true);
  try {
    load();
  } finally {
    env().set('PROD', former);
  }
}

function details(name: NativeName): BackendDetails {
  const backend = running();
  if (!backend || nameOf(backend) !== name) return name === 'node' ? { device: onProcessor() } : {};
  const tensorFlow = `TensorFlow ${backend.binding.TF_Version}`;
  if (backend.isUsingGpuDevice) return { device: `${tensorFlow} on CUDA` };
  const excuse = name === 'node-gpu' ? ', because it found no CUDA device it can use' : '';
  return { device: `${tensorFlow} on ${onProcessor()}${excuse}` };
}

const onProcessor = () => processorName() ?? 'the processor';

const nameOf = ({ isGPUPackage }: NativeBackend): NativeName => (isGPUPackage ? 'node-gpu' : 'node');

/** Looked up without findBackend(), which would start it. */
function running(): NativeBackend | undefined {
  return TENSORFLOW in engine().registry ? (findBackend(TENSORFLOW) as unknown as NativeBackend) : undefined;
}
