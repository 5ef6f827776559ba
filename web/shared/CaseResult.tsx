/* How a transaction came out, shown without being asked for: booked with its journal, refused, or waiting for somebody. */

import { Alert, Button } from 'antd';
import { get } from './api/client';
import type { CaseView, JournalView, ProblemFault, ProcessView, Values } from './api/types';
import { CaseWay, lastOf, useElementNames } from './CaseWay';
import { useFaultText } from './faults';
import { partOf, useI18n } from './i18n';
import { showMoment } from './moments';
import { Facts } from './TaskPanel';
import { useLoad } from './useLoad';

/** What the books said when they refused: kept by the case as data. */
function faultOf(kept: Values): ProblemFault {
  const code = String(kept.code);
  return { code, field: null, params: kept.params as ProblemFault['params'], message: code };
}

export function CaseResult({ shown, process }: { shown: CaseView; process: ProcessView }) {
  const { t, language } = useI18n();
  const faultText = useFaultText();
  const names = useElementNames(shown.process, shown.version);
  const journal = Number(shown.objects.journal?.at(-1) ?? 0);
  const { value: booked } = useLoad(`journal ${journal}`, async () =>
    journal ? get<JournalView>(`/v1/journals/${journal}`) : null,
  );
  const ending = shown.history.filter(
    (e) => e.lifecycle === 'completed' && e.element && names.has(lastOf(e.element)),
  );
  const last = ending.at(-1)?.element;
  const how = last ? partOf(names.get(lastOf(last)) ?? '', language) : '';
  const refused = shown.variables.fault;
  const why =
    refused && typeof refused === 'object' && !Array.isArray(refused)
      ? faultText(faultOf(refused))
      : undefined;
  const good = shown.status === 'completed' && journal > 0;
  return (
    <section className="result" aria-label={t('result.title')}>
      <Alert
        showIcon
        type={why ? 'warning' : good ? 'success' : 'info'}
        role="status"
        title={good ? t('result.booked', { how }) : t('result.ended', { how })}
        description={why}
      />
      <div className="receipt">
        <h3>{t('result.receipt')}</h3>
        <dl className="facts">
          <div>
            <dt>{t('result.transaction')}</dt>
            <dd>{partOf(process.name, language)}</dd>
          </div>
          <div>
            <dt>{t('worklist.case')}</dt>
            <dd className="figures-plain">{shown.case}</dd>
          </div>
          {booked && (
            <>
              <div>
                <dt>{t('result.journal')}</dt>
                <dd className="figures-plain">{booked.journal}</dd>
              </div>
              <div>
                <dt>{t('result.bookedOn')}</dt>
                <dd>{booked.booking_date}</dd>
              </div>
              <div>
                <dt>{t('result.at')}</dt>
                <dd>{showMoment(booked.recorded_at, language)}</dd>
              </div>
            </>
          )}
        </dl>
        <Facts shown={shown} process={process} />
        <Button className="no-print" onClick={() => window.print()}>
          {t('result.print')}
        </Button>
      </div>
      <CaseWay shown={shown} names={names} />
    </section>
  );
}
