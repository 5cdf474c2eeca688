/**
 * How the desk is bundled and tested.
 *
 * The bundle must run under `default-src 'self'`, without the internet: nothing is inlined into HTML, nothing is
 * fetched from elsewhere, and only the Element Plus components in use are shipped.
 */
import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import Components from "unplugin-vue-components/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue(), Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: "css" })] })],
  resolve: {
    alias: {
      "@words": fileURLToPath(new URL("../hub/words", import.meta.url)),
      "@": fileURLToPath(new URL("./src", import.meta.url)),
    },
  },
  define: { __VUE_I18N_LEGACY_API__: "false", __INTLIFY_PROD_DEVTOOLS__: "false" },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // the chart library, loaded only when an incident has something to draw
    chunkSizeWarningLimit: 550,
  },
  server: { fs: { allow: [".", "../hub/words"] }, proxy: { "/api": process.env["ANXIN_HUB"] ?? "http://127.0.0.1:8080" } },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    server: { deps: { inline: ["element-plus"] } },
    isolate: false, // a page for each file is nine tenths of the time; each test makes its own stores
  },
});
