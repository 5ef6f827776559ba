/* The bank's days and how far each close has come (日终). The worker closes them; a person cuts off and tries again. */

import { useMemo } from 'react';
import { Alert, Spin, Tag } from 'antd';
import { Link, Route, Switch, useLocation } from 'wouter';
import { get, post } from '../../shared/api/client';
import type { BusinessDayView, BusinessDaysView, DayEndStepView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { labelOf, type Key, useI18n } from '../../shared/i18n';
import { showMoment } from '../../shared/moments';
import { Rows } from '../../shared/Rows';
import { useSession } from '../../shared/session';
import { ScrolledTable, Table, type Column } from '../../shared/Table';
import { useErrand } from '../../shared/useErrand';
import { useLoad } from '../../shared/useLoad';
import { Confirmed } from '../Confirmed';
import { Progress } from '../Progress';

const LOOK_AGAIN_MS = 5_000;
const DAYS = 60;
const MAY_RUN = 'day_end_run';

export default function Days() {
  return (
    <Switch>
      <Route path="/:date">{(found) => <Day key={found.date} date={found.date} />}</Route>
      <Route>
        <List />
      </Route>
    </Switch>
  );
}

export type DayState = 'closed' | 'closing' | 'failed';
const STATES: Record<DayState, Key> = {
  closed: 'days.closed',
  closing: 'days.closing',
  failed: 'days.failed',
};
const TAGS: Record<DayState, string> = { closed: 'tag-good', closing: 'tag-risk', failed: 'tag-bad' };

export function stateOf(day: BusinessDayView): DayState {
  if (day.closed_at) return 'closed';
  return day.steps.some((step) => step.state === 'failed') ? 'failed' : 'closing';
}

export function DayTag({ day }: { day: BusinessDayView }) {
  const { t } = useI18n();
  const state = stateOf(day);
  return <Tag className={TAGS[state]}>{t(STATES[state])}</Tag>;
}

function done(day: BusinessDayView): number {
  return day.steps.filter((step) => step.state === 'done').length;
}

function List() {
  const { t, language } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const [, goTo] = useLocation();
  const { value, error, reload } = useLoad(
    'days',
    () => get<BusinessDaysView>(`/v1/business-days?limit=${DAYS}`),
    LOOK_AGAIN_MS,
  );
  const columns = useMemo<Column<BusinessDayView>[]>(
    () => [
      {
        key: 'date',
        title: t('days.date'),
        cell: (day) => (
          <Link href={`/${day.date}`} tabIndex={-1} className="link-button">
            {day.date}
          </Link>
        ),
        by: (day) => day.date,
      },
      { key: 'state', title: t('days.state'), cell: (day) => <DayTag day={day} /> },
      {
        key: 'progress',
        title: t('days.progress'),
        cell: (day) => <Progress done={done(day)} of={day.steps.length} label={t('days.progress')} />,
      },
      { key: 'cut', title: t('days.cutAt'), cell: (day) => showMoment(day.cut_at, language), wide: true },
      {
        key: 'closed',
        title: t('days.closedAt'),
        cell: (day) => day.closed_at && showMoment(day.closed_at, language),
        wide: true,
      },
    ],
    [t, language],
  );
  return (
    <section className="place" aria-label={t('console.days')}>
      <div className="place-head">
        <h1>{t('console.days')}</h1>
      </div>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value && (
        <>
          <div className="card">
            <div className="day-now">
              <span className="quiet">{t('days.bookedOn')}</span>
              <strong className="day-date">{value.business_date}</strong>
              {value.calendar_ends_soon && (
                <Tag className="tag-risk">{t('days.calendarEnds', { date: value.calendar_until })}</Tag>
              )}
            </div>
            {me.permissions.includes(MAY_RUN) && <CutOff date={value.business_date} onDone={reload} />}
          </div>
          {value.days.length === 0 ? (
            <p className="empty">{t('days.none')}</p>
          ) : (
            <Table
              label={t('days.table')}
              columns={columns}
              rows={value.days}
              keyOf={(day) => day.date}
              onOpen={(day) => goTo(`/${day.date}`)}
            />
          )}
        </>
      )}
    </section>
  );
}

function CutOff({ date, onDone }: { date: string; onDone: () => void }) {
  const { t } = useI18n();
  const { me } = useSession();
  const errand = useErrand(
    me.number,
    `cut-off.${date}`,
    (form, key) => post<BusinessDayView>('/v1/business-days', form, key),
    onDone,
  );
  return (
    <Confirmed
      text={t('days.cutOff', { date })}
      warning={t('days.cutOffWarning', { date })}
      errand={errand}
      onConfirmed={() => errand.submit({ date }, [])}
    />
  );
}

function Day({ date }: { date: string }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const { value, error, reload } = useLoad(
    `day ${date}`,
    () => get<BusinessDayView>(`/v1/business-days/${date}`),
    LOOK_AGAIN_MS,
  );
  const errand = useErrand(
    me.number,
    `resume.${date}`,
    (_form, key) => post<BusinessDayView>(`/v1/business-days/${date}/resumption`, undefined, key),
    reload,
  );
  return (
    <section className="place" aria-label={date}>
      <div className="place-head">
        <Link href="/">{t('console.days')}</Link>
        <h1>{date}</h1>
        {value && <DayTag day={value} />}
      </div>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value && (
        <>
          <Rows
            className="facts"
            rows={[
              [t('days.cutAt'), showMoment(value.cut_at, language)],
              [t('days.closedAt'), value.closed_at && showMoment(value.closed_at, language)],
              [
                t('days.progress'),
                <Progress
                  key="progress"
                  done={done(value)}
                  of={value.steps.length}
                  label={t('days.progress')}
                />,
              ],
            ]}
          />
          <Steps steps={value.steps} />
          {stateOf(value) === 'failed' && me.permissions.includes(MAY_RUN) && (
            <Confirmed
              text={t('days.resume')}
              warning={t('days.resumeWarning')}
              errand={errand}
              onConfirmed={() => errand.submit({}, [])}
            />
          )}
        </>
      )}
    </section>
  );
}

const STEP_STATES: Record<string, readonly [Key, string]> = {
  waiting: ['days.stepWaiting', ''],
  running: ['days.stepRunning', 'tag-risk'],
  done: ['days.stepDone', 'tag-good'],
  failed: ['days.failed', 'tag-bad'],
};

function Steps({ steps }: { steps: readonly DayEndStepView[] }) {
  const { t, language, refusal } = useI18n();
  const columns: Column<DayEndStepView>[] = [
    { key: 'step', title: t('days.step'), cell: (step) => labelOf(step, language) },
    {
      key: 'state',
      title: t('days.state'),
      cell: (step) => {
        const [title, className] = STEP_STATES[step.state] ?? (['days.stepWaiting', ''] as const);
        return <Tag className={className}>{t(title)}</Tag>;
      },
    },
    { key: 'handled', title: t('days.handled'), cell: (step) => step.handled, figures: true },
    {
      key: 'began',
      title: t('days.began'),
      cell: (step) => step.started_at && showMoment(step.started_at, language),
    },
    {
      key: 'ended',
      title: t('days.ended'),
      cell: (step) => step.ended_at && showMoment(step.ended_at, language),
    },
    {
      key: 'fault',
      title: t('days.fault'),
      cell: (step) => step.fault && `${refusal(step.fault, step.fault_params) ?? ''} (${step.fault})`,
    },
  ];
  return <ScrolledTable label={t('days.steps')} columns={columns} rows={steps} keyOf={(step) => step.name} />;
}
