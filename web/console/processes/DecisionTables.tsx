/* The decision tables of a version: the conditions of each rule on the left, what it says on the right. */

import { Link } from 'wouter';
import type { DecisionView, RuleView } from '../../shared/api/processTypes';
import { labelOf, useI18n } from '../../shared/i18n';
import { ScrolledTable, type Column } from '../../shared/Table';
import { sourceOf } from './words';

export function DecisionTables({ decisions }: { decisions: readonly DecisionView[] }) {
  const { t } = useI18n();
  if (decisions.length === 0) return <p className="empty">{t('processes.noDecisions')}</p>;
  return (
    <div className="sections">
      <p className="quiet">
        {t('processes.decisionsNote')} <Link href="~/console/parameters">{t('processes.parameters')}</Link>
      </p>
      {decisions.map((one) => (
        <DecisionTable key={one.decision} decision={one} />
      ))}
    </div>
  );
}

function DecisionTable({ decision }: { decision: DecisionView }) {
  const { t, language } = useI18n();
  const title = labelOf(decision, language) || decision.decision;
  const columns: Column<RuleView>[] = [
    { key: 'rule', title: t('processes.partRule'), cell: (rule) => <code>{rule.id}</code> },
    ...decision.inputs.map((input, n): Column<RuleView> => ({
      key: `when ${n}`,
      title: t('processes.when', { what: input }),
      cell: (rule) =>
        rule.when[n] == null ? (
          <span className="quiet">{t('processes.anything')}</span>
        ) : (
          <code>{rule.when[n]}</code>
        ),
    })),
    ...decision.outputs.map((output, n): Column<RuleView> => ({
      key: `then ${n}`,
      title: t('processes.then', { what: output }),
      cell: (rule) => <code className="outcome">{rule.then[n]}</code>,
    })),
  ];
  return (
    <section id={decision.decision} aria-label={title}>
      <h2>
        {title} <code className="quiet">{decision.decision}</code>
      </h2>
      <p className="quiet">
        {[
          decision.collects ? t('processes.hitAll') : t('processes.hitFirst'),
          decision.valid_from && t('processes.validFrom', { date: decision.valid_from }),
          decision.source && t('processes.sourceIs', { source: sourceOf(decision, language) }),
        ]
          .filter(Boolean)
          .join(language === 'en' ? ' · ' : '；')}
      </p>
      <ScrolledTable label={title} columns={columns} rows={decision.rules} keyOf={(rule) => rule.id} />
    </section>
  );
}
