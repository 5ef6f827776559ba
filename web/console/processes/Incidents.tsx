/* Incidents (异常): cases that stopped because something failed, and the ways to help them on. */

import { useState } from 'react';
import { Alert, Input } from 'antd';
import { Link, Route, Switch, useLocation, useSearch } from 'wouter';
import { get, post } from '../../shared/api/client';
import type { IncidentLine, IncidentPage, IncidentView } from '../../shared/api/processTypes';
import type { CaseView } from '../../shared/api/types';
import { partOf, useI18n, type Key } from '../../shared/i18n';
import { showDated } from '../../shared/moments';
import { Rows } from '../../shared/Rows';
import { useSession } from '../../shared/session';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useErrand } from '../../shared/useErrand';
import { useLoad } from '../../shared/useLoad';
import { useProcessNames } from '../../shared/useProcessNames';
import { Confirmed } from '../Confirmed';
import { CaseLink, CaseTag, Diagram, ElementName, Reason, Shown, useWord } from './ui';
import { SETTLED } from './words';

const LOOK_AGAIN_MS = 5_000;

export default function Incidents() {
  return (
    <Switch>
      <Route path="/:incident">
        {(at) => <OneIncident key={at.incident} number={Number(at.incident)} />}
      </Route>
      <Route>
        <List />
      </Route>
    </Switch>
  );
}

function List() {
  const { t, language } = useI18n();
  const nameOf = useProcessNames();
  const word = useWord();
  const [, goTo] = useLocation();
  const cleared = new URLSearchParams(useSearch()).get('state') === 'cleared';
  const [pages, setPages] = useState<readonly number[]>([]);
  const path = `/v1/incidents?state=${cleared ? 'cleared' : 'open'}&after=${pages.at(-1) ?? 0}`;
  const found = useLoad(path, () => get<IncidentPage>(path), LOOK_AGAIN_MS);
  const columns: Column<IncidentLine>[] = [
    {
      key: 'incident',
      title: t('processes.incident'),
      cell: (one) => (
        <Link href={`/${one.incident}`} tabIndex={-1} className="link-button">
          {one.incident}
        </Link>
      ),
    },
    { key: 'process', title: t('processes.process'), cell: (one) => nameOf(one.process) },
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
    { key: 'case', title: t('processes.case'), cell: (one) => <CaseLink number={one.case} /> },
    { key: 'about', title: t('processes.about'), cell: (one) => one.case_name },
    { key: 'branch', title: t('processes.branch'), cell: (one) => one.branch },
    { key: 'raised', title: t('processes.raisedAt'), cell: (one) => showDated(one.raised_at, language) },
  ];
  if (cleared)
    columns.push(
      {
        key: 'cleared',
        title: t('processes.clearedAt'),
        cell: (one) => one.cleared_at && showDated(one.cleared_at, language),
      },
      {
        key: 'how',
        title: t('processes.settled'),
        cell: (one) => `${one.cleared_by ?? ''} ${one.how ? word(SETTLED, one.how) : ''}`,
      },
    );
  const part = (state: string, key: Key, here: boolean) => (
    <Link
      href={`/?state=${state}`}
      className={here ? 'here' : ''}
      aria-current={here ? 'page' : undefined}
      onClick={() => setPages([])}
    >
      {t(key)}
    </Link>
  );
  return (
    <section className="place" aria-label={t('processes.incidents')}>
      <div className="place-head">
        <h1>{t('processes.incidents')}</h1>
      </div>
      <nav className="parts" aria-label={t('processes.parts')}>
        {part('open', 'processes.openIncidents', !cleared)}
        {part('cleared', 'processes.clearedIncidents', cleared)}
      </nav>
      <Shown of={found}>
        {({ incidents, next }) => (
          <>
            {incidents.length === 0 ? (
              <p className="empty">{cleared ? t('processes.noneCleared') : t('processes.noneOpen')}</p>
            ) : (
              <ScrolledTable
                label={t('processes.incidents')}
                columns={columns}
                rows={incidents}
                keyOf={(one) => one.incident}
                onOpen={(one) => goTo(`/${one.incident}`)}
              />
            )}
            <nav className="card-actions" aria-label={t('processes.pages')}>
              {pages.length > 0 && (
                <button type="button" className="small-button" onClick={() => setPages(pages.slice(0, -1))}>
                  {t('processes.pageBefore')}
                </button>
              )}
              {next !== null && (
                <button type="button" className="small-button" onClick={() => setPages([...pages, next])}>
                  {t('processes.pageAfter')}
                </button>
              )}
            </nav>
          </>
        )}
      </Shown>
    </section>
  );
}

function OneIncident({ number }: { number: number }) {
  const { t, language } = useI18n();
  const word = useWord();
  const nameOf = useProcessNames();
  const found = useLoad(`incident ${number}`, () => get<IncidentView>(`/v1/incidents/${number}`));
  const [told, setTold] = useState<CaseView | null>(null);
  return (
    <section className="place" aria-label={t('processes.incidentNumber', { number })}>
      <div className="place-head">
        <Link href="/">{t('processes.incidents')}</Link>
        <h1>{t('processes.incidentNumber', { number })}</h1>
      </div>
      <Shown of={found}>
        {(incident) => (
          <>
            <Rows
              className="facts"
              rows={[
                [t('processes.process'), nameOf(incident.process)],
                [t('processes.element'), <ElementName key="at" name={incident.name} id={incident.element} />],
                [
                  t('processes.reason'),
                  <Reason key="reason" code={incident.reason} params={incident.reason_params} />,
                ],
                [t('processes.case'), <CaseLink key="case" number={incident.case} />],
                [t('processes.about'), incident.case_name],
                [t('processes.branch'), incident.branch],
                [t('processes.raisedAt'), showDated(incident.raised_at, language)],
                [t('processes.clearedAt'), incident.cleared_at && showDated(incident.cleared_at, language)],
                [t('processes.clearedBy'), incident.cleared_by],
                [t('processes.settled'), incident.how && word(SETTLED, incident.how)],
                [t('processes.note'), incident.note],
              ]}
            />
            {told && <Outcome shown={told} />}
            {incident.cleared_at === null && (
              <Settle
                incident={incident}
                onDone={(shown) => {
                  setTold(shown);
                  found.reload();
                }}
              />
            )}
            <Diagram
              process={incident.process}
              version={incident.version}
              here={[incident.element.split('/')[0] ?? incident.element]}
              label={t('diagram.label')}
            />
          </>
        )}
      </Shown>
    </section>
  );
}

/** What came of it, read from the case itself. */
function Outcome({ shown }: { shown: CaseView }) {
  const { t, language } = useI18n();
  const again = shown.incidents.find((one) => one.cleared_at === null);
  const text = again
    ? t('processes.stoppedAgain', { element: partOf(again.name, language), reason: again.reason })
    : shown.at.length > 0
      ? t('processes.goesOnAt', { element: shown.at.map((name) => partOf(name, language)).join(', ') })
      : t('processes.wentOn');
  return (
    <Alert
      type={again ? 'warning' : 'success'}
      showIcon
      role="status"
      title={text}
      description={
        <>
          <CaseLink number={shown.case} /> <CaseTag status={shown.status} />{' '}
          {again && (
            <Link href={`/${again.incident}`}>
              {t('processes.incidentNumber', { number: again.incident })}
            </Link>
          )}
        </>
      }
    />
  );
}

type How = 'retry' | 'skip' | 'cancel';
const WAYS: readonly (readonly [How, Key, Key])[] = [
  ['retry', 'processes.retry', 'processes.retryWarning'],
  ['skip', 'processes.skip', 'processes.skipWarning'],
  ['cancel', 'processes.giveUp', 'processes.giveUpWarning'],
];

function Settle({ incident, onDone }: { incident: IncidentView; onDone: (shown: CaseView) => void }) {
  const { t } = useI18n();
  const [note, setNote] = useState('');
  return (
    <section className="card settle" aria-label={t('processes.helpIt')}>
      <h2>{t('processes.helpIt')}</h2>
      <label htmlFor="incident-note">{t('processes.whatWasDone')}</label>
      <Input.TextArea
        id="incident-note"
        rows={2}
        maxLength={400}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {note.trim() === '' ? (
        <p className="quiet">{t('processes.noteFirst')}</p>
      ) : (
        <div className="card-actions">
          {WAYS.map(([how, text, warning]) => (
            <OneWay
              key={how}
              incident={incident}
              how={how}
              text={text}
              warning={warning}
              note={note}
              onDone={onDone}
            />
          ))}
        </div>
      )}
    </section>
  );
}

interface OneWayProps {
  incident: IncidentView;
  how: How;
  text: Key;
  warning: Key;
  note: string;
  onDone: (shown: CaseView) => void;
}

function OneWay({ incident, how, text, warning, note, onDone }: OneWayProps) {
  const { t } = useI18n();
  const { me } = useSession();
  const errand = useErrand(
    me.number,
    `incident.${incident.incident}.${how}`,
    async (form, key) => {
      await post(`/v1/incidents/${incident.incident}/settlement`, form, key);
      return get<CaseView>(`/v1/cases/${incident.case}`);
    },
    onDone,
  );
  return (
    <Confirmed
      text={t(text)}
      warning={t(warning)}
      errand={errand}
      danger={how === 'cancel'}
      onConfirmed={() => errand.submit({ how, note: note.trim() }, [])}
    />
  );
}
