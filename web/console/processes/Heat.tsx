/* Where time goes: how often each element was done over a period and how long it took, on the diagram and as a table. */

import { useState } from 'react';
import { get } from '../../shared/api/client';
import type { ElementHeat, HeatView } from '../../shared/api/processTypes';
import type { Note } from '../../shared/Diagram';
import { useI18n } from '../../shared/i18n';
import { SearchField } from '../../shared/SearchField';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { lasted } from './durations';
import { Diagram, ElementName, Shown, useWord } from './ui';
import { KINDS } from './words';

interface Period {
  since: string;
  until: string;
}

export function Heat({ process, version }: { process: string; version: number }) {
  const { t } = useI18n();
  const [period, setPeriod] = useState<Period>({ since: '', until: '' });
  const asked = new URLSearchParams(Object.entries(period).filter(([, day]) => day));
  const path = `/v1/processes/${process}/versions/${version}/heat?${asked}`;
  const found = useLoad(path, () => get<HeatView>(path));
  return (
    <>
      <PeriodForm shown={found.value} onChange={setPeriod} />
      <Shown of={found}>
        {(heat) =>
          heat.elements.length === 0 ? (
            <p className="empty">{t('processes.noHeat')}</p>
          ) : (
            <Hot process={process} version={version} heat={heat} />
          )
        }
      </Shown>
    </>
  );
}

function PeriodForm({ shown, onChange }: { shown: Period | null; onChange: (period: Period) => void }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState<Partial<Period>>({});
  const since = typed.since ?? shown?.since ?? '';
  const until = typed.until ?? shown?.until ?? '';
  return (
    <form
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ since, until });
      }}
    >
      <SearchField
        label={t('processes.from')}
        type="date"
        value={since}
        onChange={(next) => setTyped({ ...typed, since: next })}
      />
      <SearchField
        label={t('processes.to')}
        type="date"
        value={until}
        onChange={(next) => setTyped({ ...typed, until: next })}
      />
      <button type="submit" className="small-button tall-button">
        {t('processes.show')}
      </button>
    </form>
  );
}

/** A third of the longest median is warm, two thirds are hot. */
export function warmth(median: number | null, longest: number): Note['sign'] {
  if (!median || longest === 0 || median * 3 < longest) return undefined;
  return median * 3 < longest * 2 ? 'warm' : 'hot';
}

function Hot({ process, version, heat }: { process: string; version: number; heat: HeatView }) {
  const { t, language } = useI18n();
  const word = useWord();
  const longest = Math.max(...heat.elements.map((one) => one.median_s ?? 0));
  // The hottest first: where the whole is too small to be read, the diagram opens there.
  const notes = [...heat.elements]
    .sort((a, b) => (b.median_s ?? 0) - (a.median_s ?? 0))
    .map((one): Note => ({
      id: one.element,
      sign: warmth(one.median_s, longest),
      text: [
        one.median_s ? `${one.visits} × ${lasted(one.median_s, language, 'narrow')}` : String(one.visits),
        one.waiting > 0 && t('processes.waitingNow', { n: one.waiting }),
      ]
        .filter(Boolean)
        .join(' · '),
    }));
  const time = (seconds: number | null) => (seconds === null ? '' : lasted(seconds, language, 'narrow'));
  const columns: Column<ElementHeat>[] = [
    {
      key: 'element',
      title: t('processes.element'),
      cell: (one) => <ElementName name={one.name} id={one.element} kind={one.kind} />,
    },
    { key: 'kind', title: t('processes.kind'), cell: (one) => word(KINDS, one.kind) },
    {
      key: 'waiting',
      title: t('processes.waiting'),
      figures: true,
      cell: (one) => one.waiting,
      by: (one) => one.waiting,
    },
    {
      key: 'overdue',
      title: t('processes.overdueNow'),
      figures: true,
      cell: (one) => (one.overdue ? <strong className="alarming">{one.overdue}</strong> : 0),
      by: (one) => one.overdue,
    },
    {
      key: 'visits',
      title: t('processes.visits'),
      figures: true,
      cell: (one) => one.visits,
      by: (one) => one.visits,
    },
    {
      key: 'straight',
      title: t('processes.straight'),
      figures: true,
      cell: (one) => one.straight,
      by: (one) => one.straight,
    },
    {
      key: 'median',
      title: t('processes.median'),
      figures: true,
      cell: (one) => time(one.median_s),
      by: (one) => one.median_s,
    },
    {
      key: 'most',
      title: t('processes.nineTenths'),
      figures: true,
      cell: (one) => time(one.nine_tenths_s),
      by: (one) => one.nine_tenths_s,
    },
  ];
  return (
    <>
      <Diagram process={process} version={version} notes={notes} label={t('processes.heatLabel')} />
      <ScrolledTable
        label={t('processes.heat')}
        caption={t('processes.heatCaption', { since: heat.since, until: heat.until })}
        columns={columns}
        rows={heat.elements}
        keyOf={(one) => one.element}
      />
    </>
  );
}
