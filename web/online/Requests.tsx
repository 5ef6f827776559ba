/* All that the customer has asked for, and all that they may ask for. */

import { useState } from 'react';
import { Link } from 'wouter';
import { type ApiError, asApiError, get } from '../shared/api/client';
import type { MyCaseLine, MyCases } from '../shared/api/customerTypes';
import { partOf, useI18n } from '../shared/words';
import { useLoad } from '../shared/useLoad';
import { stateOf, RUNNING } from './CasePage';
import { showTime } from './dates';
import { useOffers } from './NewRequest';
import { Button, Failed, Title, Waiting } from './parts';

/** Where a request has a page of its own. */
const PAGES: Record<string, string> = {
  transfer: '/transfer',
  open_time_deposit: '/deposits',
  open_second_account: '/account-new',
};
/** What is begun from what it is about. */
const ELSEWHERE = new Set([
  'transfer_cancellation',
  'complaint_withdrawal',
  'cancel_standing_order',
  'withdraw_time_deposit',
]);

export function Requests() {
  const { t, language } = useI18n();
  const first = useLoad('cases', () => get<MyCases>('/v1/my/cases?limit=30'));
  const offers = useOffers();
  const [older, setOlder] = useState<MyCases | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const lines = [...(first.value?.cases ?? []), ...(older?.cases ?? [])];
  const next = older ? older.next : (first.value?.next ?? null);
  const readOn = () => {
    setError(null);
    get<MyCases>(`/v1/my/cases?limit=30&before=${next}`)
      .then((page) => setOlder({ cases: [...(older?.cases ?? []), ...page.cases], next: page.next }))
      .catch((failed: unknown) => setError(asApiError(failed)));
  };
  return (
    <>
      <Title>{t('online.requests')}</Title>
      <section aria-labelledby="ask-for">
        <h2 id="ask-for">{t('online.requests.new')}</h2>
        {offers.error && <Failed error={offers.error} onAgain={offers.reload} />}
        <ul className="offers">
          {offers.value
            ?.filter((one) => !ELSEWHERE.has(one.process))
            .map((one) => (
              <li key={one.process}>
                <Link href={PAGES[one.process] ?? `/requests/new/${one.process}`} className="offer">
                  {partOf(one.name, language)}
                </Link>
              </li>
            ))}
        </ul>
      </section>
      <section aria-labelledby="asked-for">
        <h2 id="asked-for">{t('online.requests.mine')}</h2>
        {first.error && <Failed error={first.error} onAgain={first.reload} />}
        {!first.value && !first.error && <Waiting />}
        {first.value && lines.length === 0 && <p className="empty">{t('online.requests.none')}</p>}
        <ul className="cards">
          {lines.map((one) => (
            <Line key={one.case} line={one} />
          ))}
        </ul>
        {error && <Failed error={error} />}
        {next !== null && (
          <Button kind="calm" wide onClick={readOn}>
            {t('online.movements.older')}
          </Button>
        )}
      </section>
    </>
  );
}

function Line({ line }: { line: MyCaseLine }) {
  const { t, language } = useI18n();
  return (
    <li>
      <Link href={`/requests/${line.case}`} className="card card-link">
        <span className="card-line">
          <strong>{partOf(line.name, language)}</strong>
          <span className={line.status === RUNNING ? 'mark mark-waits' : 'mark'}>
            {t(stateOf(line.status))}
          </span>
        </span>
        <span className="quiet">{showTime(line.started_at, language)}</span>
      </Link>
    </li>
  );
}
