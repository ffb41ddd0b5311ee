// The page as static files that any web server can serve from any path.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { sampleImage } from './sample/image.mjs';

const sri = (content: Uint8Array | string): string => `sha384-${createHash('sha384').update(content).digest('base64')}`;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** The sample image is made at build time: nothing binary is kept in the repository. */
function sample(): Plugin {
  return {
    name: 'porthole-sample',
    apply: 'build',
    generateBundle() { this.emitFile({ type: 'asset', fileName: 'sample/sample.tar', source: sampleImage() }); },
  };
}

/** Subresource integrity for what index.html names, and the list of files that the service worker keeps. */
function sealed(): Plugin {
  let out = 'dist';
  return {
    name: 'porthole-sealed',
    apply: 'build',
    configResolved(config) { out = config.build.outDir; },
    closeBundle() {
      const all = files(out).map((path) => relative(out, path).replaceAll('\\', '/')).filter((path) => path !== 'sw.js').sort();
      const page = join(out, 'index.html');
      const module = (name: string): string | undefined => all.find((path) => path.endsWith('.wasm') && path.startsWith(`assets/${name}_bg`));
      const modules = Object.entries({ wasm: module('porthole'), verifier: module('signatures'), exports: module('exports'), rego: module('rego') });
      const onDemand = modules.flatMap(([what, path]) => (path && what !== 'wasm' ? [path] : []));
      const html = readFileSync(page, 'utf8')
        .replace(/<(script|link)([^>]*?)(src|href)="\.\/(assets\/[^"]+)"([^>]*)>/g, (_, tag: string, before: string, attribute: string, path: string, after: string) =>
          `<${tag}${before}${attribute}="./${path}"${after} integrity="${sri(readFileSync(join(out, path)))}">`)
        .replace('</title>', `</title>${modules.map(([what, path]) => (path ? `\n<meta name="porthole-${what}-integrity" content="${sri(readFileSync(join(out, path)))}">` : '')).join('')}`);
      writeFileSync(page, html);
      const version = createHash('sha256');
      for (const path of all) version.update(path).update(readFileSync(join(out, path)));
      const worker = readFileSync('src/service-worker.js', 'utf8')
        .replace('"__FILES__"', JSON.stringify(['./', ...all.filter((path) => path !== 'index.html' && !onDemand.includes(path)).map((path) => `./${path}`)]))
        .replace('"__LATER__"', JSON.stringify(onDemand.filter((path) => path.startsWith('assets/exports_bg')).map((path) => `./${path}`)))
        .replace('__VERSION__', version.digest('hex').slice(0, 16));
      writeFileSync(join(out, 'sw.js'), worker);
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [sample(), sealed()],
  worker: { format: 'iife' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, cssCodeSplit: false, reportCompressedSize: false },
});
