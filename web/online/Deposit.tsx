/* One placed deposit: its terms, what taking it out today would pay, and the taking out. */

import { useState } from 'react';
import { get } from '../shared/api/client';
import type { DepositDetail, IfTakenToday } from '../shared/api/customerTypes';
import type { DepositView } from '../shared/api/types';
import { useI18n, type Key } from '../shared/words';
import { showDecimal } from '../shared/money';
import { useLoad } from '../shared/useLoad';
import { Back } from './Account';
import { showDay } from './dates';
import { instructionOf } from './Deposits';
import { plainRate, tenorOf } from './Home';
import { AccountNumber, Eye, Money, useMine } from './money';
import { Button, Facts, Failed, Notice, OtherFaults, Title, Unknown, Waiting } from './parts';
import { useRequest } from './useRequest';

export function Deposit({ place }: { place: number }) {
  const { t } = useI18n();
  const { deposits } = useMine();
  if (deposits.error) return <Failed error={deposits.error} onAgain={deposits.reload} />;
  if (!deposits.value) return <Waiting />;
  const found = deposits.value[place - 1];
  if (!found) return <Notice kind="plain" title={t('online.account.unknown')} />;
  return <Open key={found.number} found={found} />;
}

function Open({ found }: { found: DepositView }) {
  const { t, language } = useI18n();
  const path = `/v1/my/deposits/${found.number}`;
  const { value, error, reload } = useLoad(path, () => get<DepositDetail>(path));
  const today = value?.today ?? null;
  return (
    <>
      <Title back={<Back href="/deposits" />}>{t('online.deposit')}</Title>
      <section className="card" aria-label={t('online.deposit.terms')}>
        <p>
          <AccountNumber number={found.number} />
        </p>
        <p>
          <Money amount={found.principal} currency={found.currency} large />
        </p>
        <Facts
          rows={[
            [t('online.deposits.tenor'), tenorOf(found.tenor, t)],
            [t('online.deposits.rate'), found.rate && t('online.rate', { rate: plainRate(found.rate) })],
            [t('online.deposit.since'), showDay(found.opened_on, language)],
            [t('online.deposits.maturesOn'), found.matures_on && showDay(found.matures_on, language)],
            [t('online.deposits.instruction'), t(instructionOf(found.instruction))],
          ]}
        />
        <Eye />
      </section>
      {error && <Failed error={error} onAgain={reload} />}
      {today && <TakeOut found={found} today={today} />}
    </>
  );
}

const WHYS: Record<string, Key> = {
  term: 'online.why.term',
  early: 'online.why.early',
  overdue: 'online.why.overdue',
};

function TakeOut({ found, today }: { found: DepositView; today: IfTakenToday }) {
  const { t } = useI18n();
  return (
    <section className="card stack" aria-labelledby="take-out">
      <h2 id="take-out">{t('online.deposit.takeOut')}</h2>
      {today.parts.length > 0 && <Parts today={today} />}
      <Facts
        rows={[
          [t('online.deposit.interest'), showDecimal(today.interest, found.currency)],
          [t('online.deposit.tax'), Number(today.tax) ? showDecimal(today.tax, found.currency) : null],
          [t('online.deposit.total'), <strong key="t">{showDecimal(today.total, found.currency)}</strong>],
        ]}
      />
      {today.why && (
        <Notice kind="wait" title={t('online.deposit.broken')}>
          <p>{t('online.deposit.counter')}</p>
        </Notice>
      )}
      {!today.why && <TakeAll found={found} />}
    </section>
  );
}

function TakeAll({ found }: { found: DepositView }) {
  const { t } = useI18n();
  const { reload } = useMine();
  const [sure, setSure] = useState(false);
  const errand = useRequest(`withdraw.${found.number.slice(-6)}`, 'withdraw_time_deposit', reload);
  return (
    <>
      <OtherFaults error={errand.error} names={[]} />
      {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
      <label className="tick">
        <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
        {t('online.deposit.sure')}
      </label>
      <Button
        kind="calm"
        wide
        busy={errand.progress === 'sending'}
        disabled={!sure || errand.progress === 'unknown'}
        onClick={() => errand.submit({ deposit: found.number }, [])}
      >
        {t('online.deposit.takeAll')}
      </Button>
    </>
  );
}

/** Each stretch of days with its rate. */
function Parts({ today }: { today: IfTakenToday }) {
  const { t, language } = useI18n();
  return (
    <table className="movements parts">
      <caption>{t('online.deposit.today', { day: showDay(today.date, language) })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('online.deposit.why')}</th>
          <th scope="col" className="figures">
            {t('online.deposit.days')}
          </th>
          <th scope="col" className="figures">
            {t('online.deposits.rate')}
          </th>
        </tr>
      </thead>
      <tbody>
        {today.parts.map((part) => (
          <tr key={`${part.why} ${part.from_on ?? ''}`}>
            <td>{t(WHYS[part.why] ?? 'online.why.other')}</td>
            <td className="figures">{part.days}</td>
            <td className="figures">{plainRate(part.rate)}%</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
