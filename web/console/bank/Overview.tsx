/* The bank at a glance (总览): its day, what was booked, what waits, what was turned away. Everything looks again by itself. */

import { Alert, Spin } from 'antd';
import { get } from '../../shared/api/client';
import type { BusinessDaysView, VolumesView, WorkView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { useI18n } from '../../shared/i18n';
import { useLoad } from '../../shared/useLoad';
import { Refusals } from './Refusals';
import { DayTile, DepositTile, JournalTile, WaitingTile } from './tiles';
import { Flows, Transactions, Volumes } from './Volumes';
import { Queues, TimesKeptTable } from './Work';

const DAYS = 28;
const LOOK_AGAIN_MS = 10_000;

export default function Overview() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const day = useLoad(
    'overview day',
    () => get<BusinessDaysView>('/v1/business-days?limit=5'),
    LOOK_AGAIN_MS,
  );
  const volumes = useLoad(
    'overview volumes',
    () => get<VolumesView>(`/v1/overview/volumes?days=${DAYS}`),
    LOOK_AGAIN_MS,
  );
  const work = useLoad('overview work', () => get<WorkView>(`/v1/overview/work?days=${DAYS}`), LOOK_AGAIN_MS);
  const error = day.error ?? volumes.error ?? work.error;
  const branch = volumes.value?.branch;
  return (
    <section className="place overview" aria-label={t('console.overview')}>
      <div className="place-head">
        <h1>{t('console.overview')}</h1>
        {volumes.value && (
          <span className="quiet">{branch ? t('overview.ofBranch', { branch }) : t('overview.ofBank')}</span>
        )}
      </div>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!volumes.value && !error && <Spin />}
      <div className="tiles">
        {day.value && <DayTile days={day.value} />}
        {volumes.value && <JournalTile volumes={volumes.value} />}
        {volumes.value && <DepositTile volumes={volumes.value} />}
        {work.value && <WaitingTile work={work.value} />}
      </div>
      <div className="halves">
        {volumes.value && <Volumes volumes={volumes.value} />}
        {volumes.value && <Flows volumes={volumes.value} />}
      </div>
      <div className="halves">
        {volumes.value && <Transactions volumes={volumes.value} days={DAYS} />}
        {work.value && <Queues work={work.value} />}
      </div>
      {work.value && <Refusals work={work.value} />}
      {work.value && <TimesKeptTable work={work.value} />}
    </section>
  );
}
