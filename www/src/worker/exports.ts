// A report in another format: loads the module that knows the formats, and hands it the report. No rule of a format.
import { initSync, writeExport } from '../pkg-exports/exports';
import type { Questions, Settings } from '../shared/protocol';
import type { Report } from '../shared/report';
import { S } from '../shared/strings';
import { OnDemand, type Note } from './on-demand';

const formats = new OnDemand(initSync, S.exports.noModule);

export async function write(report: Report, format: string, now: string, settings: Settings, note: Note): Promise<Questions['export']['answer']> {
  const text = JSON.stringify(report);
  await formats.load(settings.exports, note);
  const made = writeExport(text, format, now, crypto.randomUUID());
  const answer = { mediaType: made.mediaType, extension: made.extension, bytes: new TextEncoder().encode(made.text) };
  made.free();
  return answer;
}
