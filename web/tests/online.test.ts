import { expect, test } from 'vitest';
import { isDay, isMoment, showDay } from '../online/dates';
import { plainRate, tenorOf } from '../online/Home';
import { grouped, maskedNumber, sumsOf } from '../online/money';

test('a number is masked to its last four figures', () => {
  expect(maskedNumber('0001010000000024')).toBe('**** 0024');
  expect(grouped('0001010000000024')).toBe('0001 0100 0000 0024');
});

test('a rate is read without the zeros that say nothing', () => {
  expect(['1.350000', '1.000000', '0.70', '10', '0.05'].map(plainRate)).toEqual([
    '1.35',
    '1',
    '0.7',
    '10',
    '0.05',
  ]);
});

test('a tenor has its unit', () => {
  const said = (key: string, holes?: Record<string, string>) => `${key} ${holes?.n ?? ''}`.trim();
  expect(tenorOf('3M', said)).toBe('online.tenor.M 3');
  expect(tenorOf('', said)).toBe('online.tenor.none');
  expect(tenorOf(null, said)).toBe('online.tenor.none');
});

test('sums are exact and by currency', () => {
  const items = [
    { amount: '0.10', currency: 'CNY' },
    { amount: '0.20', currency: 'CNY' },
    { amount: '1000', currency: 'JPY' },
  ];
  expect(sumsOf(items)).toEqual([
    ['CNY', '0.30'],
    ['JPY', '1,000'],
  ]);
});

test('a day is a day wherever the browser stands', () => {
  expect(showDay('2026-02-25', 'en')).toBe('Feb 25, 2026');
  expect(showDay('2026-02-25T16:30:00Z', 'en')).toBe('Feb 26, 2026'); // half past midnight at the bank
  expect([isDay('2026-02-25'), isDay('2026-02-25T00:00'), isMoment('2026-02-25T08:00:00Z')]).toEqual([
    true,
    false,
    true,
  ]);
});
