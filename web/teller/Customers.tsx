/* Customers: found by what is known of them, and everything the bank knows of one on one page. What was typed and found
   stays on the page, never in an address. */

import { useMemo, useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { type ApiError, asApiError, get, newKey, post } from '../shared/api/client';
import type { AccountView, FoundCustomer, FoundCustomers } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { useI18n } from '../shared/i18n';
import { Table, type Column } from '../shared/Table';
import { CustomerFile } from './CustomerFile';
import { KeysBar } from './KeysBar';

/** Account numbers have sixteen figures; nothing else that is searched for has. */
const ACCOUNT = /^\d{16}$/;
const LIMIT = 20;

type Result =
  { kind: 'list'; text: string; page: FoundCustomers } | { kind: 'file'; customer: string; account: string };

async function search(text: string, after = ''): Promise<FoundCustomers> {
  return post<FoundCustomers>('/v1/customer-searches', { text, after, limit: LIMIT }, newKey());
}

async function find(text: string): Promise<Result> {
  const plain = text.replace(/\s/g, '');
  if (ACCOUNT.test(plain)) {
    const account = await get<AccountView>(`/v1/accounts/${plain}`);
    return { kind: 'file', customer: account.customer, account: plain };
  }
  const page = await search(text);
  const [only, ...others] = page.customers;
  if (only && others.length === 0 && page.next === null)
    return { kind: 'file', customer: only.number, account: '' };
  return { kind: 'list', text, page };
}

export function Customers() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [text, setText] = useState('');
  const [result, setResult] = useState<Result | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const perform = (work: Promise<Result>) => {
    setBusy(true);
    setError(null);
    work
      .then(setResult)
      .catch((failed: unknown) => setError(asApiError(failed)))
      .finally(() => setBusy(false));
  };
  const more = (list: Extract<Result, { kind: 'list' }>) =>
    perform(
      search(list.text, list.page.next ?? '').then((next) => ({
        ...list,
        page: { customers: [...list.page.customers, ...next.customers], next: next.next },
      })),
    );
  return (
    <section className="place look-up" aria-label={t('nav.lookUp')}>
      <h1>{t('nav.lookUp')}</h1>
      <form
        className="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setResult(null);
          if (text.trim()) perform(find(text.trim()));
        }}
      >
        <label htmlFor="look-up-number" className="search-wide">
          {t('lookUp.number')}
          <input
            id="look-up-number"
            className="plain-input"
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('lookUp.look')}
        </Button>
      </form>
      {!result && !error && !busy && <p className="empty">{t('lookUp.hint')}</p>}
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {busy && <Spin />}
      {result?.kind === 'list' && (
        <Found
          page={result.page}
          onOpen={(one) => setResult({ kind: 'file', customer: one.number, account: '' })}
          onMore={() => more(result)}
        />
      )}
      {result?.kind === 'file' && (
        <CustomerFile key={result.customer} number={result.customer} account={result.account} />
      )}
      <KeysBar
        keys={[
          ['Enter', t('keys.find')],
          ['↑ ↓', t('keys.move')],
          ['F8', t('keys.lock')],
        ]}
      />
    </section>
  );
}

interface FoundProps {
  page: FoundCustomers;
  onOpen: (one: FoundCustomer) => void;
  onMore: () => void;
}

function Found({ page, onOpen, onMore }: FoundProps) {
  const { t } = useI18n();
  const columns = useMemo<Column<FoundCustomer>[]>(
    () => [
      {
        key: 'name',
        title: t('customer.name'),
        cell: (one) => (
          <button type="button" tabIndex={-1} className="link-button" onClick={() => onOpen(one)}>
            {one.name}
          </button>
        ),
        by: (one) => one.name,
      },
      {
        key: 'number',
        title: t('customer.number'),
        cell: (one) => one.number,
        by: (one) => one.number,
      },
      {
        key: 'kind',
        title: t('customer.kind'),
        cell: (one) => (one.kind === 'individual' ? t('customer.individual') : t('customer.entity')),
        wide: true,
      },
      { key: 'document', title: t('customer.document'), cell: (one) => one.document_number_masked },
      { key: 'mobile', title: t('customer.mobile'), cell: (one) => one.mobile_masked, wide: true },
      { key: 'branch', title: t('worklist.branch'), cell: (one) => one.branch, wide: true },
    ],
    [t, onOpen],
  );
  if (page.customers.length === 0) return <p className="empty">{t('lookUp.nobody')}</p>;
  return (
    <>
      <Table
        label={t('lookUp.table')}
        columns={columns}
        rows={page.customers}
        keyOf={(one) => one.number}
        onOpen={onOpen}
      />
      {page.next !== null && (
        <Button className="more" onClick={onMore}>
          {t('journal.more')}
        </Button>
      )}
    </>
  );
}
