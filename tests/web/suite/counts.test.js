// What counts: a policy, an ignore file and VEX are dropped like an image, judge what is open and what comes, and can be taken away.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { choose, database, databaseFiles, drop, goTo, launch, needs, openPage, serve, settled } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';

let browser;
let site;
before(async () => {
  site = await serve(databaseFiles());
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
const image = () => ({ name: 'tide-table.tar', mimeType: 'application/x-tar', buffer: sampleImage() });
const judged = (page) => page.locator('.judged').innerText();

test('a policy fails with its reasons, passes when they are accepted, and goes when it is taken away', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await drop(page, 'policy.toml', Buffer.from('[secrets]\nseverity = "low"\n'));
  await page.waitForSelector('.judged.failed');
  assert.match(await judged(page), /Policy failed for 3 reasons[\s\S]*secrets\.severity[\s\S]*deploy_key/);
  await drop(page, 'kinder.toml', Buffer.from('[secrets]\nseverity = "low"\n[[allow]]\npath = "*"\nreason = "made for a test"\n'));
  await page.waitForSelector('.judged.passed');
  assert.match(await judged(page), /Policy passed/);
  // One policy at a time; what it accepts is said where it is found.
  assert.equal(await page.locator('.document').count(), 1);
  await goTo(page, '#/secrets?f.state=allowed');
  await page.waitForFunction(() => document.querySelectorAll('.grid-body .row').length === 3);
  await goTo(page, '#/overview');
  await page.getByRole('button', { name: 'Take kinder.toml away' }).click();
  await page.waitForSelector('.judged', { state: 'detached' });
  assert.match(await page.locator('.cards').innerText(), /2 in the final image/);
  await context.close();
});

test('a policy that cannot be read says so in one sentence and judges nothing', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await drop(page, 'policy.toml', Buffer.from('[secrets]\nseverety = "low"\n'));
  await page.waitForSelector('.document.bad');
  assert.match(await page.locator('.document').innerText(), /policy\.toml: unknown field `severety`/);
  assert.equal(await page.locator('.judged').count(), 0);
  await context.close();
});

test('a policy in Rego passes or fails with its reasons, by an engine that comes only then', async () => {
  const { page, context } = await openPage(browser, site.url);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const engines = () => asked.filter((path) => /rego_bg.*\.wasm$/.test(path)).length;
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.equal(engines(), 0);
  await drop(page, 'strict.rego', Buffer.from('package porthole\n\ndeny contains msg if {\n\tsome secret in input.secrets\n\tsecret.harmless == null\n\tmsg := sprintf("%s is in the image", [secret.path])\n}\n\ndeny contains {"rule": "day", "msg": "no day"} if not regex.match(`^\\d{4}-\\d{2}-\\d{2}$`, data.context.today)\n'));
  await page.waitForSelector('.judged.failed');
  assert.match(await judged(page), /Policy failed for \d+ reasons?[\s\S]*porthole\.deny[\s\S]*deploy_key is in the image/);
  assert.doesNotMatch(await judged(page), /no day/);
  await drop(page, 'kind.rego', Buffer.from('package porthole\n\nallow if {\n\tcount(input.packages) > 3\n\tinput.image.names[0] == "example.com/harbour/tide-table:1.4.0"\n}\n'));
  await page.waitForSelector('.judged.passed');
  assert.match(await judged(page), /Policy passed/);
  assert.equal(await page.locator('.document').count(), 1);
  assert.equal(engines(), 1);
  // Thresholds take its place, as any newer policy does.
  await drop(page, 'policy.toml', Buffer.from('[secrets]\nseverity = "low"\n'));
  await page.waitForSelector('.judged.failed');
  assert.match(await judged(page), /secrets\.severity/);
  await context.close();
});

test('a policy in Rego that gives no verdict says why in one sentence, and judges nothing', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  for (const [name, text, why] of [
    ['half.rego', 'package porthole\ndeny contains if {\n', /half\.rego: line 2, column 15: unexpected keyword `if`/],
    ['other.rego', 'package other\ndeny contains "x" if true\n', /no rule named deny or allow in the package porthole: this policy would pass everything/],
    ['breaks.rego', 'package porthole\ndeny contains "x" if 1 / 0 == 1\n', /while the policy ran: breaks\.rego: line 2, column 24: divide by zero/],
  ]) {
    await drop(page, name, Buffer.from(text));
    await page.waitForFunction((wanted) => document.querySelector('.document.bad')?.textContent.includes(wanted), name);
    assert.match(await page.locator('.document').innerText(), why);
    assert.equal(await page.locator('.judged').count(), 0);
  }
  await context.close();
});

test('documents that come first, or with an image, count for it', async () => {
  const { page, context } = await openPage(browser, site.url);
  await choose(page, [file('policy.toml', '[checks]\nrequired = ["runs-as-root"]\n')]);
  await page.waitForSelector('.start-documents');
  await choose(page, [image()]);
  await settled(page);
  await page.waitForSelector('.judged.failed');
  assert.match(await judged(page), /checks\.required/);
  await page.getByRole('button', { name: 'Open another' }).click();
  await choose(page, [image(), file('other.toml', '[size]\nmax-bytes = 10\n')]);
  await settled(page);
  await page.waitForFunction(() => /size\.max-bytes/.test(document.querySelector('.judged')?.textContent ?? ''));
  await context.close();
});

test('an ignore file and VEX silence what they name, and what they silence stays to be seen', async (t) => {
  if (!needs(t, join(database, 'index.json'))) return;
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  const total = async () => Number((await page.locator('.tabs a', { hasText: 'Vulnerabilities' }).locator('.tab-count').innerText()).replace(/\D/g, ''));
  const all = await total();
  assert.ok(all > 10);
  await goTo(page, '#/vulns?q=lodash');
  await page.waitForSelector('.grid-body .row');
  const lodash = await page.locator('.grid-body .row').count();
  await drop(page, 'ignore.toml', Buffer.from('[[ignore]]\nid = "*"\npackage = "lodash"\nreason = "not reached"\n[[ignore]]\nid = "CVE-2021-44906"\nreason = "was looked at"\nexpires = "2023-01-01"\n'));
  await page.waitForFunction(() => document.querySelectorAll('.grid-body .row[data-index]').length === 0);
  assert.equal(await total(), all - lodash);
  await goTo(page, '#/overview');
  assert.match(await page.locator('.counts').innerText(), /silenced by rules or VEX/);
  // A rule that has run out silences nothing, and says so.
  assert.match(await page.locator('.counts').innerText(), /Run out[\s\S]*CVE-2021-44906: 2023-01-01/);
  const vex = { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://example.com/vex', author: 'a', timestamp: '2024-01-01T00:00:00Z', version: 1, statements: [{ vulnerability: { name: 'CVE-2021-44906' }, products: [{ '@id': 'pkg:npm/minimist@1.2.5' }], status: 'not_affected', justification: 'vulnerable_code_not_present' }] };
  await drop(page, 'vex.json', Buffer.from(JSON.stringify(vex)));
  await page.waitForFunction((want) => document.querySelector('.tabs a[href="#/vulns"] .tab-count')?.textContent === want, String(all - lodash - 1));
  await goTo(page, '#/vulns/CVE-2021-44906?f.state=suppressed');
  await page.waitForSelector('.panel .note');
  assert.match(await page.locator('.panel').innerText(), /by vex: not_affected: vulnerable_code_not_present/);
  await context.close();
});

if (!existsSync(join(database, 'index.json'))) {
  test('a policy on vulnerabilities does not pass in silence without a database', async () => {
    const { page, context } = await openPage(browser, site.url);
    await choose(page, [image(), file('policy.toml', '[vulnerabilities]\nseverity = "high"\n')]);
    await settled(page);
    await page.waitForSelector('.judged.failed');
    assert.match(await judged(page), /no advisory database/);
    await context.close();
  });
}
