/* What there is, at one look; and what waits for the customer. */

import { Link } from 'wouter';
import { get } from '../shared/api/client';
import type { MyAccount, MyTaskLine } from '../shared/api/customerTypes';
import { partOf, useI18n, type Key } from '../shared/words';
import { useLoad } from '../shared/useLoad';
import { showDay, showTime } from './dates';
import { AccountNumber, Eye, Money, sumsOf, useMine } from './money';
import { Failed, Title, Waiting } from './parts';
import { useVisit } from './visit';

const CLASSES: Record<number, Key> = { 1: 'online.class.1', 2: 'online.class.2', 3: 'online.class.3' };

export function classOf(account: MyAccount): Key {
  return CLASSES[account.account_class ?? 1] ?? 'online.class.1';
}

export function Home() {
  const { t } = useI18n();
  const { visit } = useVisit();
  const { accounts, deposits, open } = useMine();
  const all = [
    ...(accounts.value ?? []).map((one) => ({ amount: one.ledger, currency: one.currency })),
    ...(deposits.value ?? [])
      .filter((one) => one.state !== 'closed')
      .map((one) => ({ amount: one.principal, currency: one.currency })),
  ];
  return (
    <>
      <section className="welcome">
        <Title>{t('online.home.hello', { name: visit.name })}</Title>
        <p className="quiet">{t('online.home.all')}</p>
        <p className="total">
          {open
            ? sumsOf(all).map(([currency, sum]) => (
                <span key={currency} className="money money-large">
                  <small>{currency}</small> {sum}
                </span>
              ))
            : '******'}
        </p>
        <Eye />
      </section>
      <Waits />
      <section aria-labelledby="home-accounts">
        <div className="section-head">
          <h2 id="home-accounts">{t('online.home.accounts')}</h2>
          <Link href="/account-new">{t('online.home.another')}</Link>
        </div>
        {accounts.error && <Failed error={accounts.error} onAgain={accounts.reload} />}
        {!accounts.value && !accounts.error && <Waiting />}
        <ul className="cards">
          {accounts.value?.map((one, index) => (
            <li key={one.number}>
              <Link href={`/account/${index + 1}`} className="card card-link">
                <span className="card-line">
                  <strong>{t(classOf(one))}</strong>
                  <AccountNumber number={one.number} />
                </span>
                <span className="card-line">
                  <Money amount={one.available} currency={one.currency} />
                  <span className="quiet">{t('online.account.available')}</span>
                </span>
                {(one.debit_blocked || one.credit_blocked) && (
                  <span className="mark mark-bad">{t('online.account.blocked')}</span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="home-deposits">
        <div className="section-head">
          <h2 id="home-deposits">{t('online.home.deposits')}</h2>
          <Link href="/deposits">{t('online.home.place')}</Link>
        </div>
        {deposits.error && <Failed error={deposits.error} onAgain={deposits.reload} />}
        <DepositCards />
      </section>
    </>
  );
}

export function DepositCards() {
  const { t, language } = useI18n();
  const { deposits } = useMine();
  const list = deposits.value ?? [];
  if (deposits.value && !list.some((one) => one.state !== 'closed'))
    return <p className="empty">{t('online.deposits.none')}</p>;
  return (
    <ul className="cards">
      {list.map((one, index) =>
        one.state === 'closed' ? null : (
          <li key={one.number}>
            <Link href={`/deposits/${index + 1}`} className="card card-link">
              <span className="card-line">
                <strong>{tenorOf(one.tenor, t)}</strong>
                <AccountNumber number={one.number} />
              </span>
              <span className="card-line">
                <Money amount={one.principal} currency={one.currency} />
                <span className="quiet">
                  {one.rate && t('online.rate', { rate: plainRate(one.rate) })}
                  {one.matures_on && ` · ${t('online.matures', { day: showDay(one.matures_on, language) })}`}
                </span>
              </span>
            </Link>
          </li>
        ),
      )}
    </ul>
  );
}

const UNITS: Record<string, Key> = { D: 'online.tenor.D', M: 'online.tenor.M', Y: 'online.tenor.Y' };

/** "3M" as people say it. */
export function tenorOf(
  tenor: string | null,
  t: (key: Key, holes?: Record<string, string>) => string,
): string {
  const found = /^(\d+)([DMY])$/.exec(tenor ?? '');
  const unit = found?.[2] ? UNITS[found[2]] : undefined;
  return found?.[1] && unit ? t(unit, { n: found[1] }) : t('online.tenor.none');
}

/** "1.350000" without the zeros that say nothing. */
export function plainRate(rate: string): string {
  return rate.replace(/(\.\d*?[1-9])0+$/, '$1').replace(/\.0*$/, '');
}

function Waits() {
  const { t, language } = useI18n();
  const { value } = useLoad('my tasks', () => get<MyTaskLine[]>('/v1/my/tasks'));
  if (!value?.length) return null;
  return (
    <section aria-labelledby="home-waits">
      <h2 id="home-waits">{t('online.home.waits')}</h2>
      <ul className="cards">
        {value.map((one) => (
          <li key={one.task}>
            <Link href={`/requests/${one.case}`} className="card card-link card-waits">
              <strong>{partOf(one.name, language)}</strong>
              {one.due_at && (
                <span className="quiet">{t('online.by', { at: showTime(one.due_at, language) })}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
