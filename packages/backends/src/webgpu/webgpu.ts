import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { BackendDetails, BackendOptions, Engine, Obstacle } from '../backend.js';
import { findPackage, inNode } from '../platform.js';
import { afterStart, beforeStart } from './running.js';

const BACKEND = '@tensorflow/tfjs-backend-webgpu';
const DAWN = 'webgpu';

interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}
interface Adapter {
  readonly info?: AdapterInfo;
  readonly isFallbackAdapter?: boolean;
  readonly limits?: { readonly maxStorageBufferBindingSize?: number; readonly maxBufferSize?: number };
}
interface Gpu {
  requestAdapter(options?: object): Promise<Adapter | null>;
}

/** WebGPU: of the browser, or in Node of Dawn, the package `webgpu`. */
export const webgpu: Engine = {
  obstacle: async (options) => missing() ?? (await adapterObstacle(options)),
  load: async () => {
    expose(gpu()!);
    if (inNode && !findBackendFactory('webgpu')) findPackage(BACKEND)!.load();
    beforeStart();
  },
  started: async () => afterStart({ readsBack: !inNode && isHardware(await adapter()) }),
  details: async () => detailsOf(await adapter()),
};

const isHardware = (found: Adapter | undefined) => found !== undefined && !computesOnProcessor(found);

function detailsOf(found: Adapter | undefined): BackendDetails {
  const device = nameOf(found);
  const { maxStorageBufferBindingSize = 0, maxBufferSize = 0 } = found?.limits ?? {};
  const tensorBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  return { ...(device && { device }), ...(tensorBytes && { tensorBytes }) };
}

function missing(): Obstacle | undefined {
  const installed = false;
  if (!inNode) {
    if (!gpu())
      return {
        why: 'this browser has no WebGPU',
        mend: 'Use a current browser over https, or choose wasm.',
        installed,
      };
    if (findBackendFactory('webgpu')) return undefined;
    return { why: `${BACKEND} is not loaded`, mend: `Add to your program: import '${BACKEND}'`, installed };
  }
  const absent = [BACKEND, DAWN].filter((name) => !findPackage(name));
  if (absent.length === 0) return undefined;
  return { why: 'it is not installed', mend: `Run: npm install ${BACKEND} ${DAWN}`, installed };
}

async function adapterObstacle({ software = false }: BackendOptions): Promise<Obstacle | undefined> {
  const found = await adapter();
  if (!found) {
    return {
      why: 'no graphics adapter answers',
      mend: 'Install a Vulkan, Metal or Direct3D 12 driver.',
      installed: true,
    };
  }
  if (software || !computesOnProcessor(found)) return undefined;
  return {
    why: `its only adapter is software (${nameOf(found) ?? 'a fallback adapter'})`,
    mend: 'Choose wasm, which is faster, or pass software: true to test with it.',
    installed: true,
  };
}

let dawn: Gpu | undefined;

function gpu(): Gpu | undefined {
  const own = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu;
  if (own || !inNode) return own;
  if (!dawn) {
    const { create, globals } = findPackage(DAWN)!.load() as { create(flags: string[]): Gpu; globals: object };
    Object.assign(globalThis, globals);
    dawn = create([]);
  }
  return dawn;
}

/** tfjs looks for navigator.gpu when its backend is loaded and started. Node has a navigator from version 21 on. */
function expose(own: Gpu): void {
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  const { navigator } = globalThis as { navigator: { gpu?: Gpu } };
  if (navigator.gpu !== own) Object.defineProperty(navigator, 'gpu', { value: own, configurable: true });
}

async function adapter(): Promise<Adapter | undefined> {
  try {
    return (await gpu()?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
  } catch {
    return undefined;
  }
}

function computesOnProcessor({ info, isFallbackAdapter }: Adapter): boolean {
  const words = [info?.vendor, info?.architecture, info?.device, info?.description].join(' ');
  return Boolean(
    isFallbackAdapter || info?.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words),
  );
}

function nameOf(found: Adapter | undefined): string | undefined {
  const { vendor, architecture, device, description } = found?.info ?? {};
  return [description || device, vendor, architecture].filter(Boolean).join(', ') || undefined;
}
