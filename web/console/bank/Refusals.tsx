/* What was turned away, and why: requests refused at once, and cases that ended with a refusal. */

import { useMemo } from 'react';
import type { RefusalCount, WorkView } from '../../shared/api/consoleTypes';
import { channelName } from '../../shared/channels';
import { useI18n, type Key } from '../../shared/i18n';
import { showMoment } from '../../shared/moments';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useProcessNames } from '../../shared/useProcessNames';
import { inGeneral } from '../figures';
import { subjectOf } from './asked';

const STAGES: Record<RefusalCount['stage'], Key> = {
  no_case: 'overview.stageNone',
  in_case: 'overview.stageIn',
  end_of_case: 'overview.stageEnd',
};

export function Refusals({ work }: { work: WorkView }) {
  const { t, language, refusal } = useI18n();
  const processName = useProcessNames();
  const columns = useMemo<Column<RefusalCount>[]>(() => {
    const asked = ({ operation, process }: RefusalCount) => {
      const parts = process === null ? [] : [processName(process)];
      if (operation !== null) {
        const { subject, looking } = subjectOf(operation);
        parts.push(looking ? t('asked.looking', { what: t(subject) }) : t(subject));
      }
      return parts.join(' · ');
    };
    return [
      {
        key: 'code',
        title: t('overview.why'),
        cell: (one) => (
          <>
            {inGeneral(refusal(one.code, {}) ?? t('overview.otherReason'))}{' '}
            <span className="code">{one.code}</span>
          </>
        ),
      },
      { key: 'asked', title: t('overview.asked'), cell: asked, by: asked },
      {
        key: 'channel',
        title: t('overview.channel'),
        cell: (one) => (one.channel === null ? t('overview.stranger') : channelName(one.channel, t)),
      },
      {
        key: 'stage',
        title: t('overview.stage'),
        cell: (one) => t(STAGES[one.stage]),
        by: (one) => one.stage,
      },
      {
        key: 'refused',
        title: t('overview.refused'),
        cell: (one) => one.refused,
        figures: true,
        by: (one) => one.refused,
      },
      {
        key: 'last',
        title: t('overview.last'),
        cell: (one) => showMoment(one.last, language),
        by: (one) => one.last,
      },
    ];
  }, [t, language, refusal, processName]);
  return (
    <section className="card" aria-label={t('overview.refusals')}>
      <h2>{t('overview.refusals')}</h2>
      <p className="quiet">{t('overview.refusalsMore', { days: work.days, count: work.refused })}</p>
      {work.branch !== null && <p className="quiet">{t('overview.refusalsOfBranch')}</p>}
      {work.refusals.length === 0 ? (
        <p className="empty">{t('overview.noRefusal')}</p>
      ) : (
        <ScrolledTable
          className="wrapped"
          label={t('overview.refusals')}
          columns={columns}
          rows={work.refusals}
          keyOf={(one) => `${one.code} ${one.operation} ${one.process} ${one.channel} ${one.stage}`}
        />
      )}
    </section>
  );
}
