/* The few figures that a manager wants first. */

import type { ReactNode } from 'react';
import { Tag } from 'antd';
import { Link } from 'wouter';
import type { BusinessDaysView, VolumesView, WorkView } from '../../shared/api/consoleTypes';
import { channelName } from '../../shared/channels';
import { useI18n } from '../../shared/i18n';
import { isFor } from '../../shared/places';
import { useSession } from '../../shared/session';
import { parseAmount, showAmount, showDecimal } from '../../shared/money';
import { PAGES } from '../pages';
import { Progress } from '../Progress';
import { DayTag, stateOf } from './Days';

const INCIDENTS = '/incidents';

interface Props {
  title: string;
  figure: ReactNode;
  children?: ReactNode;
}

function Tile({ title, figure, children }: Props) {
  return (
    <section className="card tile" aria-label={title}>
      <h2>{title}</h2>
      <p className="tile-figure">{figure}</p>
      {children && <div className="tile-more quiet">{children}</div>}
    </section>
  );
}

/** The day that is booked on, and the days before it that are not closed yet. */
export function DayTile({ days }: { days: BusinessDaysView }) {
  const { t } = useI18n();
  const open = days.days.filter((day) => stateOf(day) !== 'closed');
  const [closed] = days.days.filter((day) => stateOf(day) === 'closed');
  return (
    <Tile title={t('days.bookedOn')} figure={days.business_date}>
      {open.map((day) => (
        <p key={day.date} className="tile-line">
          <Link href={`~/console/days/${day.date}`}>{day.date}</Link> <DayTag day={day} />
          <Progress
            done={day.steps.filter((step) => step.state === 'done').length}
            of={day.steps.length}
            label={t('days.progress')}
          />
        </p>
      ))}
      {closed && <p>{t('overview.closedThrough', { date: closed.date })}</p>}
      {!closed && open.length === 0 && <p>{t('days.none')}</p>}
      {days.calendar_ends_soon && (
        <Tag className="tag-risk">{t('days.calendarEnds', { date: days.calendar_until })}</Tag>
      )}
    </Tile>
  );
}

export function JournalTile({ volumes }: { volumes: VolumesView }) {
  const { t } = useI18n();
  const today = volumes.days.at(-1);
  const before = volumes.days.slice(0, -1).filter((day) => day.journals > 0);
  const mean = before.length
    ? Math.round(before.reduce((sum, day) => sum + day.journals, 0) / before.length)
    : null;
  const channels = Object.entries(today?.channels ?? {});
  return (
    <Tile title={t('overview.journalsToday')} figure={today?.journals ?? 0}>
      {mean !== null && <p>{t('overview.mean', { count: mean, days: before.length })}</p>}
      {channels.length > 0 && (
        <p>{channels.map(([channel, count]) => `${channelName(channel, t)} ${count}`).join(' · ')}</p>
      )}
    </Tile>
  );
}

export function DepositTile({ volumes }: { volumes: VolumesView }) {
  const { t } = useI18n();
  const today = volumes.flows.filter((flow) => flow.date === volumes.business_date);
  const [main, ...others] = volumes.balances;
  return (
    <Tile title={t('overview.deposits')} figure={main ? showDecimal(main.balance, main.currency) : '0.00'}>
      {others.map((one) => (
        <p key={one.currency}>
          {one.currency} {showDecimal(one.balance, one.currency)}
        </p>
      ))}
      {today.map((flow) => {
        const net =
          (parseAmount(flow.came, flow.currency) ?? 0n) - (parseAmount(flow.went, flow.currency) ?? 0n);
        return (
          <p key={flow.currency}>
            {t('overview.netToday', {
              amount: `${flow.currency} ${net > 0n ? '+' : ''}${showAmount(net, flow.currency)}`,
            })}
          </p>
        );
      })}
    </Tile>
  );
}

export function WaitingTile({ work }: { work: WorkView }) {
  const { t } = useI18n();
  const { me } = useSession();
  const page = PAGES.find((one) => one.path === INCIDENTS && isFor(me, one));
  const sum = (of: (queue: WorkView['queues'][number]) => number) =>
    work.queues.reduce((total, queue) => total + of(queue), 0);
  const overdue = sum((queue) => queue.overdue);
  return (
    <Tile title={t('overview.waiting')} figure={sum((queue) => queue.tasks)}>
      <p>
        {overdue > 0 ? (
          <Tag className="tag-bad">{t('overview.overdue', { count: overdue })}</Tag>
        ) : (
          <Tag className="tag-good">{t('overview.noneOverdue')}</Tag>
        )}
      </p>
      <p>
        {work.incidents > 0 ? (
          <>
            <Tag className="tag-bad">{t('overview.incidents', { count: work.incidents })}</Tag>
            {page && <Link href={`~/console${page.path}`}>{t(page.title)}</Link>}
          </>
        ) : (
          t('overview.noIncident')
        )}
      </p>
    </Tile>
  );
}
