// What `wrangler deploy` would send, by the one file of configuration that people are told to edit.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { dist, missing } from '../edge.js';
import { repository } from '../registry.js';
import { temporary } from '../../temporary.mjs';

const run = promisify(execFile);
const worker = join(repository, 'worker');

test('wrangler takes the configuration, and the script fits every plan', { skip: missing || (existsSync(dist) ? false : 'the page is not built') }, async () => {
  const out = temporary('deploy');
  // Everything but the command that builds: that was done.
  const config = join(worker, 'build/wrangler-for-tests.jsonc');
  const text = readFileSync(join(worker, 'wrangler.jsonc'), 'utf8');
  writeFileSync(config, text.replace(/^ *"build": .*$/m, '').replace('"build/index.js"', '"index.js"').replace('"../www/dist"', JSON.stringify(dist)).replace('"node_modules/wrangler', '"../node_modules/wrangler'));
  try {
    const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' };
    const arguments_ = [join(worker, 'node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', '--config', config, '--outdir', out];
    const { stdout } = await run(process.execPath, arguments_, { cwd: worker, env }).catch((error) => assert.fail(`${error.stdout}\n${error.stderr}`.slice(-3000)));
    const [, gzip] = /gzip: ([\d.]+) KiB/.exec(stdout);
    console.log(`  the script has ${Math.round(gzip)} KiB, compressed`);
    assert.ok(Number(gzip) < 3_000_000 / 1024, `${gzip} KiB`);
    for (const binding of ['LAYERS', 'ASSETS', 'LIMITER']) assert.match(stdout, new RegExp(`env\\.${binding}`));
  } finally {
    rmSync(config);
  }
});
