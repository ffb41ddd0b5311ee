// ELF header and program headers (System V ABI, chapter 4 and 5), for the person who looks at a binary. Display only.
import { S } from '../../shared/strings';

const MACHINES: Record<number, string> = { 3: 'x86', 8: 'MIPS', 20: 'PowerPC', 21: 'PowerPC 64', 22: 'S390', 40: 'ARM', 62: 'x86-64', 183: 'AArch64', 243: 'RISC-V', 258: 'LoongArch' };
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_GNU_STACK = 0x6474_e551;
const PT_GNU_RELRO = 0x6474_e552;

/** Name and value pairs, or null for what is no ELF file. Reads what is there: a cut file gives fewer facts. */
export function elfFacts(content: Uint8Array): [string, string][] | null {
  if (content.length < 52 || content[0] !== 0x7f || content[1] !== 0x45 || content[2] !== 0x4c || content[3] !== 0x46) return null;
  const wide = content[4] === 2;
  const little = content[5] === 1;
  if (wide && content.length < 64) return null;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const type = view.getUint16(16, little);
  const facts: [string, string][] = [
    [S.elf.class, S.elf.width(wide ? 64 : 32, little)],
    [S.elf.type, S.elf.types[type] ?? String(type)],
    [S.elf.machine, MACHINES[view.getUint16(18, little)] ?? String(view.getUint16(18, little))],
    [S.elf.entry, `0x${word(24).toString(16)}`],
  ];
  const table = word(wide ? 32 : 28);
  const each = view.getUint16(wide ? 54 : 42, little);
  const many = Math.min(view.getUint16(wide ? 56 : 44, little), 64);
  let interpreter: string | null = null;
  let dynamic = false;
  let relro = false;
  let stack: string | null = null;
  for (let index = 0; index < many; index += 1) {
    const at = table + index * each;
    if (each < (wide ? 56 : 32) || at + each > content.length) break;
    const kind = view.getUint32(at, little);
    const flags = view.getUint32(at + (wide ? 4 : 24), little);
    if (kind === PT_INTERP) {
      const offset = word(at + (wide ? 8 : 4));
      const size = Math.min(word(at + (wide ? 32 : 16)), 256);
      if (offset + size <= content.length) interpreter = new TextDecoder().decode(content.subarray(offset, offset + size)).replace(/\0+$/, '');
    }
    dynamic ||= kind === PT_DYNAMIC;
    relro ||= kind === PT_GNU_RELRO;
    if (kind === PT_GNU_STACK) stack = flags & 1 ? S.elf.executable : S.elf.notExecutable;
  }
  facts.push([S.elf.linking, dynamic ? S.elf.dynamic : S.elf.static], [S.elf.interpreter, interpreter ?? ''], [S.elf.independent, type === 3 ? S.elf.yes : S.elf.no], [S.elf.stack, stack ?? S.elf.unstated], [S.elf.relro, relro ? S.elf.yes : S.elf.no]);
  return facts.filter(([, value]) => value !== '');
}
