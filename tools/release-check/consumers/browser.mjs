// For a built page in Node: what the page asks of a browser, with tfjs taking this for one (a worker, without a screen).
globalThis.WorkerGlobalScope = class {};
globalThis.document = { createElement: () => ({ relList: { supports: () => true } }) };
Object.defineProperty(process, 'versions', { value: {} });
