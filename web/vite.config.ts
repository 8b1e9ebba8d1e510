import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";

const here = fileURLToPath(new URL(".", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };

/**
 * The page forbids itself everything it does not need, whatever headers the server in front of it sends:
 * scripts and styles only from its own files, connections only to its own origin, no frames, no plugins.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  // The one policy: addresses of this origin become workers.
  "trusted-types roosthold",
].join("; ");

/** Only in the built page: the development server needs inline styles for its live updates. */
function selfRestraint(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
        injectTo: "head-prepend",
      },
    ],
  };
}

/**
 * The service worker, with the names of all files of this build in it. A new build is a new worker, which keeps its own
 * files and drops those of the old one.
 */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((file) => file.startsWith("assets/")).sort();
      const build = createHash("sha256").update(files.join(" ")).digest("hex").slice(0, 16);
      const source = readFileSync(new URL("src/worker/sw.js", import.meta.url), "utf8")
        .replace("__BUILD__", build)
        .replace('["__FILES__"]', JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

export default defineConfig({
  root: here,
  // Files are named relative to the page, so that it works in any folder of a site.
  base: "./",
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [selfRestraint(), serviceWorker()],
  build: {
    outDir: process.env["WEB_OUT_DIR"] ?? `${here}target/classes/web`,
    emptyOutDir: true,
    target: "es2022",
    // A data: address for a small file would need a wider policy than files of our own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs comes in one file, not in twenty small ones.
        codeSplitting: {
          groups: [
            { name: "base", test: /node_modules\/(preact|@preact|zod)|src\/(ui|relay|app|device)\/(?!.*(QrCode|ComponentsPage|socket|link))/ },
          ],
        },
      },
    },
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/v1": { target: process.env["ROOST_DEV_RELAY"] ?? "http://127.0.0.1:3005", ws: true },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
    restoreMocks: true,
    setupFiles: ["test/setup.ts"],
    testTimeout: 30_000,
  },
});
