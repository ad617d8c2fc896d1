/** Where the files of tfjs are: each bundler of the test says so in its own way. */
declare module 'wasm-paths' {
  export const wasmPaths: string | Readonly<Record<string, string>>;
}
