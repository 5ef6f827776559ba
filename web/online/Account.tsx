/* One account: what is on it, what happened on it, and the statement on paper. */

import { useState } from 'react';
import { Link } from 'wouter';
import { type ApiError, asApiError, get, post } from '../shared/api/client';
import type { Movement, Movements, MyAccount, MyCase } from '../shared/api/customerTypes';
import { labelOf, useI18n, type Key, type Language } from '../shared/words';
import { showDecimal } from '../shared/money';
import { useErrand } from '../shared/useErrand';
import { useLoad } from '../shared/useLoad';
import { bankDay, showDay, showTime } from './dates';
import { classOf } from './Home';
import { AccountNumber, Eye, grouped, maskedNumber, Money, useMine } from './money';
import {
  Button,
  Facts,
  Failed,
  Field,
  faultsOf,
  Notice,
  OtherFaults,
  Title,
  Unknown,
  Waiting,
} from './parts';
import { statementPath } from './session';
import { useVisit } from './visit';

export function Account({ place }: { place: number }) {
  const { t } = useI18n();
  const { accounts } = useMine();
  if (accounts.error) return <Failed error={accounts.error} onAgain={accounts.reload} />;
  if (!accounts.value) return <Waiting />;
  const account = accounts.value[place - 1];
  if (!account) return <Notice kind="plain" title={t('online.account.unknown')} />;
  return <Open key={account.number} account={account} />;
}

function Open({ account }: { account: MyAccount }) {
  const { t, language } = useI18n();
  const { open } = useMine();
  const number = (text: string) => (open ? grouped(text) : maskedNumber(text));
  return (
    <>
      <Title back={<Back href="/" />}>{t(classOf(account))}</Title>
      <section className="card" aria-label={t('online.account.facts')}>
        <p>
          <AccountNumber number={account.number} />
        </p>
        <p>
          <Money amount={account.available} currency={account.currency} large />{' '}
          <span className="quiet">{t('online.account.available')}</span>
        </p>
        <Facts
          rows={[
            [t('online.account.card'), account.card_number && number(account.card_number)],
            [
              t('online.account.balance'),
              <Money key="l" amount={account.ledger} currency={account.currency} />,
            ],
            [
              t('online.account.held'),
              Number(account.held) ? (
                <Money key="h" amount={account.held} currency={account.currency} />
              ) : null,
            ],
            [t('online.account.openedOn'), showDay(account.opened_on, language)],
          ]}
        />
        {account.debit_blocked && <Notice kind="plain" title={t('online.account.debitBlocked')} />}
        <div className="line">
          <Eye />
          <Link href="/transfer" className="button button-calm">
            {t('online.nav.transfer')}
          </Link>
        </div>
      </section>
      <Happened account={account} />
      <Paper account={account} />
    </>
  );
}

export function Back({ href }: { href: string }) {
  const { t } = useI18n();
  return (
    <Link href={href} className="back">
      <svg
        viewBox="0 0 24 24"
        width="20"
        height="20"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      >
        <path d="m15 5-7 7 7 7" />
      </svg>
      {t('online.back')}
    </Link>
  );
}

interface Sought {
  from: string;
  to: string;
  text: string;
  least: string;
  most: string;
}

const EVERYTHING: Sought = { from: '', to: '', text: '', least: '', most: '' };

function pathOf(account: string, sought: Sought, before: number | null): string {
  const query = new URLSearchParams({ limit: '30' });
  for (const [name, value] of Object.entries(sought)) if (value) query.set(name, value.replace(/,/g, ''));
  if (before !== null) query.set('before', String(before));
  return `/v1/my/accounts/${account}/movements?${query}`;
}

function Happened({ account }: { account: MyAccount }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState<Sought>(EVERYTHING);
  const [sought, setSought] = useState<Sought>(EVERYTHING);
  const [older, setOlder] = useState<{ of: Sought; lines: Movement[]; next: number | null } | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const path = pathOf(account.number, sought, null);
  const first = useLoad(path, () => get<Movements>(path));
  const more = older?.of === sought ? older : null;
  const next = more ? more.next : (first.value?.next ?? null);
  const lines = [...(first.value?.lines ?? []), ...(more?.lines ?? [])];
  const readOn = () => {
    setBusy(true);
    setError(null);
    get<Movements>(pathOf(account.number, sought, next))
      .then((page) =>
        setOlder({ of: sought, lines: [...(more?.lines ?? []), ...page.lines], next: page.next }),
      )
      .catch((failed: unknown) => setError(asApiError(failed)))
      .finally(() => setBusy(false));
  };
  const input = (name: keyof Sought, label: Key, more: Record<string, string>) => (
    <Field label={t(label)} faults={faultsOf(first.error, name)}>
      {(common) => (
        <input
          {...common}
          {...more}
          value={typed[name]}
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <section aria-labelledby="happened">
      <h2 id="happened">{t('online.movements')}</h2>
      <details className="card finder">
        <summary>{t('online.movements.search')}</summary>
        <form
          className="finder-form"
          onSubmit={(event) => {
            event.preventDefault();
            setSought({ ...typed });
          }}
        >
          {input('from', 'online.movements.from', { type: 'date' })}
          {input('to', 'online.movements.to', { type: 'date' })}
          {input('text', 'online.movements.text', { type: 'search', maxLength: '100' })}
          {input('least', 'online.movements.least', { inputMode: 'decimal' })}
          {input('most', 'online.movements.most', { inputMode: 'decimal' })}
          <div className="line">
            <Button type="submit" kind="calm">
              {t('online.movements.find')}
            </Button>
            <Button
              kind="quiet"
              onClick={() => {
                setTyped(EVERYTHING);
                setSought(EVERYTHING);
              }}
            >
              {t('online.movements.all')}
            </Button>
          </div>
        </form>
      </details>
      {first.error && <Failed error={first.error} onAgain={first.reload} />}
      {!first.value && !first.error && <Waiting />}
      {first.value && lines.length === 0 && <p className="empty">{t('online.movements.none')}</p>}
      {lines.length > 0 && <Lines lines={lines} currency={account.currency} />}
      {error && <Failed error={error} />}
      {next !== null && (
        <Button kind="calm" wide busy={busy} onClick={readOn}>
          {t('online.movements.older')}
        </Button>
      )}
    </section>
  );
}

/** A table for who reads it as one; on a narrow screen each line becomes a card. */
function Lines({ lines, currency }: { lines: readonly Movement[]; currency: string }) {
  const { t, language } = useI18n();
  return (
    <table className="movements" aria-label={t('online.movements')}>
      <thead>
        <tr>
          <th scope="col">{t('online.movements.day')}</th>
          <th scope="col">{t('online.movements.what')}</th>
          <th scope="col" className="figures">
            {t('online.movements.amount')}
          </th>
          <th scope="col" className="figures">
            {t('online.movements.balance')}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.position}>
            <td title={showTime(line.recorded_at, language)}>{showDay(line.booking_date, language)}</td>
            <td>
              {what(line, t, language)}
              {line.counterparty && <span className="quiet"> {maskedNumber(line.counterparty)}</span>}
            </td>
            <td className={line.side === 'credit' ? 'figures came' : 'figures'}>
              {line.side === 'credit' ? '+' : '−'}
              {showDecimal(line.amount, currency)}
            </td>
            <td className="figures quiet">{showDecimal(line.balance, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function what(line: Movement, t: (key: Key) => string, language: Language): string {
  if (line.zh && line.en) return labelOf({ zh: line.zh, en: line.en }, language);
  if (line.memo) return line.memo;
  return line.side === 'credit' ? t('online.movements.in') : t('online.movements.out');
}

/** The statement on paper is a case of the bank: it is kept, has a code, and can be verified by anybody. */
function Paper({ account }: { account: MyAccount }) {
  const { t, language } = useI18n();
  const { visit } = useVisit();
  const [from, setFrom] = useState(() => bankDay(30));
  const [to, setTo] = useState(() => bankDay());
  const [code, setCode] = useState<string | null>(null);
  const errand = useErrand<MyCase>(
    visit.customer,
    'statement',
    (form, key) => post('/v1/my/processes/print_statement/cases', { form }, key),
    (done) => setCode(typeof done.told.statement === 'string' ? done.told.statement : null),
  );
  return (
    <section className="card" aria-labelledby="paper">
      <h2 id="paper">{t('online.statement')}</h2>
      <form
        className="finder-form"
        onSubmit={(event) => {
          event.preventDefault();
          setCode(null);
          errand.submit({ account: account.number, from, to }, []);
        }}
      >
        <OtherFaults error={errand.error} names={['from', 'to']} />
        {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
        <Field label={t('online.movements.from')} faults={faultsOf(errand.error, 'from')}>
          {(common) => (
            <input {...common} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
          )}
        </Field>
        <Field label={t('online.movements.to')} faults={faultsOf(errand.error, 'to')}>
          {(common) => (
            <input {...common} type="date" value={to} onChange={(event) => setTo(event.target.value)} />
          )}
        </Field>
        <div className="line">
          <Button type="submit" kind="calm" busy={errand.progress === 'sending'}>
            {t('online.statement.make')}
          </Button>
        </div>
      </form>
      {code && (
        <Notice kind="good" title={t('online.statement.made', { code })}>
          <a href={statementPath(code, 'pdf', language)} target="_blank" rel="noreferrer">
            {t('online.statement.pdf')}
          </a>{' '}
          <a href={statementPath(code, 'csv', language)} download>
            {t('online.statement.csv')}
          </a>
        </Notice>
      )}
    </section>
  );
}
