/* How a transaction came out, shown without being asked for: booked with its journal, refused, or ended without booking. */

import { Alert, Button } from 'antd';
import { get } from './api/client';
import type { CaseView, JournalView, ProblemFault, ProcessView, Values } from './api/types';
import { CaseWay, lastOf, useElementNames } from './CaseWay';
import { useFaultText } from './faults';
import { partOf, useI18n } from './i18n';
import { largestOf } from './money';
import { showMoment } from './moments';
import { PrintReceipt } from './receipts';
import { Rows, type Row } from './Rows';
import { factsOf } from './TaskPanel';
import { useLoad } from './useLoad';
import { useSession } from './session';

/** What the books said when they refused: kept by the case as data. */
function faultOf(kept: Values): ProblemFault {
  const code = String(kept.code);
  return { code, field: null, params: kept.params as ProblemFault['params'], message: code };
}

export function CaseResult({ shown, process }: { shown: CaseView; process: ProcessView }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const names = useElementNames(shown.process, shown.version);
  const journal = Number(shown.objects.journal?.at(-1) ?? 0);
  const { value: booked } = useLoad(`journal ${journal}`, async () =>
    journal && me.permissions.includes('journal_read') ? get<JournalView>(`/v1/journals/${journal}`) : null,
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
  const good = shown.status === 'completed' && journal > 0 && !why;
  const name = partOf(process.name, language);
  const rows: Row[] = [
    [t('result.transaction'), name],
    ...factsOf(shown, process, language, t),
    [t('result.bookedOn'), booked?.booking_date],
    [t('result.at'), booked && showMoment(booked.recorded_at, language)],
    [t('worklist.case'), String(shown.case)],
    [t('case.startedBy'), shown.initiator],
  ];
  const title = good
    ? booked
      ? t('result.booked', { name, amount: largestOf(booked.entries), journal })
      : t('result.bookedBare', { name, journal })
    : t('result.ended', { name, how });
  return (
    <section className="result" aria-label={t('result.title')}>
      <Alert
        showIcon
        type={why ? 'warning' : good ? 'success' : 'info'}
        role="status"
        title={title}
        description={why}
      />
      <div className="receipt">
        <h3>{journal > 0 ? t('result.receipt') : t('result.summary')}</h3>
        <Rows className="slip" rows={rows} />
        {journal > 0 &&
          (me.permissions.includes('receipt_print') ? (
            <PrintReceipt journal={journal} />
          ) : (
            <Button className="no-print" onClick={() => window.print()}>
              {t('result.print')}
            </Button>
          ))}
      </div>
      <details className="no-print">
        <summary>{t('case.way')}</summary>
        <CaseWay shown={shown} names={names} />
      </details>
    </section>
  );
}
