/* Every word on a page is a key of both languages, and none stands in the source. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSync } from 'vite';
import chinese from '../locales/zh-CN.json';
import english from '../locales/en.json';

const FOLDERS = ['shared', 'teller', 'console', 'online'];
const HAN = /[\u3400-\u9fff]/;
const ATTRIBUTES = new Set(['title', 'placeholder', 'alt', 'aria-label', 'label', 'description']);
/** Chinese that is a figure or unit of money by law, not a word of the page. */
const FIGURES_OF_LAW = 'amountInWords.ts';
/** A pattern of digits that is typed the same in every language. */
const PATTERNS = new Set(['YYYYMMDD', '×', '*', '↑']);

type Node = { type: string; value?: unknown; name?: { name?: string }; [key: string]: unknown };

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) node.forEach((one) => walk(one, visit));
  else if (node && typeof node === 'object') {
    if (typeof (node as Node).type === 'string') visit(node as Node);
    Object.values(node).forEach((one) => walk(one, visit));
  }
}

function literalsIn(path: string): string[] {
  const found: string[] = [];
  const { program, errors } = parseSync(path, readFileSync(path, 'utf8'));
  expect(errors).toEqual([]);
  walk(program, (node) => {
    const text = typeof node.value === 'string' ? node.value.trim() : '';
    if (node.type === 'JSXText' && /[\p{L}]/u.test(text) && !PATTERNS.has(text))
      found.push(`${path}: ${text}`);
    if (node.type === 'Literal' && HAN.test(text) && !path.endsWith(FIGURES_OF_LAW))
      found.push(`${path}: ${text}`);
    if (node.type === 'TemplateElement') {
      const raw = String((node.value as { raw?: string }).raw ?? '');
      if (HAN.test(raw) && !path.endsWith(FIGURES_OF_LAW)) found.push(`${path}: ${raw}`);
    }
    if (node.type === 'JSXAttribute' && ATTRIBUTES.has(String(node.name?.name))) {
      const value = node.value as unknown as Node | null;
      const literal = value?.type === 'Literal' ? String(value.value) : '';
      if (literal && !PATTERNS.has(literal)) found.push(`${path}: ${literal}`);
    }
  });
  return found;
}

test('no literal text stands in the source', () => {
  expect(FOLDERS.flatMap(sources).flatMap(literalsIn)).toEqual([]);
});

test('both languages have the same keys, in order, with the same holes', () => {
  const holes = (words: Record<string, string>) =>
    Object.entries(words).map(([key, text]) => [
      key,
      [...text.matchAll(/\{(\w+)\}/g)].map((hole) => hole[1]).sort(),
    ]);
  expect(holes(chinese)).toEqual(holes(english));
  expect(Object.keys(chinese)).toEqual(Object.keys(chinese).sort());
});

test('Chinese is Chinese and English has none of it', () => {
  expect(Object.entries(english).filter(([key, text]) => HAN.test(text) && key !== 'language.other')).toEqual(
    [],
  );
});

test('every key is used and every used key exists', () => {
  const text = FOLDERS.flatMap(sources)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const unused = Object.keys(chinese).filter((key) => !text.includes(`'${key}'`) && !key.startsWith('role.'));
  expect(unused).toEqual([]);
});
