// Runs the page's own unit tests: Vite makes them plain JavaScript, Node.js runs them.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const find = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? (entry.name.startsWith('pkg') ? [] : find(join(folder, entry.name))) : entry.name.endsWith('.test.ts') ? [join(folder, entry.name)] : []));

// Not below node_modules, where newer Node.js runs no tests; beside it, so that imports are found.
const out = '.tests';
rmSync(out, { recursive: true, force: true });
await build({
  configFile: false, logLevel: 'warn', publicDir: false,
  build: { ssr: true, outDir: out, emptyOutDir: true, minify: false, rolldownOptions: { input: Object.fromEntries(find('src').map((path) => [path.replace(/^src\//, '').replace(/\.ts$/, ''), path])), output: { entryFileNames: '[name].mjs' } } },
});
const built = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? built(join(folder, entry.name)) : entry.name.endsWith('.test.mjs') ? [join(folder, entry.name)] : []));
process.exit(spawnSync(process.execPath, ['--test', ...built(out)], { stdio: 'inherit' }).status ?? 1);
