/* One process instance: the token on the diagram, its way as a table, what it knows, and what it waits for. */

import { useMemo } from 'react';
import { Alert } from 'antd';
import { Link } from 'wouter';
import { get } from '../../shared/api/client';
import type { IncidentOfCase, ModelView, VisitView } from '../../shared/api/processTypes';
import type { CaseView, FieldDefinition, Value } from '../../shared/api/types';
import { ShownValue } from '../../shared/fields/ShownValue';
import { labelOf, partOf, useI18n } from '../../shared/i18n';
import type { Note } from '../../shared/Diagram';
import { showDated, showMoment } from '../../shared/moments';
import { useRoleNames } from '../../shared/useRoleNames';
import { Rows, type Row } from '../../shared/Rows';
import { useSession } from '../../shared/session';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { lasted } from './durations';
import { CaseTag, Diagram, ElementName, Reason, Shown, useModel, useWord } from './ui';
import { CHANNELS, HOW, OBJECTS, SETTLED } from './words';

const LOOK_AGAIN_MS = 5_000;

export function OneCase({ number }: { number: number }) {
  const { t } = useI18n();
  const found = useLoad(`case ${number}`, () => get<CaseView>(`/v1/cases/${number}`), LOOK_AGAIN_MS);
  return (
    <section className="place" aria-label={t('case.number', { number })}>
      <div className="place-head">
        <Link href="/">{t('processes.cases')}</Link>
        <h1>{t('case.number', { number })}</h1>
        {found.value && <CaseTag status={found.value.status} overdue={found.value.overdue} />}
      </div>
      <Shown of={found}>{(shown) => <Case shown={shown} />}</Shown>
    </section>
  );
}

/** The element on the caller's own diagram: inside a called process, the call. */
function drawnAt(path: string): string {
  return path.split('/')[0] ?? path;
}

function Case({ shown }: { shown: CaseView }) {
  const { t } = useI18n();
  const model = useModel(shown.process, shown.version);
  const here = useMemo(() => [...new Set(shown.here.map(drawnAt))], [shown.here]);
  const done = useMemo(
    () => [
      ...new Set(shown.visits.filter((one) => one.how === 'completed').map((one) => drawnAt(one.element))),
    ],
    [shown.visits],
  );
  const notes = useMemo(() => notesOf(shown), [shown]);
  const stopped = shown.incidents.filter((one) => one.cleared_at === null);
  return (
    <>
      <Facts shown={shown} model={model.value} />
      {stopped.map((one) => (
        <Stopped key={one.incident} incident={one} />
      ))}
      <Diagram
        process={shown.process}
        version={shown.version}
        here={here}
        done={done}
        notes={notes}
        label={t('diagram.label')}
      />
      <Waits shown={shown} />
      <Way visits={shown.visits} />
      <Known shown={shown} model={model.value} />
      {shown.incidents.length > 0 && <Incidents incidents={shown.incidents} />}
    </>
  );
}

/** How often an element was done where it was more than once, and where the case has stopped. */
function notesOf(shown: CaseView): Note[] {
  const times = new Map<string, number>();
  for (const one of shown.visits)
    if (one.how === 'completed') times.set(drawnAt(one.element), (times.get(drawnAt(one.element)) ?? 0) + 1);
  const many = [...times].filter(([, n]) => n > 1).map(([id, n]): Note => ({ id, text: `${n} ×` }));
  const stopped = shown.incidents
    .filter((one) => one.cleared_at === null)
    .map((one): Note => ({ id: drawnAt(one.element), sign: 'stopped', text: '!' }));
  return [...many, ...stopped];
}

function Facts({ shown, model }: { shown: CaseView; model: ModelView | null }) {
  const { t, language } = useI18n();
  const word = useWord();
  const about: Row[] = Object.entries(shown.objects).map(([type, numbers]) => [
    word(OBJECTS, type),
    numbers.join(', '),
  ]);
  return (
    <Rows
      className="facts"
      rows={[
        [
          t('processes.process'),
          <Link key="process" href={`~/console/processes/${shown.process}/${shown.version}`}>
            {partOf(model?.name ?? shown.process, language)}{' '}
            {t('processes.versionNumber', { version: shown.version })}
          </Link>,
        ],
        [t('processes.about'), shown.name],
        [t('processes.branch'), shown.branch],
        [t('processes.initiator'), shown.initiator],
        [t('processes.channel'), word(CHANNELS, shown.channel)],
        [t('processes.startedAt'), showDated(shown.started_at, language)],
        [t('processes.endedAt'), shown.ended_at && showDated(shown.ended_at, language)],
        [t('processes.outcome'), shown.outcome],
        [t('processes.due'), shown.due_at && showMoment(shown.due_at, language)],
        ...about,
      ]}
    />
  );
}

function Stopped({ incident }: { incident: IncidentOfCase }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t('processes.stoppedAt', { element: partOf(incident.name, language) })}
      description={
        <>
          <Reason code={incident.reason} params={incident.reason_params} />{' '}
          {me.permissions.includes('incident_manage') && (
            <Link href={`~/console/incidents/${incident.incident}`}>{t('processes.helpIt')}</Link>
          )}
        </>
      }
    />
  );
}

interface Waited {
  key: string;
  what: string;
  name: string;
  element: string;
  who: string;
  since: string | null;
  due: string | null;
}

function Waits({ shown }: { shown: CaseView }) {
  const { t, language } = useI18n();
  const roleName = useRoleNames();
  const named = new Map(shown.visits.map((one) => [one.element.split('/').at(-1), one.name]));
  const rows: Waited[] = [
    ...shown.tasks
      .filter((one) => one.state === 'open' || one.state === 'claimed')
      .map((one) => ({
        key: `task ${one.task}`,
        what: t('processes.aTask'),
        name: named.get(one.element) ?? one.element,
        element: one.element,
        who: one.claimed_by ?? (one.role === null ? t('role.anybody') : roleName(one.role)),
        since: one.opened_at,
        due: one.due_at,
      })),
    ...shown.timers.map((one, n) => ({
      key: `timer ${n}`,
      what: t('processes.triggerTimer'),
      ...one,
      who: '',
      since: null,
      due: one.due_at,
    })),
    ...shown.awaits.map((one, n) => ({
      key: `message ${n}`,
      what: one.kind === 'signal' ? t('processes.triggerSignal') : t('processes.triggerMessage'),
      name: one.name,
      element: one.element,
      who: one.message,
      since: null,
      due: null,
    })),
  ];
  if (rows.length === 0) return null;
  const columns: Column<Waited>[] = [
    { key: 'what', title: t('processes.waitsFor'), cell: (one) => one.what },
    {
      key: 'element',
      title: t('processes.element'),
      cell: (one) => <ElementName name={one.name} id={one.element} />,
    },
    { key: 'who', title: t('processes.whoOrWhat'), cell: (one) => one.who },
    {
      key: 'since',
      title: t('processes.since'),
      cell: (one) => one.since && showMoment(one.since, language),
    },
    { key: 'due', title: t('processes.due'), cell: (one) => one.due && showMoment(one.due, language) },
  ];
  return (
    <section aria-label={t('processes.waits')}>
      <h2>{t('processes.waits')}</h2>
      <ScrolledTable label={t('processes.waits')} columns={columns} rows={rows} keyOf={(one) => one.key} />
    </section>
  );
}

function Way({ visits }: { visits: readonly VisitView[] }) {
  const { t, language } = useI18n();
  const word = useWord();
  const roleName = useRoleNames();
  const who = (one: VisitView) => {
    if (one.who !== 'system') return one.who;
    return one.role !== null && one.ended_at === null ? roleName(one.role) : t('case.system');
  };
  const columns: Column<VisitView>[] = [
    {
      key: 'step',
      title: t('case.step'),
      cell: (one) => <ElementName name={one.name} id={one.element} kind={one.kind} />,
    },
    { key: 'how', title: t('processes.state'), cell: (one) => word(HOW, one.how) },
    { key: 'who', title: t('case.who'), cell: who },
    { key: 'began', title: t('processes.began'), cell: (one) => showMoment(one.began_at, language) },
    {
      key: 'lasted',
      title: t('processes.lasted'),
      figures: true,
      cell: (one) => (one.lasted_s ? lasted(one.lasted_s, language) : ''),
    },
    {
      key: 'rules',
      title: t('processes.rules'),
      cell: (one) => one.decision_rows.length > 0 && <code>{one.decision_rows.join(', ')}</code>,
    },
  ];
  const rows = visits.map((one, n) => ({ ...one, n }));
  return (
    <section aria-label={t('case.way')}>
      <h2>{t('case.way')}</h2>
      <ScrolledTable label={t('case.way')} columns={columns} rows={rows} keyOf={(one) => one.n} />
    </section>
  );
}

/** A field as forms know it, from what a model says of it; what no form has is shown as it is. */
function fieldOf(name: string, model: ModelView | null): FieldDefinition {
  const all = (model?.forms ?? []).flatMap((form) => form.fields).filter((field) => field.name === name);
  const known = all.find((field) => Object.keys(field.choices).length > 0) ?? all[0];
  return {
    name,
    type: (known?.type ?? 'show') as FieldDefinition['type'],
    zh: known?.zh ?? name,
    en: known?.en ?? name,
    required: false,
    least: null,
    most: null,
    pattern: null,
    choices: (known?.choices ?? null) as FieldDefinition['choices'],
    currency: known?.currency ?? 'CNY',
    secret: false,
  };
}

function Known({ shown, model }: { shown: CaseView; model: ModelView | null }) {
  const { t, language } = useI18n();
  const rows = Object.entries(shown.variables).map(([name, value]) => ({
    field: fieldOf(name, model),
    value,
  }));
  const columns: Column<{ field: FieldDefinition; value: Value }>[] = [
    {
      key: 'label',
      title: t('processes.field'),
      cell: ({ field }) => (labelOf(field, language) === field.name ? '' : labelOf(field, language)),
    },
    { key: 'name', title: t('processes.variable'), cell: ({ field }) => <code>{field.name}</code> },
    {
      key: 'value',
      title: t('processes.value'),
      cell: ({ field, value }) => (
        <div className="lines">
          <ShownValue field={field} value={value} />
        </div>
      ),
    },
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-label={t('processes.variables')}>
      <h2>{t('processes.variables')}</h2>
      <p className="quiet">{t('processes.variablesHelp')}</p>
      <ScrolledTable
        label={t('processes.variables')}
        columns={columns}
        rows={rows}
        keyOf={({ field }) => field.name}
      />
    </section>
  );
}

function Incidents({ incidents }: { incidents: readonly IncidentOfCase[] }) {
  const { t, language } = useI18n();
  const word = useWord();
  const columns: Column<IncidentOfCase>[] = [
    {
      key: 'at',
      title: t('processes.element'),
      cell: (one) => <ElementName name={one.name} id={one.element} />,
    },
    {
      key: 'reason',
      title: t('processes.reason'),
      cell: (one) => <Reason code={one.reason} params={one.reason_params} />,
    },
    { key: 'raised', title: t('processes.raisedAt'), cell: (one) => showMoment(one.raised_at, language) },
    {
      key: 'cleared',
      title: t('processes.settled'),
      cell: (one) =>
        one.cleared_at &&
        [showMoment(one.cleared_at, language), one.cleared_by, one.how && word(SETTLED, one.how)]
          .filter(Boolean)
          .join(' · '),
    },
    { key: 'note', title: t('processes.note'), cell: (one) => <div className="lines">{one.note}</div> },
  ];
  return (
    <section aria-label={t('processes.incidents')}>
      <h2>{t('processes.incidents')}</h2>
      <ScrolledTable
        label={t('processes.incidents')}
        columns={columns}
        rows={incidents}
        keyOf={(one) => one.incident}
      />
    </section>
  );
}
