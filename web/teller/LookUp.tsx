/* Look a customer or an account up by its number. What was found stays on the page, never in the address. */

import { useState } from 'react';
import { Alert, Button, Input, Spin } from 'antd';
import { ApiError, get } from '../shared/api/client';
import type { AccountView, CustomerView } from '../shared/api/types';
import { AccountState } from '../shared/fields/AccountBeside';
import { useFaultText } from '../shared/faults';
import { useI18n } from '../shared/i18n';
import { showDecimal } from '../shared/money';
import { showMoment } from '../shared/moments';

interface Statement {
  next: number | null;
  lines: {
    position: number;
    journal: number;
    booking_date: string;
    side: string;
    amount: string;
    balance: string;
    memo: string | null;
  }[];
}
type Found = { customer: CustomerView | null; accounts: AccountView[]; statement: Statement | null };

const ACCOUNT_LENGTH_FROM = 13;

async function find(number: string): Promise<Found> {
  if (number.length < ACCOUNT_LENGTH_FROM) {
    const customer = await get<CustomerView>(`/v1/customers/${encodeURIComponent(number)}`);
    const accounts = await Promise.all(
      customer.accounts.map((one) => get<AccountView>(`/v1/accounts/${one.number}`)),
    );
    return { customer, accounts, statement: null };
  }
  const account = await get<AccountView>(`/v1/accounts/${encodeURIComponent(number)}`);
  const [customer, statement] = await Promise.all([
    get<CustomerView>(`/v1/customers/${account.customer}`).catch(() => null),
    readStatement(account.number),
  ]);
  return { customer, accounts: [account], statement };
}

/** The whole statement: the API reads forward, and the newest lines are what is asked for. */
async function readStatement(account: string): Promise<Statement> {
  const whole: Statement = { next: 0, lines: [] };
  while (whole.next !== null) {
    const page: Statement = await get<Statement>(
      `/v1/accounts/${account}/statement?limit=500&after=${whole.next}`,
    );
    whole.lines.push(...page.lines);
    whole.next = page.next;
  }
  return whole;
}

export function LookUp() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [number, setNumber] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const look = (wanted: string) => {
    setNumber(wanted);
    setBusy(true);
    setError(null);
    setFound(null);
    find(wanted.replace(/\s/g, ''))
      .then(setFound)
      .catch((failed: unknown) => setError(failed instanceof ApiError ? failed : new ApiError(0, null)))
      .finally(() => setBusy(false));
  };
  return (
    <section className="look-up" aria-label={t('nav.lookUp')}>
      <h1>{t('nav.lookUp')}</h1>
      <form
        className="look-up-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (number.trim()) look(number.trim());
        }}
      >
        <label htmlFor="look-up-number">{t('lookUp.number')}</label>
        <Input
          id="look-up-number"
          autoFocus
          autoComplete="off"
          value={number}
          onChange={(event) => setNumber(event.target.value)}
        />
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('lookUp.look')}
        </Button>
      </form>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {busy && <Spin />}
      {found?.customer && <Customer customer={found.customer} />}
      {found && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={t('lookUp.table')}>
          <table className="way" aria-label={t('lookUp.accounts')}>
            <thead>
              <tr>
                <th scope="col">{t('lookUp.account')}</th>
                <th scope="col">{t('lookUp.currency')}</th>
                <th scope="col">{t('lookUp.state')}</th>
                <th scope="col" className="figures">
                  {t('lookUp.ledger')}
                </th>
                <th scope="col" className="figures">
                  {t('lookUp.available')}
                </th>
                <th scope="col" className="figures">
                  {t('lookUp.held')}
                </th>
              </tr>
            </thead>
            <tbody>
              {found.accounts.map((one) => (
                <tr key={one.number}>
                  <td>
                    <button type="button" className="link-button" onClick={() => look(one.number)}>
                      {one.number}
                    </button>
                  </td>
                  <td>{one.currency}</td>
                  <td>
                    <AccountState account={one} />
                  </td>
                  <td className="figures">{showDecimal(one.ledger, one.currency)}</td>
                  <td className="figures">{showDecimal(one.available, one.currency)}</td>
                  <td className="figures">{showDecimal(one.held, one.currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found?.statement && <Lines statement={found.statement} />}
    </section>
  );
}

function Customer({ customer }: { customer: CustomerView }) {
  const { t, language } = useI18n();
  const rows: [string, string | null][] = [
    [t('customer.number'), customer.number],
    [t('customer.name'), customer.name],
    [t('customer.kind'), customer.kind === 'individual' ? t('customer.individual') : t('customer.entity')],
    [t('customer.document'), customer.document_number_masked],
    [t('customer.mobile'), customer.mobile_masked],
    [t('customer.address'), customer.address],
    [t('customer.since'), showMoment(customer.opened_at, language)],
  ];
  return (
    <dl className="facts" aria-label={t('customer.title')}>
      {rows
        .filter(([, text]) => text)
        .map(([title, text]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
    </dl>
  );
}

function Lines({ statement }: { statement: Statement }) {
  const { t } = useI18n();
  const newest = [...statement.lines].reverse().slice(0, 50);
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t('lookUp.table')}>
      <table className="way">
        <caption>{t('lookUp.latest')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('result.bookedOn')}</th>
            <th scope="col">{t('result.journal')}</th>
            <th scope="col" className="figures">
              {t('lookUp.out')}
            </th>
            <th scope="col" className="figures">
              {t('lookUp.in')}
            </th>
            <th scope="col" className="figures">
              {t('lookUp.balance')}
            </th>
            <th scope="col">{t('lookUp.memo')}</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((line) => (
            <tr key={line.position}>
              <td>{line.booking_date}</td>
              <td>{line.journal}</td>
              <td className="figures">{line.side === 'debit' ? showDecimal(line.amount) : ''}</td>
              <td className="figures">{line.side === 'credit' ? showDecimal(line.amount) : ''}</td>
              <td className="figures">{showDecimal(line.balance)}</td>
              <td>{line.memo}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
