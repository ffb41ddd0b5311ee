import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elfFacts } from './elf';
import { hexDump, looksLikeText } from './hex';
import { squarify } from './squarify';

test('a treemap fills its rectangle and keeps every share', () => {
  const sizes = [600, 300, 200, 100, 50, 50, 1];
  const all = sizes.reduce((a, b) => a + b, 0);
  for (const into of [{ x: 0, y: 0, width: 400, height: 200 }, { x: 10, y: 5, width: 100, height: 900 }]) {
    const rects = squarify(sizes, into);
    assert.equal(rects.length, sizes.length);
    rects.forEach((rect, index) => {
      const share = (rect.width * rect.height) / (into.width * into.height);
      assert.ok(Math.abs(share - (sizes[index] ?? 0) / all) < 1e-9);
      assert.ok(rect.x >= into.x - 1e-6 && rect.y >= into.y - 1e-6 && rect.x + rect.width <= into.x + into.width + 1e-6 && rect.y + rect.height <= into.y + into.height + 1e-6);
    });
  }
  assert.deepEqual(squarify([], { x: 0, y: 0, width: 1, height: 1 }), []);
});

test('text is told from binary data', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(looksLikeText(bytes('#!/bin/sh\nécho\n')), true);
  assert.equal(looksLikeText(Uint8Array.of(1, 2, 0, 3)), false);
  assert.equal(looksLikeText(Uint8Array.of(0xff, 0xfe, 0x41)), false);
  // A character that the first bytes cut in two is no reason to call it binary.
  assert.equal(looksLikeText(bytes(`${'a'.repeat(8191)}é`)), true);
});

test('hex is shown with its text', () => {
  assert.equal(hexDump(new TextEncoder().encode('hello, sea')), '00000000  68 65 6c 6c 6f 2c 20 73  65 61                    hello, sea');
});

test('ELF facts are read where they are there, and a cut header gives none', () => {
  const elf = new Uint8Array(64 + 56);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(elf.buffer);
  view.setUint16(16, 3, true);
  view.setUint16(18, 62, true);
  view.setBigUint64(24, 0x1040n, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 2, true);
  const facts = new Map(elfFacts(elf));
  assert.equal(facts.get('Machine'), 'x86-64');
  assert.equal(facts.get('Linking'), 'dynamic');
  assert.equal(facts.get('Entry point'), '0x1040');
  assert.equal(elfFacts(elf.subarray(0, 60)), null);
  assert.equal(elfFacts(new Uint8Array(100)), null);
  // A header that points beyond the file's end.
  view.setBigUint64(32, 0xffff_ffff_ffffn, true);
  assert.ok(elfFacts(elf));
});
