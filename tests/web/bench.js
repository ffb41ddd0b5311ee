// How long the page takes for one archive: node bench.js FILE. Prints one line of JSON, in milliseconds:
// first (names, platform and layers are on screen), report (everything is but digests that are marked as pending) and
// verified (nothing is pending any more); and memory, the most WebAssembly memory of a worker. `cargo xtask bench` calls it.
import { databaseFiles, launch, openPage, serve } from './harness.js';

const [file] = process.argv.slice(2);
const site = await serve(databaseFiles());
const browser = await launch();
try {
  const { page } = await openPage(browser, site.url);
  await page.evaluate(() => {
    globalThis.marks = {};
    // Captured before the page's own listener, so nothing that the page does is left out.
    document.addEventListener('change', () => { globalThis.marks.begun ??= performance.now(); }, { capture: true });
    const look = () => {
      const { marks } = globalThis;
      if (marks.begun === undefined) return;
      if (document.querySelector('.subject-facts')) marks.first ??= performance.now();
      if (document.querySelector('.refusal')) marks.refused ??= document.querySelector('.refusal').textContent;
      if (document.querySelector('.cards') && !document.querySelector('.scanning')) marks.report ??= performance.now();
      if (marks.report !== undefined && document.querySelector('.top[data-pending="0"]')) marks.verified ??= performance.now();
      marks.memory = Number(document.querySelector('.top')?.dataset.memory ?? 0);
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
  });
  // As a person does: with the system's dialogue, which takes a moment.
  const dialogue = page.waitForEvent('filechooser');
  await page.locator('[data-picker="files"]').locator('xpath=preceding-sibling::button').first().click();
  const chooser = await dialogue;
  await page.waitForTimeout(2000);
  await chooser.setFiles(file);
  await page.waitForFunction(() => globalThis.marks.verified !== undefined || globalThis.marks.refused !== undefined, undefined, { timeout: 600_000 });
  const marks = await page.evaluate(() => globalThis.marks);
  if (marks.refused !== undefined) throw new Error(`the page refused ${file}: ${marks.refused}`);
  const { begun, memory } = marks;
  console.log(JSON.stringify({ first: marks.first - begun, report: marks.report - begun, verified: marks.verified - begun, memory }));
} finally {
  await browser.close();
  await site.close();
}
