// What was dropped, taken apart: the files of one folder are one thing, plain files are one thing each.
import type { InputFile } from '../shared/protocol';
import { inputName } from './drop';

/** Files whose presence makes a folder an image: an OCI layout, an unpacked `docker save`, an unpacked `skopeo copy dir:`. */
const MARKS = new Set(['oci-layout', 'index.json', 'manifest.json', 'repositories']);

/** Groups of files that are opened together. */
export function grouped(files: readonly InputFile[]): InputFile[][] {
  const depth = ({ path }: InputFile): number => path.split('/').length - 1;
  const last = ({ path }: InputFile): string => path.slice(path.lastIndexOf('/') + 1);
  const deep = files.filter((one) => depth(one) > 0);
  const plain = files.filter((one) => depth(one) === 0);
  if (deep.length === 0) return plain.map((one) => [one]);
  // A layout's own files, dropped without the folder around them.
  if (plain.some((one) => MARKS.has(last(one)))) return [[...files]];
  const folders = new Map<string, InputFile[]>();
  for (const one of deep) {
    const top = one.path.slice(0, one.path.indexOf('/'));
    folders.set(top, [...(folders.get(top) ?? []), one]);
  }
  const out = plain.map((one) => [one]);
  for (const folder of folders.values()) {
    const image = folder.some((one) => depth(one) === 1 && MARKS.has(last(one)));
    // A folder that is no image is a place where images lie.
    if (image) out.push(folder);
    else for (const one of folder) if (!last(one).startsWith('.')) out.push([{ path: last(one), file: one.file }]);
  }
  return out;
}

export const sizeOf = (files: readonly InputFile[]): number => files.reduce((sum, one) => sum + one.file.size, 0);

export const nameOf = (files: readonly InputFile[]): string => inputName(files);
