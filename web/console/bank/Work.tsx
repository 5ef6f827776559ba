/* How the work stands: what waits for whom, whether times are kept. */

import { useMemo } from 'react';
import { Tag } from 'antd';
import type { QueueLine, TimesKept, WorkView } from '../../shared/api/consoleTypes';
import { useI18n } from '../../shared/i18n';
import { showMoment } from '../../shared/moments';
import { ScrolledTable, type Column } from '../../shared/Table';
import { useProcessNames } from '../../shared/useProcessNames';
import { useRoleNames } from '../../shared/useRoleNames';
import { perCent } from '../figures';

export function Queues({ work }: { work: WorkView }) {
  const { t, language } = useI18n();
  const roleName = useRoleNames();
  const columns = useMemo<Column<QueueLine>[]>(
    () => [
      {
        key: 'role',
        title: t('worklist.role'),
        cell: (queue) => (queue.role ? roleName(queue.role) : t('role.anybody')),
      },
      { key: 'branch', title: t('worklist.branch'), cell: (queue) => queue.branch },
      {
        key: 'tasks',
        title: t('overview.tasks'),
        cell: (queue) => queue.tasks,
        figures: true,
        by: (queue) => queue.tasks,
      },
      { key: 'claimed', title: t('overview.claimed'), cell: (queue) => queue.claimed, figures: true },
      {
        key: 'overdue',
        title: t('overview.late'),
        cell: (queue) => (queue.overdue > 0 ? <Tag className="tag-bad">{queue.overdue}</Tag> : 0),
        figures: true,
        by: (queue) => queue.overdue,
      },
      {
        key: 'due',
        title: t('overview.firstDue'),
        cell: (queue) => (queue.first_due ? showMoment(queue.first_due, language) : t('worklist.noLimit')),
        by: (queue) => queue.first_due,
      },
    ],
    [t, language, roleName],
  );
  return (
    <section className="card" aria-label={t('overview.queues')}>
      <h2>{t('overview.queues')}</h2>
      {work.queues.length === 0 ? (
        <p className="empty">{t('worklist.none')}</p>
      ) : (
        <ScrolledTable
          className="wrapped"
          label={t('overview.queues')}
          columns={columns}
          rows={work.queues}
          keyOf={(queue) => `${queue.role} ${queue.branch}`}
        />
      )}
    </section>
  );
}

export function TimesKeptTable({ work }: { work: WorkView }) {
  const { t } = useI18n();
  const roleName = useRoleNames();
  const processName = useProcessNames();
  const columns = useMemo<Column<TimesKept>[]>(
    () => [
      { key: 'process', title: t('worklist.process'), cell: (one) => processName(one.process) },
      {
        key: 'role',
        title: t('worklist.role'),
        cell: (one) => (one.role ? roleName(one.role) : t('role.anybody')),
      },
      {
        key: 'done',
        title: t('overview.done'),
        cell: (one) => one.done,
        figures: true,
        by: (one) => one.done,
      },
      {
        key: 'kept',
        title: t('overview.inTime'),
        cell: (one) => perCent(one.in_time, one.done),
        figures: true,
        by: (one) => Math.floor((one.in_time * 1000) / one.done),
      },
    ],
    [t, roleName, processName],
  );
  /* Where times are kept least comes first. */
  const late = (one: TimesKept) => Math.floor(((one.done - one.in_time) * 1000) / one.done);
  const rows = [...work.times_kept].sort((a, b) => late(b) - late(a) || b.done - a.done);
  const done = work.times_kept.reduce((sum, one) => sum + one.done, 0);
  const kept = work.times_kept.reduce((sum, one) => sum + one.in_time, 0);
  return (
    <section className="card" aria-label={t('overview.timesKept')}>
      <h2>{t('overview.timesKept')}</h2>
      {done === 0 ? (
        <p className="empty">{t('overview.noTimes', { days: work.days })}</p>
      ) : (
        <>
          <p>{t('overview.timesKeptIn', { share: perCent(kept, done), done, days: work.days })}</p>
          <ScrolledTable
            label={t('overview.timesKept')}
            columns={columns}
            rows={rows}
            keyOf={(one) => `${one.process} ${one.role}`}
          />
        </>
      )}
    </section>
  );
}
