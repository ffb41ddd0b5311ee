// Exports: made in the model worker, handed to the person here.
import type { Model } from '../shared/protocol';
import type { Head } from '../shared/report';
import { save } from './save';
import { announcement } from './store';
import { S } from './strings';
import { standaloneReport } from './standalone';

const ENDINGS: Record<string, string> = { html: 'html', json: 'json', cyclonedx: 'cdx.json', spdx: 'spdx.json', sarif: 'sarif', markdown: 'md' };

const fileName = (head: Head, format: string): string => {
  const { names, source } = head.report.image;
  const stem = (names[0] ?? source).replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'image';
  return `${stem}.porthole.${ENDINGS[format] ?? format}`;
};

export async function takeAway(model: Model, head: Head, format: string): Promise<void> {
  try {
    if (format === 'html') {
      save(fileName(head, format), 'text/html', await standaloneReport(await model.ask('report', null)));
      return;
    }
    const { mediaType, bytes } = await model.ask('export', { format, now: new Date().toISOString() });
    save(fileName(head, format), mediaType, bytes);
  } catch (error) {
    announcement.value = error instanceof Error ? error.message : S.exports.notYet;
  }
}

export async function copyMarkdown(model: Model): Promise<void> {
  const { bytes } = await model.ask('export', { format: 'markdown', now: new Date().toISOString() });
  await navigator.clipboard.writeText(new TextDecoder().decode(bytes));
  announcement.value = S.table.copied;
}
