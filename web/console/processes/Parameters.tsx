/* Parameters (参数): what the bank's rules are set to, in which unit, since when and by what rule; read here, changed elsewhere. */

import { useState } from 'react';
import { Tag } from 'antd';
import { Link } from 'wouter';
import { get } from '../../shared/api/client';
import type { DecisionOfProcess, ParametersView, ParameterView } from '../../shared/api/processTypes';
import { labelOf, useI18n, type Key } from '../../shared/i18n';
import { showAmount } from '../../shared/money';
import { isFor } from '../../shared/places';
import { SearchField } from '../../shared/SearchField';
import { useSession } from '../../shared/session';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { useProcessNames } from '../../shared/useProcessNames';
import { duration } from './durations';
import { Shown, useListed, useWord } from './ui';
import { OBJECTS, sourceOf, VALIDITY } from './words';

const BASIS_POINTS = 100;

/** What is changed by its own processes has its own pages. */
const ELSEWHERE = [
  { path: '/products', title: 'console.products', permission: 'product_read' },
  { path: '/rates', title: 'console.rates', permission: 'product_read' },
] as const;

export default function Parameters() {
  const { t } = useI18n();
  const { me } = useSession();
  const others = ELSEWHERE.filter((page) => isFor(me, page));
  const [day, setDay] = useState('');
  const [sought, setSought] = useState('');
  const path = day ? `/v1/parameters?on=${day}` : '/v1/parameters';
  const found = useLoad(path, () => get<ParametersView>(path));
  const wanted = sought.trim().toLowerCase();
  const fits = (...texts: (string | null)[]) => texts.join(' ').toLowerCase().includes(wanted);
  return (
    <section className="place" aria-label={t('processes.parameters')}>
      <div className="place-head">
        <h1>{t('processes.parameters')}</h1>
      </div>
      <p className="quiet">
        {t('processes.parametersHelp')} {others.length > 0 && t('processes.parametersElsewhere')}{' '}
        {others.map((page) => (
          <Link key={page.path} href={`~/console${page.path}`}>
            {t(page.title)}{' '}
          </Link>
        ))}
      </p>
      <div className="search">
        <SearchField
          label={t('processes.onDay')}
          type="date"
          value={day || (found.value?.on ?? '')}
          onChange={setDay}
        />
        <SearchField label={t('processes.seek')} type="search" value={sought} onChange={setSought} />
      </div>
      <Shown of={found}>
        {(all) => (
          <div className="sections">
            <Limits
              rows={all.parameters.filter((one) => fits(one.zh, one.en, one.name, one.source, one.source_zh))}
            />
            <Decisions
              rows={all.decisions.filter((one) => fits(one.zh, one.en, one.decision, one.process))}
            />
          </div>
        )}
      </Shown>
    </section>
  );
}

interface SectionProps<Row> {
  title: string;
  how: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
}

/** A kind of parameters, with the way in which they are changed. */
function Section<Row>({ title, how, rows, columns, keyOf }: SectionProps<Row>) {
  const { t } = useI18n();
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p className="quiet">{how}</p>
      {rows.length === 0 ? (
        <p className="empty">{t('processes.nothingFound')}</p>
      ) : (
        <ScrolledTable label={title} columns={columns} rows={rows} keyOf={keyOf} />
      )}
    </section>
  );
}

function Validity({ state }: { state: string }) {
  const { t } = useI18n();
  const [key, className] = VALIDITY[state] ?? [null, ''];
  return <Tag className={className}>{key ? t(key) : state}</Tag>;
}

const COUNTED: Record<string, Key> = {
  count: 'processes.unitCount',
  days: 'processes.unitDays',
  months: 'processes.unitMonths',
  years: 'processes.unitYears',
  hour: 'processes.unitHour',
  points: 'processes.unitPoints',
};

function Limits({ rows }: { rows: readonly ParameterView[] }) {
  const { t, language } = useI18n();
  const word = useWord();
  const listed = useListed();
  const value = (one: ParameterView): string => {
    if (one.unit === 'fen') return showAmount(BigInt(one.value), 'CNY');
    if (one.unit === 'basis_points') return String(Number(one.value) / BASIS_POINTS);
    if (one.unit === 'duration') return duration(one.value, language);
    return listed(one.value.split(', ').map((part) => word(OBJECTS, part)));
  };
  const unit = (one: ParameterView): string => {
    if (one.unit === 'fen') return t('processes.unitYuan');
    if (one.unit === 'basis_points') return '%';
    const key = COUNTED[one.unit];
    return key ? t(key) : '';
  };
  const columns: Column<ParameterView>[] = [
    {
      key: 'name',
      title: t('processes.parameter'),
      cell: (one) => (
        <div className="lines">
          {labelOf(one, language)}
          <div className="quiet code">{one.name}</div>
        </div>
      ),
      by: (one) => labelOf(one, language),
    },
    { key: 'value', title: t('processes.value'), figures: true, cell: value },
    { key: 'unit', title: t('processes.unit'), cell: unit },
    ...validity<ParameterView>(t),
    {
      key: 'source',
      title: t('processes.source'),
      cell: (one) => <div className="lines">{sourceOf(one, language)}</div>,
    },
  ];
  return (
    <Section
      title={t('processes.limits')}
      how={t('processes.limitsHow')}
      rows={rows}
      columns={columns}
      keyOf={(one) => `${one.name} ${one.valid_from}`}
    />
  );
}

type Words = (key: Key, parameters?: Record<string, string | number>) => string;

function validity<Row extends { valid_from: string; valid_to?: string | null; state: string }>(
  t: Words,
): Column<Row>[] {
  return [
    {
      key: 'from',
      title: t('processes.holdsFrom'),
      cell: (one) => (one.valid_to ? `${one.valid_from} – ${one.valid_to}` : one.valid_from),
      by: (one) => one.valid_from,
    },
    { key: 'state', title: t('processes.state'), cell: (one) => <Validity state={one.state} /> },
  ];
}

function Decisions({ rows }: { rows: readonly DecisionOfProcess[] }) {
  const { t, language } = useI18n();
  const nameOf = useProcessNames();
  const columns: Column<DecisionOfProcess>[] = [
    {
      key: 'name',
      title: t('processes.partDecision'),
      cell: (one) => (
        <>
          <Link href={`~/console/processes/${one.process}/${one.version}/decisions`}>
            {labelOf(one, language) || one.decision}
          </Link>
          <div className="quiet code">{one.decision}</div>
        </>
      ),
    },
    { key: 'process', title: t('processes.process'), cell: (one) => nameOf(one.process) },
    { key: 'rules', title: t('processes.rulesCount'), figures: true, cell: (one) => one.rules },
    { key: 'from', title: t('processes.holdsFrom'), cell: (one) => one.valid_from },
    {
      key: 'source',
      title: t('processes.source'),
      cell: (one) => <div className="lines">{sourceOf(one, language)}</div>,
    },
  ];
  return (
    <Section
      title={t('processes.decisions')}
      how={t('processes.decisionsHow')}
      rows={rows}
      columns={columns}
      keyOf={(one) => `${one.process} ${one.decision}`}
    />
  );
}
