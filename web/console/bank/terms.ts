/* Words for what stands in the terms of products and rates. What the pages do not know stays as it is. */

import type { Key } from '../../shared/i18n';

type Say = (key: Key, parameters?: Record<string, string | number>) => string;

const WORDS: Record<string, Key> = {
  agreement: 'terms.agreement',
  benchmark: 'terms.benchmark',
  certificate: 'terms.certificate',
  demand: 'terms.demand',
  demand_or_time: 'terms.demandOrTime',
  instalment: 'terms.instalment',
  notice: 'terms.notice',
  time: 'terms.time',
  entity: 'terms.entity',
  individual: 'terms.individual',
  posted: 'terms.posted',
  fixed: 'terms.fixed',
  tiered: 'terms.tiered',
  floating: 'terms.floating',
  none: 'terms.renewalNone',
  principal: 'terms.renewalPrincipal',
  principal_and_interest: 'terms.renewalBoth',
  half_up: 'terms.halfUp',
  half_even: 'terms.halfEven',
  down: 'terms.down',
  '30/360': 'terms.thirty360',
  'months/360': 'terms.months360',
  'actual/360': 'terms.actual360',
  'actual/365': 'terms.actual365',
  capitalised: 'terms.capitalised',
  closed: 'terms.closed',
  closed_early: 'terms.closedEarly',
  closed_late: 'terms.closedLate',
  deposited: 'terms.deposited',
  matured: 'terms.matured',
  notice_cancelled: 'terms.noticeCancelled',
  notice_given: 'terms.noticeGiven',
  opened: 'terms.opened',
  rate_changed: 'terms.rateChanged',
  renewed: 'terms.renewed',
  settled: 'terms.settled',
  withdrawn: 'terms.withdrawn',
};

export function inWords(text: string, t: Say): string {
  const key = WORDS[text];
  return key ? t(key) : text;
}

const UNITS: Record<string, Key> = { D: 'terms.days', M: 'terms.months', Y: 'terms.years' };
const ONE: Record<string, Key> = { D: 'terms.oneDay', M: 'terms.oneMonth', Y: 'terms.oneYear' };
const DAYS: Record<string, number> = { D: 1, M: 30, Y: 360 };

/** "3M" as people say it. */
export function tenorInWords(tenor: string, t: Say): string {
  const found = /^(\d+)([DMY])$/.exec(tenor);
  const unit = found?.[2] ? (found[1] === '1' ? ONE : UNITS)[found[2]] : undefined;
  return unit && found?.[1] ? t(unit, { n: found[1] }) : tenor;
}

/** About how many days a tenor is, for an order; none is first. */
export function lengthOf(tenor: string): number {
  const found = /^(\d+)([DMY])$/.exec(tenor);
  return found ? Number(found[1]) * (DAYS[found[2] ?? ''] ?? 0) : 0;
}
