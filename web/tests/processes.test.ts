import { expect, test } from 'vitest';
import { inGeneral, perCent } from '../console/figures';
import { duration, lasted } from '../console/processes/durations';
import { warmth } from '../console/processes/Heat';

test('a duration of a model is read in either language', () => {
  expect(duration('PT15M', 'zh-CN')).toBe('15分钟');
  expect(duration('PT15M', 'en')).toBe('15 minutes');
  expect(duration('P1DT2H', 'en')).toBe('1 day 2 hours');
  expect(duration('P1M', 'en')).toBe('1 month'); // and not a minute
  expect(duration('=param.complaint_simple', 'en')).toBe('=param.complaint_simple');
  expect(duration('P', 'en')).toBe('P');
});

test('what something took is said in its two largest units', () => {
  expect(lasted(0, 'en')).toBe('0 seconds');
  expect(lasted(59, 'en')).toBe('59 seconds');
  expect(lasted(3 * 60 + 5, 'en')).toBe('3 minutes 5 seconds');
  expect(lasted(86_400 + 3_600 + 61, 'en')).toBe('1 day 1 hour');
  expect(lasted(7_200, 'zh-CN')).toBe('2小时');
});

test('an element is hot where it takes as long as the longest', () => {
  expect([0, 29, 31, 61, 90].map((median) => warmth(median, 90))).toEqual([
    undefined,
    undefined,
    'warm',
    'hot',
    'hot',
  ]);
  expect(warmth(null, 0)).toBeUndefined();
});

test('a share is said rounded down, and all of it only of all', () => {
  expect([perCent(2, 3), perCent(999_999, 1_000_000), perCent(3, 3), perCent(0, 0)]).toEqual([
    '66.6%',
    '99.9%',
    '100.0%',
    '',
  ]);
});

test('a refusal is said in general', () => {
  expect(inGeneral('账户{account}已止付（{side}方）。')).toBe('账户…已止付。');
  expect(inGeneral('The case {case} is over ({state}).')).toBe('The case … is over.');
  expect(inGeneral('工号或密码不正确。')).toBe('工号或密码不正确。');
});
