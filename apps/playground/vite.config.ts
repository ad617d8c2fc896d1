import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Threads of WebAssembly need a page that is isolated from others; `public/_headers` says the same to static hosts. */
const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  appType: 'mpa', // what is missing is missing, not the page
  server: { headers: isolated },
  preview: { headers: isolated },
  worker: { format: 'es' },
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  plugins: [
    VitePWA({
      registerType: 'autoUpdate',
      manifest: {
        name: 'gm playground',
        short_name: 'gm',
        description: 'Compose, train and watch generative and discriminative models.',
        theme_color: '#ffffff',
        icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' }],
      },
      // Everything, so that the page works without a network after its first load.
      workbox: { globPatterns: ['**/*.{html,js,css,svg,wasm,gz,txt}'], maximumFileSizeToCacheInBytes: 4_000_000 },
    }),
  ],
});
