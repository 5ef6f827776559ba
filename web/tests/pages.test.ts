import { expect, test } from 'vitest';
import type { TaskLine } from '../shared/api/types';
import { isKeyedTwice, notKeyedTwice } from '../shared/fields/filled';
import { largestOf } from '../shared/money';
import { passages } from '../shared/Procedure';
import { ordered, type Column } from '../shared/Table';
import { prefilled } from '../teller/CustomerFile';
import { unchanged } from '../teller/Worklist';
import { field } from './fields';
import { bothOf } from '../shared/who';

test('a large amount is keyed twice, the same', () => {
  const amount = field('amount', 'amount', { keyed_twice_from: '50000.00' });
  expect(isKeyedTwice(amount, '49,999.99')).toBe(false);
  expect(isKeyedTwice(amount, '50000')).toBe(true);
  expect(isKeyedTwice(amount, 'abc')).toBe(false);
  expect(isKeyedTwice(field('amount', 'amount'), '50000')).toBe(false);
  expect(isKeyedTwice(amount, '60000', 6_000_000)).toBe(false); // keyed at a step before
  const again = (filled: Record<string, string>) => notKeyedTwice([amount], filled, {}).length;
  expect(again({ amount: '60000' })).toBe(1);
  expect(again({ amount: '60000', 'amount.again': '66000' })).toBe(1);
  expect(again({ amount: '60000', 'amount.again': '60,000.00' })).toBe(0);
});

test('a table is ordered by what its column says, and what has nothing goes last', () => {
  const columns: Column<{ n: number | null }>[] = [
    { key: 'n', title: 'n', cell: (row) => row.n, by: (row) => row.n },
  ];
  const rows = [{ n: 3 }, { n: null }, { n: 1 }];
  const by = (down: boolean) => ordered(rows, columns, { key: 'n', down }).map((row) => row.n);
  expect(by(false)).toEqual([1, 3, null]);
  expect(by(true)).toEqual([3, 1, null]);
  expect(ordered(rows, columns, null)).toBe(rows);
});

test('lines of the worklist that look the same stay the same objects', () => {
  const line = (task: number, left_s: number, version = 1) =>
    ({ task, left_s, version, claimed_by: null }) as TaskLine;
  const before = [line(1, 600), line(2, 600)];
  const [first, second] = unchanged(before, [line(1, 597 + 5), line(2, 600, 2)]);
  expect(first).toBe(before[0]); // the same minute
  expect(second).not.toBe(before[1]); // somebody has changed it
});

test('a procedure text falls into its passages', () => {
  const found = passages('# Deposit\n\nFirst.\n\n## Count {#count}\nCount it.\n');
  expect(found.map((one) => [one.level, one.title, one.text.trim()])).toEqual([
    [1, 'Deposit', 'First.'],
    [2, 'Count', 'Count it.'],
  ]);
});

test('a transaction begins with what is known of the customer', () => {
  const fields = [field('customer', 'text'), field('payer', 'account'), field('payee', 'account')];
  expect(prefilled(fields, '00000000018', '0001010000000016')).toEqual({
    customer: '00000000018',
    payer: '0001010000000016',
  });
  expect(prefilled([field('memo', 'text')], '00000000018', '0001010000000016')).toBeNull();
});

test('the amount that people mean is the largest entry', () => {
  const entries = ['9.00', '1234.50', '100.00'].map((amount) => ({ amount, currency: 'CNY' }));
  expect(largestOf(entries)).toBe('CNY 1,234.50');
  expect(largestOf([])).toBe('');
});

test('what nobody has done is said in words', () => {
  const t = (key: string) => `<${key}>`;
  expect(bothOf('P0001', 'V0001', t)).toBe('P0001 / V0001');
  expect(bothOf('house', 'house', t)).toBe('<who.house>');
});
