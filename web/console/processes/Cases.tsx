/* Process instances (流程实例): found by what is known of them, and one with everything that the bank knows of its way. */

import { useState, type FormEvent, type ReactNode } from 'react';
import { Link, Route, Switch, useLocation, useSearch } from 'wouter';
import { get } from '../../shared/api/client';
import type { BranchView } from '../../shared/api/processTypes';
import type { CaseLine, CasePage, ProcessView } from '../../shared/api/types';
import { partOf, useI18n } from '../../shared/i18n';
import { showDated, showMoment } from '../../shared/moments';
import { SearchField } from '../../shared/SearchField';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { useProcessNames } from '../../shared/useProcessNames';
import { OneCase } from './OneCase';
import { CaseTag, Shown } from './ui';
import { CASE_STATES } from './words';

export default function Cases() {
  return (
    <Switch>
      <Route path="/:case">{(at) => <OneCase key={at.case} number={Number(at.case)} />}</Route>
      <Route>
        <Found />
      </Route>
    </Switch>
  );
}

interface Filters {
  process: string;
  status: string;
  branch: string;
  started_from: string;
  started_to: string;
  person: string;
  overdue: string;
}

const NONE: Filters = {
  process: '',
  status: '',
  branch: '',
  started_from: '',
  started_to: '',
  person: '',
  overdue: '',
};
const PAGE = 50;

function Found() {
  const { t, language } = useI18n();
  const nameOf = useProcessNames();
  const [, goTo] = useLocation();
  const process = new URLSearchParams(useSearch()).get('process') ?? '';
  const [filters, setFilters] = useState<Filters>({ ...NONE, process });
  const [pages, setPages] = useState<readonly number[]>([]);
  const before = pages.at(-1);
  const asked = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  asked.set('limit', String(PAGE));
  if (before !== undefined) asked.set('before', String(before));
  const path = `/v1/cases?${asked}`;
  const found = useLoad(path, () => get<CasePage>(path));
  const columns: Column<CaseLine>[] = [
    {
      key: 'case',
      title: t('processes.case'),
      cell: (one) => (
        <Link href={`/${one.case}`} tabIndex={-1} className="link-button">
          {one.case}
        </Link>
      ),
    },
    { key: 'process', title: t('processes.process'), cell: (one) => nameOf(one.process) },
    { key: 'name', title: t('processes.about'), cell: (one) => one.name },
    {
      key: 'state',
      title: t('processes.state'),
      cell: (one) => <CaseTag status={one.status} overdue={one.overdue} />,
    },
    {
      key: 'at',
      title: t('processes.standsAt'),
      cell: (one) => one.at.map((name) => partOf(name, language)).join(language === 'en' ? ', ' : '、'),
    },
    {
      key: 'due',
      title: t('processes.due'),
      cell: (one) => one.due_at && showMoment(one.due_at, language),
    },
    { key: 'branch', title: t('processes.branch'), cell: (one) => one.branch },
    { key: 'by', title: t('processes.initiator'), cell: (one) => one.initiator },
    { key: 'started', title: t('processes.startedAt'), cell: (one) => showDated(one.started_at, language) },
  ];
  return (
    <section className="place" aria-label={t('processes.cases')}>
      <div className="place-head">
        <h1>{t('processes.cases')}</h1>
      </div>
      <ByNumber onOpen={(number) => goTo(`/${number}`)} />
      <FilterForm
        key={process}
        filters={filters}
        onChange={(next) => {
          setFilters(next);
          setPages([]);
        }}
      />
      <Shown of={found}>
        {({ cases, next }) => (
          <>
            <ScrolledTable
              label={t('processes.cases')}
              columns={columns}
              rows={cases}
              keyOf={(one) => one.case}
              rowClass={(one) => (one.overdue ? 'row-late' : undefined)}
              onOpen={(one) => goTo(`/${one.case}`)}
            />
            {cases.length === 0 && <p className="empty">{t('processes.nothingFound')}</p>}
            <nav className="card-actions" aria-label={t('processes.pages')}>
              {pages.length > 0 && (
                <button type="button" className="small-button" onClick={() => setPages(pages.slice(0, -1))}>
                  {t('processes.newer')}
                </button>
              )}
              {next !== null && (
                <button type="button" className="small-button" onClick={() => setPages([...pages, next])}>
                  {t('processes.older')}
                </button>
              )}
            </nav>
            <p className="quiet">{t('processes.straightHelp')}</p>
          </>
        )}
      </Shown>
    </section>
  );
}

function ByNumber({ onOpen }: { onOpen: (number: string) => void }) {
  const { t } = useI18n();
  const [number, setNumber] = useState('');
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (/^[1-9]\d{0,17}$/.test(number.trim())) onOpen(number.trim());
  };
  return (
    <form className="search" onSubmit={open}>
      <SearchField
        id="case-number"
        label={t('processes.caseNumber')}
        inputMode="numeric"
        value={number}
        onChange={setNumber}
      />
      <button type="submit" className="small-button tall-button">
        {t('processes.open')}
      </button>
    </form>
  );
}

function FilterForm({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { t, language } = useI18n();
  const [typed, setTyped] = useState(filters);
  const processes = useLoad('processes', () => get<ProcessView[]>('/v1/processes'));
  const branches = useLoad('branches', () => get<BranchView[]>('/v1/branches'));
  const set = (name: keyof Filters) => (value: string) => setTyped({ ...typed, [name]: value });
  return (
    <form
      className="search"
      aria-label={t('processes.filters')}
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ ...typed, person: typed.person.trim().toUpperCase() });
      }}
    >
      <Choice label={t('processes.process')} value={typed.process} onChange={set('process')}>
        {processes.value?.map((one) => (
          <option key={one.key} value={one.key}>
            {partOf(one.name, language)}
          </option>
        ))}
      </Choice>
      <Choice label={t('processes.state')} value={typed.status} onChange={set('status')}>
        {Object.entries(CASE_STATES).map(([status, [key]]) => (
          <option key={status} value={status}>
            {t(key)}
          </option>
        ))}
      </Choice>
      <Choice label={t('processes.branch')} value={typed.branch} onChange={set('branch')}>
        {branches.value?.map((one) => (
          <option key={one.code} value={one.code}>
            {`${one.code} ${language === 'en' ? one.name_en : one.name_zh}`}
          </option>
        ))}
      </Choice>
      <SearchField
        label={t('processes.from')}
        type="date"
        value={typed.started_from}
        onChange={set('started_from')}
      />
      <SearchField
        label={t('processes.to')}
        type="date"
        value={typed.started_to}
        onChange={set('started_to')}
      />
      <SearchField label={t('processes.person')} type="text" value={typed.person} onChange={set('person')} />
      <label className="tick">
        <input
          type="checkbox"
          checked={typed.overdue === 'true'}
          onChange={(event) => set('overdue')(event.target.checked ? 'true' : '')}
        />
        {t('processes.onlyOverdue')}
      </label>
      <button type="submit" className="small-button tall-button">
        {t('processes.find')}
      </button>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  const { t } = useI18n();
  return (
    <label>
      {label}
      <select className="plain-input" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t('processes.all')}</option>
        {children}
      </select>
    </label>
  );
}
