/* What was booked: by day, in and out of deposits, and by kind of transaction. Each chart has its table beneath. */

import { useMemo } from 'react';
import type { DayVolume, DepositFlow, TransactionVolume, VolumesView } from '../../shared/api/consoleTypes';
import { channelName } from '../../shared/channels';
import { labelOf, useI18n } from '../../shared/i18n';
import { parseAmount, showAmount, showDecimal } from '../../shared/money';
import { ScrolledTable, type Column } from '../../shared/Table';
import { Bars } from '../Bars';

export function Volumes({ volumes }: { volumes: VolumesView }) {
  const { t } = useI18n();
  const columns = useMemo<Column<DayVolume>[]>(
    () => [
      { key: 'date', title: t('days.date'), cell: (day) => day.date, by: (day) => day.date },
      {
        key: 'journals',
        title: t('overview.journals'),
        cell: (day) => day.journals,
        figures: true,
        by: (day) => day.journals,
      },
      {
        key: 'channels',
        title: t('overview.channels'),
        cell: (day) =>
          Object.entries(day.channels)
            .map(([channel, count]) => `${channelName(channel, t)} ${count}`)
            .join(' · '),
      },
    ],
    [t],
  );
  return (
    <section className="card" aria-label={t('overview.byDay')}>
      <h2>{t('overview.byDay')}</h2>
      <Bars
        label={t('overview.byDayChart')}
        greatest={(most) => t('overview.journalsMost', { count: String(most) })}
        bars={volumes.days.map((day) => ({
          key: day.date,
          title: t('overview.journalsOn', { date: day.date, count: day.journals }),
          up: BigInt(day.journals),
        }))}
      />
      <details className="bars-table">
        <summary>{t('overview.asTable')}</summary>
        <ScrolledTable
          label={t('overview.byDay')}
          columns={columns}
          rows={[...volumes.days].reverse()}
          keyOf={(day) => day.date}
        />
      </details>
    </section>
  );
}

export function Flows({ volumes }: { volumes: VolumesView }) {
  const { t } = useI18n();
  const currency = volumes.balances[0]?.currency ?? 'CNY';
  const of = (flow: DepositFlow) => parseAmount(flow.came, flow.currency) ?? 0n;
  const out = (flow: DepositFlow) => parseAmount(flow.went, flow.currency) ?? 0n;
  const columns = useMemo<Column<DepositFlow>[]>(
    () => [
      { key: 'date', title: t('days.date'), cell: (flow) => flow.date, by: (flow) => flow.date },
      { key: 'currency', title: t('overview.currency'), cell: (flow) => flow.currency },
      {
        key: 'came',
        title: t('overview.came'),
        cell: (flow) => showDecimal(flow.came, flow.currency),
        figures: true,
        by: of,
      },
      {
        key: 'went',
        title: t('overview.went'),
        cell: (flow) => showDecimal(flow.went, flow.currency),
        figures: true,
        by: out,
      },
    ],
    [t],
  );
  const bars = volumes.days.map((day) => {
    const flow = volumes.flows.find((one) => one.date === day.date && one.currency === currency);
    const [up, down] = flow ? [of(flow), out(flow)] : [0n, 0n];
    const title = t('overview.flowOn', {
      date: day.date,
      came: showAmount(up, currency),
      went: showAmount(down, currency),
    });
    return { key: day.date, title, up, down };
  });
  return (
    <section className="card" aria-label={t('overview.flows')}>
      <h2>{t('overview.flows')}</h2>
      <p className="bars-key quiet">
        <span className="bar-key bar-key-up" aria-hidden="true" /> {t('overview.came')}
        <span className="bar-key bar-key-down" aria-hidden="true" /> {t('overview.went')}
      </p>
      <Bars
        label={t('overview.flowsChart')}
        greatest={(most) => t('overview.flowMost', { amount: `${currency} ${showAmount(most, currency)}` })}
        bars={bars}
      />
      <details className="bars-table">
        <summary>{t('overview.asTable')}</summary>
        <ScrolledTable
          label={t('overview.flows')}
          columns={columns}
          rows={[...volumes.flows].reverse()}
          keyOf={(flow) => `${flow.date} ${flow.currency}`}
        />
      </details>
    </section>
  );
}

export function Transactions({ volumes, days }: { volumes: VolumesView; days: number }) {
  const { t, language } = useI18n();
  const columns = useMemo<Column<TransactionVolume>[]>(
    () => [
      {
        key: 'name',
        title: t('overview.transaction'),
        cell: (one) => (
          <>
            <span className="code">{one.code}</span> {labelOf(one, language)}
          </>
        ),
      },
      {
        key: 'today',
        title: t('overview.today'),
        cell: (one) => one.today,
        figures: true,
        by: (one) => one.today,
      },
      {
        key: 'amount',
        title: t('overview.amountToday'),
        cell: (one) =>
          Object.entries(one.amounts).map(([currency, amount]) => (
            <div key={currency}>
              {currency} {showDecimal(amount, currency)}
            </div>
          )),
        figures: true,
      },
      {
        key: 'all',
        title: t('overview.lastDays', { days }),
        cell: (one) => one.all_days,
        figures: true,
        by: (one) => one.all_days,
      },
    ],
    [t, language, days],
  );
  return (
    <section className="card" aria-label={t('overview.byKind')}>
      <h2>{t('overview.byKind')}</h2>
      {volumes.transactions.length === 0 ? (
        <p className="empty">{t('overview.nothingBooked')}</p>
      ) : (
        <ScrolledTable
          label={t('overview.byKind')}
          columns={columns}
          rows={volumes.transactions}
          keyOf={(one) => one.code}
        />
      )}
    </section>
  );
}
