// Documents that say what counts: kept for every image of this visit, until they are taken away.
import { announcement, considered, other, subject, type Considered } from './store';
import { S } from '../shared/strings';

/** Takes these documents instead of those before. What is open is judged anew; what is opened later will be. */
export async function consider(documents: readonly Considered[]): Promise<void> {
  // One policy at a time: the newest counts.
  const policy = documents.findLast((one) => one.kind === 'policy');
  considered.value = documents.filter((one) => one.kind !== 'policy' || one === policy);
  const open = [subject.value, other.value].filter((one) => one !== null && one.finished !== null);
  await Promise.all(open.map((one) => one?.model.ask('consider', considered.value).catch(() => undefined)));
  announcement.value = considered.value.length > 0 ? S.consider.taken(considered.value.map((one) => one.name).join(', ')) : S.consider.none;
}

export const forget = (document: Considered): Promise<void> => consider(considered.value.filter((one) => one !== document));
