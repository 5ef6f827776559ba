/* The diagram of a version and the same facts as tables: its elements, and the ways between them. */

import { Link } from 'wouter';
import type { ElementView, FlowView, ModelView } from '../../shared/api/processTypes';
import { partOf, useI18n } from '../../shared/i18n';
import { useRoleNames } from '../../shared/useRoleNames';
import { ScrolledTable, type Column } from '../../shared/Table';
import { duration } from './durations';
import { Diagram, ElementName, useWord } from './ui';
import { KINDS, TRIGGERS } from './words';

export function Elements({ model }: { model: ModelView }) {
  const { t } = useI18n();
  return (
    <>
      <Diagram process={model.process} version={model.version} label={t('processes.diagramLabel')} />
      <ElementTable model={model} />
      <Ways model={model} />
    </>
  );
}

function ElementTable({ model }: { model: ModelView }) {
  const { t, language } = useI18n();
  const word = useWord();
  const roleName = useRoleNames();
  const named = new Map(model.elements.map((one) => [one.id, one.name]));
  const kind = ({ kind, attributes }: ElementView) => {
    const trigger = attributes['event.trigger'];
    return [word(KINDS, kind), trigger && word(TRIGGERS, trigger)].filter(Boolean).join(' · ');
  };
  const columns: Column<ElementView>[] = [
    {
      key: 'name',
      title: t('processes.element'),
      cell: (one) => <ElementName name={one.name} id={one.id} kind={one.kind} />,
    },
    { key: 'kind', title: t('processes.kind'), cell: kind, by: kind },
    {
      key: 'who',
      title: t('processes.who'),
      cell: ({ attributes }) => (
        <>
          {attributes['role'] ? roleName(attributes['role']) : attributes['assignee']}
          {attributes['not_same_as'] && (
            <div className="quiet lines">
              {t('processes.notWhoDid', {
                what: attributes['not_same_as']
                  .split(', ')
                  .map((id) =>
                    id === 'initiator' ? t('processes.theStart') : partOf(named.get(id) ?? id, language),
                  )
                  .join(language === 'en' ? ', ' : '、'),
              })}
            </div>
          )}
        </>
      ),
    },
    {
      key: 'limit',
      title: t('processes.limit'),
      cell: ({ attributes }) => {
        const limit = attributes['service_level'] ?? attributes['event.timing'];
        if (!limit) return null;
        return (
          <>
            {limit.startsWith('=') ? <code>{limit}</code> : duration(limit, language)}
            {attributes['at_risk'] && (
              <div className="quiet">
                {t('processes.warnedAfter', { time: duration(attributes['at_risk'], language) })}
              </div>
            )}
          </>
        );
      },
    },
    {
      key: 'form',
      title: t('processes.form'),
      cell: ({ attributes }) =>
        attributes['form'] && (
          <Link href={`/${model.process}/${model.version}/forms`} className="code">
            {attributes['form']}
          </Link>
        ),
    },
    {
      key: 'decision',
      title: t('processes.decisionOrService'),
      cell: ({ attributes }) => (
        <div className="lines">
          <DoneBy model={model} attributes={attributes} />
        </div>
      ),
    },
  ];
  return (
    <ScrolledTable
      label={t('processes.elements')}
      caption={t('processes.elementsCaption', { n: model.elements.length })}
      columns={columns}
      rows={model.elements}
      keyOf={(one) => one.id}
    />
  );
}

function DoneBy({ model, attributes }: { model: ModelView; attributes: Record<string, string> }) {
  const decisions = [attributes['decision'], attributes['authority']].filter((one) => one !== undefined);
  const others = [
    attributes['binding'],
    attributes['calls'],
    attributes['event.name'],
    attributes['event.code'],
  ];
  return (
    <>
      {decisions.map((decision) => (
        <div key={decision}>
          <Link href={`/${model.process}/${model.version}/decisions`} className="code">
            {decision}
          </Link>
        </div>
      ))}
      {others.map((one) => one && <code key={one}>{one}</code>)}
    </>
  );
}

function Ways({ model }: { model: ModelView }) {
  const { t } = useI18n();
  const elements = new Map(model.elements.map((one) => [one.id, one]));
  const end = (id: string) => (
    <ElementName name={elements.get(id)?.name ?? ''} id={id} kind={elements.get(id)?.kind} />
  );
  const isDefault = (flow: FlowView) => elements.get(flow.source)?.attributes['default'] === flow.id;
  const columns: Column<FlowView>[] = [
    { key: 'from', title: t('processes.attrSource'), cell: (flow) => end(flow.source) },
    { key: 'to', title: t('processes.attrTarget'), cell: (flow) => end(flow.target) },
    {
      key: 'name',
      title: t('processes.wayName'),
      cell: (flow) => flow.name && <ElementName name={flow.name} id="" />,
    },
    {
      key: 'condition',
      title: t('processes.attrCondition'),
      cell: (flow) =>
        flow.condition ? <code>{flow.condition}</code> : isDefault(flow) ? t('processes.otherwise') : '',
    },
  ];
  return (
    <details>
      <summary>{t('processes.ways', { n: model.flows.length })}</summary>
      <ScrolledTable
        label={t('processes.waysTable')}
        columns={columns}
        rows={model.flows}
        keyOf={(flow) => flow.id}
      />
    </details>
  );
}
