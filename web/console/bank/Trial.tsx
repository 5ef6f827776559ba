/* A deposit tried out on the bank's own terms and rates: its whole life, and nothing booked. */

import { useState } from 'react';
import { Alert, Button } from 'antd';
import { type ApiError, asApiError, get } from '../../shared/api/client';
import type { ProductVersionView, TrialLine, TrialView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { useI18n } from '../../shared/i18n';
import { parseAmount, plainAmount, showDecimal } from '../../shared/money';
import { SearchField } from '../../shared/SearchField';
import { ScrolledTable, type Column } from '../../shared/Table';
import { inWords, tenorInWords } from './terms';

const USUAL = '10000';

/** What is tried out first: a sum that people know, or the least that opens the deposit. */
function firstAmount(version: ProductVersionView): string {
  const [least, usual] = [version.least_opening, USUAL].map(
    (text) => parseAmount(text, version.currency) ?? 0n,
  );
  return plainAmount((least ?? 0n) > (usual ?? 0n) ? (least ?? 0n) : (usual ?? 0n), version.currency);
}

export function Trial({ version, today }: { version: ProductVersionView; today: string }) {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [amount, setAmount] = useState(firstAmount(version));
  const [from, setFrom] = useState(version.valid_from > today ? version.valid_from : today);
  const [tenor, setTenor] = useState(version.tenors[0] ?? '');
  const [found, setFound] = useState<TrialView | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const look = () => {
    const asked = new URLSearchParams({ amount: amount.replace(/[,\s]/g, ''), from });
    if (tenor) asked.set('tenor', tenor);
    setBusy(true);
    setError(null);
    get<TrialView>(`/v1/products/${version.key}/trial?${asked.toString()}`)
      .then(setFound)
      .catch((failed: unknown) => {
        setFound(null);
        setError(asApiError(failed));
      })
      .finally(() => setBusy(false));
  };
  return (
    <section className="card" aria-label={t('trial.title')}>
      <h2>{t('trial.title')}</h2>
      <form
        className="search"
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <SearchField
          id="trial-amount"
          label={t('trial.amount', { currency: version.currency })}
          className="figures"
          inputMode="decimal"
          value={amount}
          onChange={setAmount}
        />
        <SearchField id="trial-from" label={t('trial.from')} type="date" value={from} onChange={setFrom} />
        {version.tenors.length > 0 && (
          <label htmlFor="trial-tenor">
            {t('products.tenor')}
            <select
              id="trial-tenor"
              className="select"
              value={tenor}
              onChange={(event) => setTenor(event.target.value)}
            >
              {version.tenors.map((one) => (
                <option key={one} value={one}>
                  {tenorInWords(one, t)}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button htmlType="submit" loading={busy}>
          {t('trial.try')}
        </Button>
      </form>
      {error && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={
            error.faults.length > 0
              ? error.faults.map((fault) => <div key={fault.code}>{faultText(fault)}</div>)
              : faultText(error)
          }
        />
      )}
      {found && <Life found={found} />}
    </section>
  );
}

function Life({ found }: { found: TrialView }) {
  const { t } = useI18n();
  const money = (text: string | null) => text && showDecimal(text, found.currency);
  const columns: Column<TrialLine>[] = [
    { key: 'day', title: t('trial.day'), cell: (line) => line.day },
    { key: 'what', title: t('trial.what'), cell: (line) => inWords(line.what, t) },
    { key: 'amount', title: t('trial.moved'), cell: (line) => money(line.amount), figures: true },
    { key: 'balance', title: t('trial.balance'), cell: (line) => money(line.balance), figures: true },
    { key: 'rate', title: t('rates.percent'), cell: (line) => line.rate, figures: true },
    { key: 'interest', title: t('trial.interest'), cell: (line) => money(line.interest), figures: true },
    ...(Number(found.tax)
      ? [{ key: 'tax', title: t('trial.tax'), cell: (line: TrialLine) => money(line.tax), figures: true }]
      : []),
  ];
  return (
    <>
      <p role="status">
        {t('trial.inAll', { amount: `${found.currency} ${money(found.interest)}`, version: found.version })}
        {Number(found.tax) ? ` ${t('trial.taxed', { amount: `${found.currency} ${money(found.tax)}` })}` : ''}
      </p>
      <ScrolledTable
        label={t('trial.life')}
        columns={columns}
        rows={found.lines}
        keyOf={(line) => `${found.lines.indexOf(line)}`}
      />
    </>
  );
}
