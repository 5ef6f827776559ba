import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';

/* Every page beside this file is an entry of its own: teller.html answers under /teller. */
const entries = readdirSync('.').filter((name) => name.endsWith('.html'));

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: entries },
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8000' } },
});
