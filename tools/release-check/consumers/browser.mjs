// Lets tfjs take this Node for a browser (a worker, which has no document), and with it the page that Vite built.
globalThis.WorkerGlobalScope = class {};
Object.defineProperty(process, 'versions', { value: {} });
