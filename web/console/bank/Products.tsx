/* Deposit products (产品): what is sold, its terms in words by version, a trial of a deposit's whole life, a new version. */

import { useMemo, useState } from 'react';
import { Alert, Spin, Tag } from 'antd';
import { Link, Route, Switch, useLocation } from 'wouter';
import { get } from '../../shared/api/client';
import type { BusinessDaysView, ProductVersionView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { labelOf, useI18n } from '../../shared/i18n';
import { showDecimal } from '../../shared/money';
import { showMoment } from '../../shared/moments';
import { Rows, type Row } from '../../shared/Rows';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { bothOf } from '../../shared/who';
import { StartCase } from '../StartCase';
import { inWords, tenorInWords } from './terms';
import { Trial } from './Trial';

export default function Products() {
  const faultText = useFaultText();
  const { t } = useI18n();
  const { value, error, reload } = useLoad('products and day', async () => ({
    versions: await get<ProductVersionView[]>('/v1/products'),
    today: (await get<BusinessDaysView>('/v1/business-days?limit=1')).business_date,
  }));
  return (
    <section className="place" aria-label={t('console.products')}>
      {error && <Alert type="error" showIcon role="alert" title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value && (
        <Switch>
          <Route path="/:key">
            {(found) => (
              <Product
                key={found.key}
                versions={value.versions.filter((one) => one.key === found.key)}
                today={value.today}
                name={found.key}
                onBegun={reload}
              />
            )}
          </Route>
          <Route>
            <List versions={value.versions} />
          </Route>
        </Switch>
      )}
    </section>
  );
}

function List({ versions }: { versions: readonly ProductVersionView[] }) {
  const { t, language } = useI18n();
  const [, goTo] = useLocation();
  /* The version sold now; of a product that is not sold, the newest. */
  const shown = [...new Set(versions.map((one) => one.key))].map((key) => {
    const own = versions.filter((one) => one.key === key);
    return own.find((one) => one.current) ?? own.at(-1);
  });
  const columns = useMemo<Column<ProductVersionView>[]>(
    () => [
      {
        key: 'name',
        title: t('products.name'),
        cell: (one) => (
          <Link href={`/${one.key}`} tabIndex={-1} className="link-button">
            {labelOf(one, language)}
          </Link>
        ),
        by: (one) => labelOf(one, language),
      },
      { key: 'kind', title: t('products.kind'), cell: (one) => inWords(one.kind, t), by: (one) => one.kind },
      {
        key: 'currency',
        title: t('overview.currency'),
        cell: (one) => one.currency,
        by: (one) => one.currency,
      },
      {
        key: 'holders',
        title: t('products.holders'),
        cell: (one) => one.holders.map((holder) => inWords(holder, t)).join(' · '),
      },
      {
        key: 'tenors',
        title: t('products.tenors'),
        cell: (one) => one.tenors.map((tenor) => tenorInWords(tenor, t)).join(' · '),
      },
      {
        key: 'least',
        title: t('products.leastOpening'),
        cell: (one) => showDecimal(one.least_opening, one.currency),
        figures: true,
      },
      { key: 'version', title: t('products.version'), cell: (one) => one.version, figures: true },
      { key: 'sold', title: t('products.state'), cell: (one) => <Sold version={one} /> },
    ],
    [t, language],
  );
  return (
    <>
      <h1>{t('console.products')}</h1>
      <ScrolledTable
        label={t('products.table')}
        columns={columns}
        rows={shown.filter((one) => one !== undefined)}
        keyOf={(one) => one.key}
        onOpen={(one) => goTo(`/${one.key}`)}
      />
    </>
  );
}

function Sold({ version }: { version: ProductVersionView }) {
  const { t } = useI18n();
  return version.current ? (
    <Tag className="tag-good">{t('products.sold')}</Tag>
  ) : (
    <Tag>{t('products.notSold', { from: version.valid_from, until: version.valid_to ?? '' })}</Tag>
  );
}

interface ProductProps {
  versions: readonly ProductVersionView[];
  today: string;
  name: string;
  onBegun: () => void;
}

function Product({ versions, today, name, onBegun }: ProductProps) {
  const { t, language } = useI18n();
  const [number, setNumber] = useState<number | null>(null);
  const shown =
    versions.find((one) => one.version === number) ?? versions.find((one) => one.current) ?? versions.at(-1);
  return (
    <>
      <div className="place-head">
        <Link href="/">{t('console.products')}</Link>
        <h1>{shown ? labelOf(shown, language) : name}</h1>
        {shown && <span className="code">{shown.key}</span>}
        {shown && <Sold version={shown} />}
      </div>
      {!shown && <p className="empty">{t('products.unknown')}</p>}
      {shown && (
        <>
          <div className="choices" role="group" aria-label={t('products.version')}>
            {versions.map((one) => (
              <button
                key={one.version}
                type="button"
                className={one === shown ? 'plain-button choice here' : 'plain-button choice'}
                aria-pressed={one === shown}
                onClick={() => setNumber(one.version)}
              >
                {t('products.versionFrom', { version: one.version, from: one.valid_from })}
              </button>
            ))}
          </div>
          <Terms version={shown} />
          <Trial key={`${shown.key} ${shown.version}`} version={shown} today={today} />
          <details>
            <summary>{t('products.text')}</summary>
            <pre className="document">{shown.text}</pre>
          </details>
          <StartCase
            process="release_product"
            text={t('products.newVersion')}
            preset={{
              body: shown.text,
              trial_amount: shown.least_opening,
              trial_tenor: shown.tenors[0] ?? '',
            }}
            onBegun={onBegun}
          />
        </>
      )}
    </>
  );
}

function Terms({ version }: { version: ProductVersionView }) {
  const { t, language } = useI18n();
  const words = (texts: readonly string[]) => texts.map((text) => inWords(text, t)).join(' · ');
  const amount = (text: string) => `${version.currency} ${showDecimal(text, version.currency)}`;
  const parts =
    version.part_withdrawals === null
      ? t('products.partsAny')
      : t('products.partsTimes', { times: version.part_withdrawals });
  const rows: Row[] = [
    [t('products.kind'), inWords(version.kind, t)],
    [t('products.holders'), words(version.holders)],
    [t('products.tenors'), version.tenors.map((tenor) => tenorInWords(tenor, t)).join(' · ')],
    [t('products.rate'), `${inWords(version.rate_name, t)} · ${inWords(version.rate_type, t)}`],
    [t('products.rateAbove'), version.rate_above && inWords(version.rate_above, t)],
    [
      t('products.spread'),
      version.rate_type === 'floating' && t('products.points', { points: version.spread }),
    ],
    [t('products.everyMonths'), version.every_months > 0 && t('terms.months', { n: version.every_months })],
    [t('products.fallback'), version.fallback && inWords(version.fallback, t)],
    [t('products.dayCount'), inWords(version.day_count, t)],
    [t('products.rounding'), inWords(version.rounding, t)],
    [t('products.settlement'), version.settlement.join(' · ')],
    [t('products.leastOpening'), amount(version.least_opening)],
    [t('products.leastWithdrawal'), amount(version.least_withdrawal)],
    [t('products.leastResidual'), amount(version.least_residual)],
    [t('products.renewals'), words(version.renewals)],
    [t('products.parts'), parts],
    [t('products.transferable'), version.transferable && t('value.yes')],
    [t('products.tax'), `${version.tax_percent}%`],
    [t('products.glCode'), version.gl_code],
    [t('products.period'), `${version.valid_from} – ${version.valid_to ?? ''}`],
    [
      t('products.released'),
      `${showMoment(version.released_at, language)} · ${bothOf(version.entered_by, version.approved_by, t)}`,
    ],
    [t('worklist.case'), version.case === null ? null : String(version.case)],
    [
      t('products.digest'),
      <span key="digest" className="code">
        {version.digest.slice(0, 16)}…
      </span>,
    ],
  ];
  return <Rows className="facts" label={t('products.terms')} rows={rows} />;
}
