/* Process definitions (流程定义): the list, and one version of one process in its parts. */

import { useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { get } from '../../shared/api/client';
import type { FiguresView, ModelView, ProcessFigures } from '../../shared/api/processTypes';
import type { ProcessDetail, ProcessView } from '../../shared/api/types';
import { partOf, useI18n, type Key } from '../../shared/i18n';
import { showDated } from '../../shared/moments';
import { ProcedureText } from '../../shared/Procedure';
import { Rows } from '../../shared/Rows';
import { SearchField } from '../../shared/SearchField';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { whoIs } from '../../shared/who';
import { perCent } from '../figures';
import { DecisionTables } from './DecisionTables';
import { Differences } from './Differences';
import { Elements } from './Elements';
import { Forms } from './Forms';
import { Heat } from './Heat';
import { Shown, useAllowed, useModel } from './ui';
import { Versions } from './Versions';

export default function Definitions() {
  return (
    <Switch>
      <Route path="/:process/differences/:before/:after">
        {(at) => <Differences process={at.process} before={Number(at.before)} after={Number(at.after)} />}
      </Route>
      <Route path="/:process/:version/:part?">
        {(at) => <OneVersion process={at.process} version={Number(at.version)} part={at.part ?? 'model'} />}
      </Route>
      <Route path="/:process">{(at) => <Released process={at.process} />}</Route>
      <Route>
        <List />
      </Route>
    </Switch>
  );
}

interface Line {
  process: ProcessView;
  figures: ProcessFigures | undefined;
}

function List() {
  const { t, language } = useI18n();
  const { starters } = useAllowed();
  const [, goTo] = useLocation();
  const [sought, setSought] = useState('');
  const found = useLoad('definitions', async () => {
    const [all, figures] = await Promise.all([
      get<ProcessView[]>('/v1/processes'),
      get<FiguresView>('/v1/process-figures'),
    ]);
    const lines = all.map((process): Line => {
      const its = figures.processes.find((one) => one.process === process.key);
      return { process, figures: its };
    });
    return { since: figures.since, until: figures.until, lines };
  });
  const columns: Column<Line>[] = [
    {
      key: 'name',
      title: t('processes.process'),
      cell: ({ process }) => (
        <Link href={`/${process.key}`} tabIndex={-1} className="link-button">
          {partOf(process.name, language)}
        </Link>
      ),
      by: ({ process }) => partOf(process.name, language),
    },
    {
      key: 'code',
      title: t('processes.code'),
      cell: ({ process }) => <span className="code">{process.code}</span>,
      by: ({ process }) => process.code,
    },
    {
      key: 'version',
      title: t('processes.version'),
      figures: true,
      cell: ({ process, figures }) => `${process.version} / ${figures?.versions ?? ''}`,
      by: ({ process }) => process.version,
    },
    {
      key: 'since',
      title: t('processes.releasedAt'),
      cell: ({ figures }) => figures && showDated(figures.released_at, language),
      by: ({ figures }) => figures?.released_at ?? null,
    },
    {
      key: 'who',
      title: t('processes.startedBy'),
      cell: ({ process }) => <div className="lines">{starters(process.start_roles)}</div>,
    },
    {
      key: 'running',
      title: t('processes.running'),
      figures: true,
      cell: ({ figures }) => figures?.running,
      by: ({ figures }) => figures?.running ?? 0,
    },
    {
      key: 'stopped',
      title: t('processes.withIncident'),
      figures: true,
      cell: ({ figures }) =>
        figures?.stopped ? <strong className="alarming">{figures.stopped}</strong> : '0',
      by: ({ figures }) => figures?.stopped ?? 0,
    },
    {
      key: 'in-time',
      title: t('processes.inTime'),
      figures: true,
      cell: ({ figures }) =>
        figures?.tasks ? (
          <>
            {perCent(figures.in_time, figures.tasks)}{' '}
            <span className="quiet">{t('processes.ofTasks', { n: figures.tasks })}</span>
          </>
        ) : (
          <span className="quiet">–</span>
        ),
      by: ({ figures }) => (figures?.tasks ? figures.in_time / figures.tasks : null),
    },
  ];
  const wanted = sought.trim().toLowerCase();
  return (
    <section className="place" aria-label={t('processes.definitions')}>
      <div className="place-head">
        <h1>{t('processes.definitions')}</h1>
      </div>
      <Shown of={found}>
        {({ since, until, lines }) => {
          const rows = lines.filter(({ process }) =>
            `${process.name} ${process.code ?? ''} ${process.pinyin ?? ''} ${process.key}`
              .toLowerCase()
              .includes(wanted),
          );
          return (
            <>
              <div className="search">
                <SearchField label={t('processes.seek')} type="search" value={sought} onChange={setSought} />
                <p className="quiet">{t('processes.inTimeHelp', { since, until })}</p>
              </div>
              <ScrolledTable
                label={t('processes.definitions')}
                columns={columns}
                rows={rows}
                keyOf={({ process }) => process.key}
                onOpen={({ process }) => goTo(`/${process.key}`)}
              />
              {rows.length === 0 && <p className="empty">{t('processes.nothingFound')}</p>}
            </>
          );
        }}
      </Shown>
    </section>
  );
}

function Released({ process }: { process: string }) {
  const found = useLoad(`released ${process}`, () => get<ProcessDetail>(`/v1/processes/${process}`));
  return (
    <section className="place">
      <Shown of={found}>{(detail) => <Redirect to={`/${process}/${detail.version}`} replace />}</Shown>
    </section>
  );
}

const PARTS = {
  model: 'processes.diagram',
  procedure: 'processes.procedure',
  forms: 'processes.forms',
  decisions: 'processes.decisions',
  heat: 'processes.heat',
  versions: 'processes.versions',
} as const satisfies Record<string, Key>;
type Part = keyof typeof PARTS;

function OneVersion({ process, version, part }: { process: string; version: number; part: string }) {
  const { t, language } = useI18n();
  const model = useModel(process, version);
  const name = partOf(model.value?.name ?? process, language);
  return (
    <section className="place" aria-label={name}>
      <div className="place-head">
        <Link href="/">{t('processes.definitions')}</Link>
        <h1>{name}</h1>
        <span className="quiet">{t('processes.versionNumber', { version })}</span>
      </div>
      <nav className="parts" aria-label={t('processes.parts')}>
        {(Object.keys(PARTS) as Part[]).map((one) => (
          <Link
            key={one}
            href={`/${process}/${version}/${one}`}
            className={one === part ? 'here' : ''}
            aria-current={one === part ? 'page' : undefined}
          >
            {t(PARTS[one])}
          </Link>
        ))}
        <Link href={`~/console/cases?process=${process}`}>{t('processes.itsCases')}</Link>
      </nav>
      <Shown of={model}>{(found) => <PartOf model={found} part={part} />}</Shown>
    </section>
  );
}

function PartOf({ model, part }: { model: ModelView; part: string }) {
  const { t, language } = useI18n();
  if (part === 'procedure') {
    const text = model.texts[language] ?? Object.values(model.texts)[0];
    return text ? (
      <article className="sop">
        <ProcedureText text={text} />
      </article>
    ) : (
      <p className="empty">{t('value.none')}</p>
    );
  }
  if (part === 'forms') return <Forms forms={model.forms} />;
  if (part === 'decisions') return <DecisionTables decisions={model.decisions} />;
  if (part === 'heat') return <Heat process={model.process} version={model.version} />;
  if (part === 'versions') return <Versions process={model.process} version={model.version} />;
  return (
    <>
      <About model={model} />
      <Elements model={model} />
    </>
  );
}

function About({ model }: { model: ModelView }) {
  const { t, language } = useI18n();
  const { starters, channels } = useAllowed();
  return (
    <Rows
      className="facts"
      rows={[
        [t('processes.state'), model.released ? t('processes.isReleased') : t('processes.isNotReleased')],
        [t('processes.startedBy'), starters(model.start_roles)],
        [t('processes.attrChannels'), channels(model.channels)],
        [t('processes.deployedAt'), showDated(model.deployed_at, language)],
        [t('processes.deployedBy'), whoIs(model.deployed_by, t)],
        [
          t('processes.digest'),
          <span key="digest" className="code" title={model.digest}>
            {model.digest.slice(0, 16)}
          </span>,
        ],
      ]}
    />
  );
}
