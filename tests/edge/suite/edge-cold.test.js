// An image that nobody has asked about: what its report costs here, and on the command line that pulls from the same registry.
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { database, median, midnight, missing, runtimes, startEdge } from '../edge.js';
import { porthole } from '../porthole.js';
import { realImages, startRegistry } from '../registry.js';
import { openConfiguration, startWorkerd } from '../self-hosted.js';
import { temporary } from '../../temporary.mjs';

const skip = missing || (realImages().length === 0 || !runtimes() ? 'no real images, or no /proc' : false);
const name = ['debian-app', 'debian-slim', 'alpine'].find((name) => realImages().includes(name)) ?? realImages()[0];
/** Rounds: each has the command line and the edge once. */
const ROUNDS = Number(process.env.PORTHOLE_EDGE_ROUNDS ?? 3);
/** How many times the command line's time an edge may take, by which part of the machine others had meanwhile, the registry among them. */
const BOUNDS = [[0.1, 1.5], [0.2, 1.75]];
let registry;
let reference;
let scratch;

before(async () => {
  if (skip) return;
  registry = await startRegistry({ real: true });
  reference = registry.reference(name);
  scratch = temporary('cold');
});
after(async () => {
  if (skip) return;
  await registry.close();
});

/** Milliseconds that all cores have worked so far, for anybody. */
const busy = () => cpus().reduce((sum, { times: { idle, ...rest } }) => sum + Object.values(rest).reduce((a, b) => a + b), 0);

/**
 * Times `work`, which gives `{ out, cpu }`: adds `took`, milliseconds, and `others`, which part of the machine was taken meanwhile
 * by whatever else it does. The registry, which is needed, has some percent.
 */
async function timed(work) {
  const [begun, before] = [performance.now(), busy()];
  const { out, cpu } = await work();
  const took = performance.now() - begun;
  return { out, cpu, took, others: (busy() - before - cpu) / (took * availableParallelism()) };
}

/** The command line, with nothing kept. */
const command = () => timed(async () => {
  const { code, out, err, cpu } = await porthole([
    'scan', `docker://${reference}`, '--format', 'json', '--quiet', '--plain-http', '--platform', 'linux/amd64', '--now', midnight(),
    ...(database ? ['--db', database] : []), '--cache', mkdtempSync(join(scratch, 'cache-')),
  ]);
  assert.equal(code, 0, err);
  return { out, cpu };
});

/** An edge whose processes were started by `parent`. */
const asked = (edge, parent) => timed(async () => {
  const before = runtimes(parent).cpu;
  const out = await edge.report(reference);
  return { out, cpu: runtimes(parent).cpu - before };
});

const best = (rounds, what) => Math.min(...rounds.map((round) => round[what]));
const shown = (rounds, what) => rounds.map((round) => Math.round(round[what])).join(', ');

// By processor time: a clock would measure what else the machine does, and how many cores the command line has. What is between
// the two is inflating in WebAssembly. The aim is 1.5, on a quiet machine it is 1.4.
test('a cold report takes no more than 1.85 times the processor time of the command line', { skip }, async () => {
  const [theirs, ours] = [[], []];
  for (let round = 0; round < 2; round += 1) {
    theirs.push(await command());
    const edge = await startEdge({ trusted: [registry.host] });
    try {
      // The runtime is up and the worker started: what is measured is the image.
      await edge.health();
      ours.push(await asked(edge, process.pid));
    } finally {
      await edge.close();
    }
  }
  const ratio = best(ours, 'cpu') / best(theirs, 'cpu');
  console.log(`  cold ${name}: edge ${shown(ours, 'cpu')} ms of processor time, command line ${shown(theirs, 'cpu')} ms, ratio ${ratio.toFixed(2)}`);
  assert.ok(ratio <= 1.85, `ratio ${ratio}`);
});

// By the clock, each with the cores that there are: the command line has a thread for each, the edge a process. Where others
// work too, the clock says nothing; what the work costs is bounded all the same. On a quiet machine it is 1.4: the largest layer is
// one process's, where the command line has two threads for it.
test('with a process for each core, a cold report comes no later than after 1.5 times what the command line takes', { skip: skip || (availableParallelism() < 2 ? 'one core' : false) }, async (t) => {
  const processes = Math.min(availableParallelism(), 8);
  const [theirs, ours] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const kept = mkdtempSync(join(scratch, 'kept-'));
    const trust = { PORTHOLE_TRUSTED: registry.host, PORTHOLE_REGISTRIES: registry.host };
    const edge = await startWorkerd(kept, trust, { folder: openConfiguration(), processes });
    try {
      // They have listened for a moment: what a process does when it begins is done.
      await sleep(1000);
      theirs.push(await command());
      ours.push(await asked(edge, edge.child.pid));
    } finally {
      await edge.close();
    }
    assert.equal(ours[round].out, theirs[round].out);
  }
  const compare = (what, said) => {
    const ratio = best(ours, what) / best(theirs, what);
    const middle = median(ours.map((round) => round[what])) / median(theirs.map((round) => round[what]));
    console.log(`  cold ${name}, ${processes} processes, ${said}: edge ${shown(ours, what)} ms, command line ${shown(theirs, what)} ms, ratio ${ratio.toFixed(2)} (best), ${middle.toFixed(2)} (median)`);
    return ratio;
  };
  const [clock, cpu] = [compare('took', 'by the clock'), compare('cpu', 'processor time')];
  assert.ok(cpu <= 2, `processor time: ratio ${cpu}`);
  const taken = Math.max(...[...theirs, ...ours].map(({ others }) => others));
  const bound = BOUNDS.find(([others]) => taken <= others)?.[1];
  t.diagnostic(`others took up to ${Math.round(taken * 100)} % of the machine: ${bound === undefined ? 'the clock is not judged' : `at most ${bound} times`}`);
  if (bound !== undefined) assert.ok(clock <= bound, `clock: ratio ${clock}`);
});
