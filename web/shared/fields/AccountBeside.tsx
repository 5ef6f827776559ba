import { useEffect, useState } from 'react';
import { Tag } from 'antd';
import { ApiError, get } from '../api/client';
import type { AccountView, CustomerView } from '../api/types';
import { useFaultText } from '../faults';
import { useI18n } from '../i18n';
import { showDecimal } from '../money';

const LENGTH_FROM = 12;
const PAUSE_MS = 200;

type Found = { account: AccountView; name: string | null };

/** Whose account it is, what may be done with it and what is on it, as soon as its number is whole. */
export function AccountBeside({ number }: { number: string }) {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const plain = number.replace(/\s/g, '');
  useEffect(() => {
    setFound(null);
    setError(null);
    if (plain.length < LENGTH_FROM || !/^[0-9A-Z-]+$/.test(plain)) return undefined;
    let wanted = true;
    const timer = window.setTimeout(() => {
      lookUp(plain)
        .then((answer) => wanted && setFound(answer))
        .catch((failed: unknown) => wanted && failed instanceof ApiError && setError(failed));
    }, PAUSE_MS);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [plain]);
  if (error) return <span className="field-fault">{faultText(error)}</span>;
  if (!found) return null;
  const { account, name } = found;
  return (
    <span className="account-beside">
      <strong>{name ?? account.customer}</strong>
      <AccountState account={account} />
      <span>{t('account.available', { amount: showDecimal(account.available, account.currency) })}</span>
      {account.held !== '0.00' && (
        <span>{t('account.held', { amount: showDecimal(account.held, account.currency) })}</span>
      )}
    </span>
  );
}

export function AccountState({ account }: { account: AccountView }) {
  const { t } = useI18n();
  if (account.closed_on) return <Tag color="default">{t('account.closed')}</Tag>;
  return (
    <>
      {!account.debit_blocked && !account.credit_blocked && (
        <Tag className="tag-good">{t('account.normal')}</Tag>
      )}
      {account.debit_blocked && <Tag className="tag-bad">{t('account.debitBlocked')}</Tag>}
      {account.credit_blocked && <Tag className="tag-bad">{t('account.creditBlocked')}</Tag>}
    </>
  );
}

export async function lookUp(number: string): Promise<Found> {
  const account = await get<AccountView>(`/v1/accounts/${encodeURIComponent(number)}`);
  const customer = await get<CustomerView>(`/v1/customers/${account.customer}`).catch(() => null);
  return { account, name: customer?.name ?? null };
}
