// The command line, run as people run it. PORTHOLE_CLI names the program; else the newest one that cargo built.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './registry.js';

const built = ['release', 'fast', 'debug'].map((profile) => join(repository, 'target', profile, 'porthole')).filter(existsSync);
/** The program, or `undefined` when there is none. */
export const program = process.env.PORTHOLE_CLI ?? built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];

/** The present, for reports that are compared. */
export const NOW = '2026-01-01T00:00:00Z';

/** Follows a program's processor time, milliseconds, as far as it can be seen from outside: it is looked at twenty times a second. */
function cpuOf(child) {
  let last = 0;
  const look = () => {
    try {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      last = (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      // No /proc, or it has ended.
    }
  };
  const timer = setInterval(look, 50);
  child.once('exit', () => clearInterval(timer));
  return () => last;
}

/** Runs it; gives `{ code, out, err, took, cpu }`, the last two in milliseconds. Without an advisory database: what is tested here comes before that. */
export function porthole(args, { env = {} } = {}) {
  const begun = performance.now();
  const child = spawn(program, args, { env: { ...process.env, PORTHOLE_DB: '/nonexistent', NO_PROXY: '127.0.0.1,127.0.0.2', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const text = (stream) => new Promise((done) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part)).on('end', () => done(Buffer.concat(parts).toString()));
  });
  const ended = new Promise((done, failed) => { child.once('error', failed).once('exit', done); });
  const cpu = cpuOf(child);
  return Promise.all([ended, text(child.stdout), text(child.stderr)]).then(([code, out, err]) => ({ code, out, err, took: performance.now() - begun, cpu: cpu() }));
}

/** The JSON report of an image; fails when there is none. */
export async function scan(image, ...options) {
  const { code, out, err } = await porthole(['scan', image, '--format', 'json', '--quiet', '--now', NOW, ...options]);
  if (code !== 0) throw new Error(`porthole scan ${image} ended with ${code}: ${err}`);
  return JSON.parse(out);
}

/**
 * A report without what an archive and a registry rightly say differently: where it came from, under which names, and whether it is
 * signed, which an archive without signatures cannot tell.
 */
export function withoutPlace(report) {
  const { source, kind, names, annotations: { 'org.opencontainers.image.ref.name': _, ...annotations }, ...image } = report.image;
  return { ...report, image: { ...image, annotations }, checks: report.checks.filter(({ code }) => code !== 'signed') };
}
