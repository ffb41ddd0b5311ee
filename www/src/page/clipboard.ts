// Text to the clipboard, and what a screen reader hears about it.
import { announcement } from './store';
import { S } from '../shared/strings';

/** True when it is there. Browsers refuse on pages from disk and without a gesture. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announcement.value = S.table.copied;
    return true;
  } catch {
    announcement.value = S.errors.clipboard;
    return false;
  }
}
