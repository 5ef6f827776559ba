import { expect, test } from 'vitest';
import { amountInWords } from '../shared/amountInWords';
import { countedSum, parseAmount, plainAmount, showAmount } from '../shared/money';

/* The examples of 支付结算办法 (银发〔1997〕393号), appendix 1, and amounts whose words its rules settle. */
const WORDS: [bigint, string][] = [
  [140950n, '人民币壹仟肆佰零玖元伍角'],
  [600714n, '人民币陆仟零柒元壹角肆分'],
  [168032n, '人民币壹仟陆佰捌拾元叁角贰分'],
  [1640902n, '人民币壹万陆仟肆佰零玖元零贰分'],
  [32504n, '人民币叁佰贰拾伍元零肆分'],
  [10700053n, '人民币壹拾万零柒仟元伍角叁分'],
  [6000000n, '人民币陆万元整'],
  [5n, '人民币伍分'],
  [50n, '人民币伍角'],
  [1_0000_0001_00n, '人民币壹亿零壹元整'],
];

test.each(WORDS)('%s fen are %s', (fen, words) => expect(amountInWords(fen)).toBe(words));

test('nothing and less than nothing have no words', () => {
  expect(amountInWords(0n)).toBe('');
  expect(amountInWords(-1n)).toBe('');
});

test('what a person types becomes minor units, exactly', () => {
  expect(parseAmount('1,234.5')).toBe(123450n);
  expect(parseAmount('90071992547409.93')).toBe(9007199254740993n); // beyond what a float holds
  expect(parseAmount('12', 'JPY')).toBe(12n);
  expect([parseAmount('1.234'), parseAmount('12a'), parseAmount(''), parseAmount('1.2', 'JPY')]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('minor units read back as they were typed', () => {
  for (const text of ['0.01', '0.10', '60000.00', '-5.00', '123456789012345.67']) {
    expect(plainAmount(parseAmount(text) ?? 0n)).toBe(text);
  }
  expect(showAmount(123456789n)).toBe('1,234,567.89');
});

test('six hundred notes of a hundred yuan are sixty thousand', () => {
  expect(countedSum({ 10000: 600 })).toBe(6000000n);
  expect(countedSum({ 10000: 1, 50: 3, 10: 7 })).toBe(10000n + 150n + 70n);
});
