// Files from a drop, a paste or a dialogue, folders walked, each with its path.
import type { InputFile } from '../shared/protocol';

/** More files than any OCI layout has; what is beyond is somebody's home folder. */
const MOST = 20_000;

export function fromFileList(list: FileList | null | undefined): InputFile[] {
  return [...(list ?? [])].slice(0, MOST).map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => { entry.file(resolve, reject); });
const batch = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> => new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });

async function walk(entry: FileSystemEntry, into: InputFile[]): Promise<void> {
  if (into.length >= MOST) return;
  if (entry.isFile) {
    into.push({ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives at most a hundred at a time.
  for (let entries = await batch(reader); entries.length > 0; entries = await batch(reader)) {
    for (const child of entries) await walk(child, into);
  }
}

export async function fromTransfer(data: DataTransfer): Promise<InputFile[]> {
  // The entries must be taken before the first await: afterwards the transfer is empty.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = fromFileList(data.files);
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found: InputFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}

/** What to call the input: the file's name, or the folder that holds everything. */
export function inputName(files: readonly InputFile[]): string {
  const first = files[0]?.path ?? '';
  return files.length === 1 ? (first.split('/').at(-1) ?? first) : (first.split('/')[0] ?? first);
}
