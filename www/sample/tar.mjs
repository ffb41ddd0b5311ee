// Writes small tar archives (POSIX ustar, pax-free): enough for the sample image and for tests.
import { createHash } from 'node:crypto';

const field = (text, length) => Buffer.from(text.padEnd(length, '\0'), 'latin1');
const octal = (value, length) => field(`${value.toString(8).padStart(length - 1, '0')}\0`, length);

/**
 * @typedef {{ path: string, content?: string | Uint8Array, mode?: number, link?: string, type?: string, mtime?: number, uid?: number }} Entry
 * @param {Entry[]} entries
 */
export function tar(entries) {
  const blocks = [];
  for (const { path, content = '', mode, link = '', type, mtime = 1_700_000_000, uid = 0 } of entries) {
    const body = Buffer.from(content);
    const kind = type ?? (path.endsWith('/') ? '5' : link ? '2' : '0');
    const at = path.length > 100 ? path.lastIndexOf('/', 155) : -1;
    const head = Buffer.concat([
      field(at > 0 ? path.slice(at + 1) : path, 100), octal(mode ?? (kind === '5' ? 0o755 : 0o644), 8), octal(uid, 8), octal(0, 8), octal(body.length, 12), octal(mtime, 12),
      Buffer.from('        '), Buffer.from(kind), field(link, 100), Buffer.from('ustar\x0000'), field('root', 32), field('root', 32), octal(0, 8), octal(0, 8), field(at > 0 ? path.slice(0, at) : '', 155), Buffer.alloc(12),
    ]);
    const sum = head.reduce((all, byte) => all + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    blocks.push(head, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * An image as `docker save` writes it.
 * @param {{ name: string, layers: { command: string, entries: Entry[] }[], config?: object, created?: string, history?: object[] }} image
 */
export function dockerArchive({ name, layers, config = {}, created = '2024-03-05T10:00:00Z', history }) {
  const tars = layers.map(({ entries }) => tar(entries));
  const document = Buffer.from(JSON.stringify({
    architecture: 'amd64', os: 'linux', created, config,
    rootfs: { type: 'layers', diff_ids: tars.map((one) => `sha256:${sha256(one)}`) },
    history: history ?? layers.map(({ command }) => ({ created, created_by: command })),
  }));
  const id = sha256(document);
  const paths = tars.map((one) => `${sha256(one)}/layer.tar`);
  return tar([
    ...tars.map((content, index) => ({ path: paths[index], content })),
    { path: `${id}.json`, content: document },
    { path: 'manifest.json', content: JSON.stringify([{ Config: `${id}.json`, RepoTags: [name], Layers: paths }]) },
  ]);
}
