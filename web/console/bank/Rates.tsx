/* Posted rates (挂牌利率): what holds on a day, what has been and is to come, and a change proposed to whoever decides. */

import { useMemo, useState } from 'react';
import { Alert, Spin, Tag } from 'antd';
import { get } from '../../shared/api/client';
import type { ProductVersionView, RateStep, RatesView, RateView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { labelOf, useI18n } from '../../shared/i18n';
import { SearchField } from '../../shared/SearchField';
import { ScrolledTable, Table, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { bothOf } from '../../shared/who';
import { StartCase } from '../StartCase';
import { inWords, lengthOf, tenorInWords } from './terms';

const keyOf = (rate: RateView) => `${rate.name} ${rate.currency} ${rate.tenor}`;

/** What holds on a day: the newest step that has come. */
export function stepOn(rate: RateView, day: string): RateStep | undefined {
  return rate.steps.filter((step) => step.valid_from <= day).at(-1);
}

export default function Rates() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const { value, error, reload } = useLoad('rates', async () => ({
    posted: await get<RatesView>('/v1/rates'),
    products: await get<ProductVersionView[]>('/v1/products'),
  }));
  return (
    <section className="place" aria-label={t('console.rates')}>
      <h1>{t('console.rates')}</h1>
      {error && <Alert type="error" showIcon role="alert" title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value && <Posted posted={value.posted} products={value.products} onBegun={reload} />}
    </section>
  );
}

interface PostedProps {
  posted: RatesView;
  products: readonly ProductVersionView[];
  onBegun: () => void;
}

function Posted({ posted, products, onBegun }: PostedProps) {
  const { t, language } = useI18n();
  const [day, setDay] = useState(posted.business_date);
  const [chosen, setChosen] = useState<string | null>(null);
  const users = (rate: RateView) =>
    products.filter(
      (one) =>
        one.current &&
        one.currency === rate.currency &&
        [one.rate_name, one.rate_above].includes(rate.name) &&
        (!rate.tenor || one.tenors.length === 0 || one.tenors.includes(rate.tenor)),
    );
  const columns: Column<RateView>[] = [
    {
      key: 'name',
      title: t('rates.name'),
      cell: (rate) => (
        <button type="button" tabIndex={-1} className="link-button" onClick={() => setChosen(keyOf(rate))}>
          {inWords(rate.name, t)}
        </button>
      ),
      by: (rate) => rate.name,
    },
    {
      key: 'currency',
      title: t('overview.currency'),
      cell: (rate) => rate.currency,
      by: (rate) => rate.currency,
    },
    {
      key: 'tenor',
      title: t('products.tenor'),
      cell: (rate) => tenorInWords(rate.tenor, t),
      by: (rate) => lengthOf(rate.tenor),
    },
    {
      key: 'percent',
      title: t('rates.percent'),
      cell: (rate) => <strong>{stepOn(rate, day)?.percent}</strong>,
      figures: true,
    },
    { key: 'since', title: t('rates.since'), cell: (rate) => stepOn(rate, day)?.valid_from },
    {
      key: 'next',
      title: t('rates.next'),
      cell: (rate) => {
        const next = rate.steps.find((step) => step.valid_from > day);
        return (
          next && (
            <Tag className="tag-risk">{t('rates.from', { percent: next.percent, day: next.valid_from })}</Tag>
          )
        );
      },
    },
    {
      key: 'products',
      title: t('rates.products'),
      cell: (rate) =>
        users(rate)
          .map((one) => labelOf(one, language))
          .join(' · '),
      wide: true,
    },
  ];
  const rows = useMemo(
    () =>
      [...posted.rates].sort(
        (a, b) =>
          a.currency.localeCompare(b.currency) * 100 +
          a.name.localeCompare(b.name) * 10 +
          Math.sign(lengthOf(a.tenor) - lengthOf(b.tenor)),
      ),
    [posted.rates],
  );
  const rate = posted.rates.find((one) => keyOf(one) === chosen);
  return (
    <>
      <div className="search">
        <SearchField id="rates-day" label={t('rates.day')} type="date" value={day} onChange={setDay} />
      </div>
      <div className={rate ? 'with-detail' : undefined}>
        <div className="scroll-x">
          <Table
            label={t('rates.table', { day })}
            columns={columns}
            rows={rows}
            keyOf={keyOf}
            rowClass={(one) => (keyOf(one) === chosen ? 'row-chosen' : undefined)}
            onOpen={(one) => setChosen(keyOf(one))}
          />
        </div>
        {rate && <Rate key={keyOf(rate)} rate={rate} onBegun={onBegun} />}
      </div>
    </>
  );
}

function Rate({ rate, onBegun }: { rate: RateView; onBegun: () => void }) {
  const { t } = useI18n();
  const columns = useMemo<Column<RateStep>[]>(
    () => [
      { key: 'from', title: t('rates.since'), cell: (step) => step.valid_from },
      { key: 'percent', title: t('rates.percent'), cell: (step) => step.percent, figures: true },
      { key: 'who', title: t('rates.who'), cell: (step) => bothOf(step.entered_by, step.approved_by, t) },
    ],
    [t],
  );
  const title = [inWords(rate.name, t), rate.currency, tenorInWords(rate.tenor, t)]
    .filter(Boolean)
    .join(' · ');
  return (
    <aside className="detail" aria-label={title}>
      <h2>{title}</h2>
      <ScrolledTable
        label={t('rates.history')}
        columns={columns}
        rows={[...rate.steps].reverse()}
        keyOf={(step) => step.valid_from}
      />
      <StartCase
        process="change_rate"
        text={t('rates.change')}
        preset={{ rate: rate.name, currency: rate.currency, tenor: rate.tenor }}
        onBegun={onBegun}
      />
    </aside>
  );
}
