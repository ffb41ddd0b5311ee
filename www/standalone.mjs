// One file that holds the whole page: node standalone.mjs DIST OUT.html [DATABASE]
// DATABASE is a folder with index.json and the shards that shall be inside. Works from file://, on a machine without a network.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dist, out, database] = process.argv.slice(2);
if (!dist || !out) {
  console.error('usage: node standalone.mjs DIST OUT.html [DATABASE]');
  process.exit(2);
}
const read = (path) => readFileSync(join(dist, path));
const page = read('index.html').toString();
const script = read(page.match(/<script[^>]*src="\.\/(assets\/[^"]+\.js)"/)[1]).toString();
const style = read(page.match(/<link[^>]*href="\.\/(assets\/[^"]+\.css)"/)[1]).toString();
const module = (which) => readdirSync(join(dist, 'assets')).find((name) => name.endsWith('.wasm') && name.startsWith(`${which}_bg`));

// What would end the element early is written so that it means the same and does not.
const code = script.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
const css = style.replace(/<\/(style)/gi, '<\\/$1');
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const block = (attributes, bytes) => `<script type="application/octet-stream;base64" ${attributes}>${Buffer.from(bytes).toString('base64')}</script>`;
const shards = database && existsSync(database) ? readdirSync(database).filter((name) => /^[\w.@+-]+$/.test(name)) : [];
const policy = [
  "default-src 'none'", `script-src ${hash(code)} 'wasm-unsafe-eval'`, 'worker-src blob:', `style-src ${hash(css)}`, 'img-src data: blob:', "connect-src 'none'", "base-uri 'none'", "form-action 'none'",
].join('; ');

writeFileSync(out, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Porthole</title>
<link rel="icon" href="data:image/svg+xml;base64,${read('icon.svg').toString('base64')}">
<style id="porthole-style">${css}</style>
</head>
<body>
<div id="app"></div>
<noscript><p>Porthole reads images in your browser, with JavaScript and WebAssembly. Please switch JavaScript on for this page.</p></noscript>
${block('id="porthole-wasm"', read(join('assets', module('porthole'))))}
${block('id="porthole-verifier"', read(join('assets', module('signatures'))))}
${block('id="porthole-exports"', read(join('assets', module('exports'))))}
${block('id="porthole-rego"', read(join('assets', module('rego'))))}
${block('id="porthole-sample"', read('sample/sample.tar'))}
${shards.map((name) => block(`data-shard="${name}"`, readFileSync(join(database, name)))).join('\n')}
<script type="module" id="porthole-script">${code}</script>
</body>
</html>
`);
console.log(`${out}: ${Math.round(readFileSync(out).length / 1000)} kB, ${shards.length} database files inside`);
