import { expect, test } from 'vitest';
import { asked, fromValues, isoDate, toForm, withoutSecrets } from '../shared/fields/filled';
import { partOf } from '../shared/i18n';
import { paragraphs } from '../shared/Procedure';
import { matching } from '../teller/CommandLine';
import { field } from './fields';

test('a form is sent as the API takes it, and what is empty is not sent', () => {
  const fields = [
    field('account', 'account'),
    field('amount', 'amount'),
    field('denominations', 'denominations'),
    field('paper', 'vouchers'),
    field('people', 'integer'),
    field('until', 'date'),
    field('checked', 'flag'),
    field('memo', 'text'),
    field('seen', 'show'),
  ];
  const filled = {
    account: '0001 0100 0000 0016',
    amount: '60,000',
    denominations: { 10000: '600', 50: '' },
    paper: { 101: '12', 102: '0' },
    people: '3',
    until: '20260105',
    checked: true,
    memo: '  ',
    seen: 'x',
  };
  expect(toForm(fields, filled)).toEqual({
    account: '0001010000000016',
    amount: '60000.00',
    denominations: { 10000: 600 },
    paper: { 101: 12 },
    people: 3,
    until: '2026-01-05',
    checked: true,
  });
});

test('what cannot be an amount goes to the bank as it was typed, which says what is wrong', () => {
  expect(toForm([field('amount', 'amount')], { amount: '12.345' })).toEqual({ amount: '12.345' });
  expect(isoDate('5.1.26')).toBe('5.1.26');
});

test('variables keep money in fen, the form in yuan', () => {
  expect(fromValues([field('amount', 'amount')], { amount: 6000000 })).toEqual({ amount: '60000.00' });
});

test('secrets are not kept with a draft', () => {
  const fields = [field('new_password', 'text', { secret: true }), field('memo', 'text')];
  expect(withoutSecrets(fields, { new_password: 'x', memo: 'y' })).toEqual({ memo: 'y' });
});

test('a name of the model is read in either language', () => {
  expect(partOf('核验身份 Verify identity', 'en')).toBe('Verify identity');
  expect(partOf('核验身份 Verify identity', 'zh-CN')).toBe('核验身份');
  expect(partOf("变更客户资料 Change a customer's data", 'zh-CN')).toBe('变更客户资料');
  expect(partOf('Only one', 'zh-CN')).toBe('Only one');
});

test('the command line finds by code, by initials and by name, the exact one first', () => {
  const process = (key: string, code: string, pinyin: string, name: string) => ({
    key,
    code,
    pinyin,
    name,
    version: 1,
    channels: [],
    start_roles: [],
    start_form: null,
  });
  const all = [
    process('transfer_cancellation', '1102', 'cxzz', '撤销转账 Cancel a transfer'),
    process('transfer', '1101', 'zz', '转账 Transfer'),
    process('reverse_journal', '1501', 'cz', '冲正 Reverse a journal'),
    process('reset_password', '1207', 'czmm', '重置密码 Reset a password'),
  ];
  const keys = (typed: string) => matching(typed, all).map((one) => one.key);
  expect(keys('cz')).toEqual(['reverse_journal', 'reset_password']);
  expect(keys('1101')).toEqual(['transfer']);
  expect(keys('转账')).toEqual(['transfer_cancellation', 'transfer']);
  expect(keys('reset')).toEqual(['reset_password']);
  expect(keys('')).toEqual([]);
});

test('a procedure is read in paragraphs, not in the lines of its file', () => {
  expect(paragraphs('Count in\nsight.\n\nThen sign:\n- once\n- twice')).toEqual([
    'Count in sight.',
    'Then sign:',
    '- once',
    '- twice',
  ]);
  expect(paragraphs('核对证件，\n确认人证一致')).toEqual(['核对证件，确认人证一致']);
  expect(paragraphs('核对证件，\n确认')).toEqual(['核对证件，确认']);
});

test('what is not asked for any more is neither shown nor sent', () => {
  const fields = [field('rhythm', 'choice'), field('every', 'integer', { when: { rhythm: 'days' } })];
  const names = (rhythm: string) => asked(fields, { rhythm, every: '3' }).map((one) => one.name);
  expect([names('days'), names('monthly'), names('')]).toEqual([['rhythm', 'every'], ['rhythm'], ['rhythm']]);
  expect(toForm(fields, { rhythm: 'days', every: '3' })).toEqual({ rhythm: 'days', every: 3 });
  expect(toForm(fields, { rhythm: 'monthly', every: '3' })).toEqual({ rhythm: 'monthly' });
});
