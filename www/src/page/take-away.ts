// Exports: made in the model worker, handed to the person here.
import type { Model } from '../shared/protocol';
import type { Head } from '../shared/report';
import { copyText } from './clipboard';
import { LocalModel } from './local-model';
import { save } from './save';
import { announcement } from './store';
import { S } from '../shared/strings';
import { standaloneReport } from './standalone';

const stem = (head: Head): string => {
  const { names, source } = head.report.image;
  return (names[0] ?? source).replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'image';
};

/** The formats that this model can give: a report without the analysis module has its data and itself. */
export const formatsOf = (model: Model): (typeof S.exports.formats)[number][] =>
  S.exports.formats.filter(([format]) => !(model instanceof LocalModel) || format === 'json' || format === 'html');

export async function takeAway(model: Model, head: Head, format: string): Promise<void> {
  try {
    const now = new Date().toISOString();
    const made = format === 'html'
      ? { mediaType: 'text/html', extension: 'html', bytes: await standaloneReport(await model.ask('report', null)) }
      : await model.ask('export', { format, now });
    const name = `${stem(head)}.porthole.${made.extension}`;
    save(name, made.mediaType, made.bytes);
    announcement.value = S.exports.saved(name);
  } catch (error) {
    announcement.value = error instanceof Error ? error.message : String(error);
  }
}

export async function copyMarkdown(model: Model): Promise<void> {
  const { bytes } = await model.ask('export', { format: 'markdown', now: new Date().toISOString() });
  await copyText(new TextDecoder().decode(bytes));
}
