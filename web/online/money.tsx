/* What the customer has here, and whether it is shown: figures are covered until they are asked for, and again after log-out. */

import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';
import { get } from '../shared/api/client';
import type { MyAccount } from '../shared/api/customerTypes';
import type { Deposits, DepositView } from '../shared/api/types';
import { useI18n } from '../shared/words';
import { parseAmount, showAmount, showDecimal } from '../shared/money';
import { useLoad, type Loaded } from '../shared/useLoad';

interface Mine {
  accounts: Loaded<MyAccount[]>;
  deposits: Loaded<DepositView[]>;
  reload: () => void;
  open: boolean;
  setOpen: (open: boolean) => void;
}

const COVERED = '******';
const Context = createContext<Mine | null>(null);

export function useMine(): Mine {
  const found = useContext(Context);
  if (!found) throw new Error('no MineProvider above');
  return found;
}

export function MineProvider({ children }: { children: ReactNode }) {
  const accounts = useLoad('accounts', () => get<MyAccount[]>('/v1/my/accounts'));
  const deposits = useLoad('deposits', () => allDeposits());
  const [open, setOpen] = useState(false);
  const { reload: reloadAccounts } = accounts;
  const { reload: reloadDeposits } = deposits;
  const reload = useCallback(() => {
    reloadAccounts();
    reloadDeposits();
  }, [reloadAccounts, reloadDeposits]);
  const value = { accounts, deposits, open, setOpen, reload };
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

const PAGES_MOST = 10;

async function allDeposits(): Promise<DepositView[]> {
  const found: DepositView[] = [];
  let after = 0;
  for (let page = 0; page < PAGES_MOST; page += 1) {
    const { deposits, next } = await get<Deposits>(`/v1/my/deposits?after=${after}`);
    found.push(...deposits);
    if (next === null) break;
    after = next;
  }
  return found;
}

/** The last four figures stand for the number. */
export function maskedNumber(number: string): string {
  return `**** ${number.slice(-4)}`;
}

export function grouped(number: string): string {
  return number.replace(/(.{4})(?=.)/g, '$1 ');
}

export function AccountNumber({ number }: { number: string }) {
  const { open } = useMine();
  return <span className="number">{open ? grouped(number) : maskedNumber(number)}</span>;
}

/** An amount that is covered until the eye is opened. */
export function Money({
  amount,
  currency,
  large = false,
}: {
  amount: string;
  currency: string;
  large?: boolean;
}) {
  const { open } = useMine();
  const { t } = useI18n();
  return (
    <span className={large ? 'money money-large' : 'money'}>
      <small>{currency}</small>{' '}
      {open ? showDecimal(amount, currency) : <span aria-label={t('online.eye.covered')}>{COVERED}</span>}
    </span>
  );
}

export function Eye() {
  const { open, setOpen } = useMine();
  const { t } = useI18n();
  return (
    <button type="button" className="eye" aria-pressed={open} onClick={() => setOpen(!open)}>
      <svg
        viewBox="0 0 24 24"
        width="20"
        height="20"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
      >
        <path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z" />
        <circle cx="12" cy="12" r="3" />
        {!open && <path d="M4 20 20 4" />}
      </svg>
      {open ? t('online.eye.hide') : t('online.eye.show')}
    </button>
  );
}

/** The sum by currency of some amounts. */
export function sumsOf(items: readonly { amount: string; currency: string }[]): [string, string][] {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of items)
    sums.set(currency, (sums.get(currency) ?? 0n) + (parseAmount(amount, currency) ?? 0n));
  return [...sums].map(([currency, minor]) => [currency, showAmount(minor, currency)]);
}
