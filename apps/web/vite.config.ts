import { defineConfig } from 'vite'

/** The API that `npm start` runs, for the development server. */
const API = 'http://127.0.0.1:3000'

export default defineConfig({
  build: {
    target: 'es2023',
    // The policy of the page allows no `data:` scripts or styles.
    assetsInlineLimit: 0,
    // All styles are small, and one file: a page whose styles could not be loaded would stay without.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': API } },
})
