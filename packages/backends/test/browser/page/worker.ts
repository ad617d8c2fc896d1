import { run } from './run.js';

globalThis.onmessage = async ({ data }) => globalThis.postMessage(await run(data));
