import { expect, test } from 'vitest';
import { isDay, isMoment, showDay } from '../online/dates';
import { plainRate, tenorOf } from '../online/Home';
import { cannotSign, signingOf } from '../online/signing';
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

test('a signature is asked for only of somebody who can give one here', () => {
  const passkey = { passkey: 1, name: 'phone', added_at: '2026-01-05T02:00:00Z', last_used_at: null };
  const none = { one_time_password_since: '2026-01-05T02:00:00Z', passkeys: [] };
  const one = { ...none, passkeys: [passkey] };
  expect(signingOf(null, false, true)).toBe('looking');
  expect([signingOf(none, false, true), signingOf(none, false, false)].every(cannotSign)).toBe(true);
  expect(signingOf(one, false, false)).toBe('not here');
  expect([signingOf(one, false, true), signingOf(null, true, true)].some(cannotSign)).toBe(false);
});
