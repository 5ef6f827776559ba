/* A transfer: filled in, looked at as the bank will do it, then sent. The bank asks for the second factor afterwards, in the
   case itself, over what it shows there. */

import { useState } from 'react';
import { Link } from 'wouter';
import { type ApiError, asApiError, newKey, post } from '../shared/api/client';
import type { TransferPreview } from '../shared/api/customerTypes';
import type { Values } from '../shared/api/types';
import { amountInWords } from '../shared/amountInWords';
import { useDraft } from '../shared/drafts';
import { useI18n, type Key } from '../shared/words';
import { parseAmount, plainAmount, showAmount, showDecimal } from '../shared/money';
import { showTime } from './dates';
import { AccountChoice } from './AccountChoice';
import { grouped, useMine } from './money';
import {
  Button,
  Echo,
  Facts,
  Failed,
  Field,
  faultsOf,
  Notice,
  OtherFaults,
  RENMINBI,
  Title,
  Unknown,
  Waiting,
} from './parts';
import { cannotSign, SigningMissing, useSigning } from './signing';
import { useRequest } from './useRequest';
import { useVisit } from './visit';

type Filled = { payer: string; payee: string; amount: string; execution: string; memo: string };
const WHEN: Record<string, Key> = {
  realtime: 'online.transfer.realtime',
  normal: 'online.transfer.normal',
  next_day: 'online.transfer.nextDay',
};
const NAMES = ['payer', 'payee', 'amount', 'execution', 'memo'];
const FACTORS: Record<string, Key> = {
  none: 'online.transfer.factorNone',
  one_time_password: 'online.transfer.factorCode',
  signature: 'online.transfer.factorPasskey',
};

export function Transfer() {
  const { accounts } = useMine();
  if (accounts.error) return <Failed error={accounts.error} onAgain={accounts.reload} />;
  if (!accounts.value) return <Waiting />;
  return <Filling first={accounts.value[0]?.number ?? ''} />;
}

function Filling({ first }: { first: string }) {
  const { t } = useI18n();
  const { visit } = useVisit();
  const { reload } = useMine();
  const [filled, keep, drop] = useDraft<Filled>(visit.customer, 'transfer', () => ({
    payer: first,
    payee: '',
    amount: '',
    execution: 'realtime',
    memo: '',
  }));
  const [seen, setSeen] = useState<TransferPreview | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const errand = useRequest('transfer', 'transfer', () => {
    drop();
    reload();
  });
  const look = () => {
    if (busy) return;
    setBusy(true);
    setError(null);
    const { memo: _, ...asked } = formOf(filled);
    post<TransferPreview>('/v1/my/transfer-previews', asked, newKey())
      .then(setSeen)
      .catch((failed: unknown) => setError(asApiError(failed)))
      .finally(() => setBusy(false));
  };
  if (seen)
    return (
      <Looking
        filled={filled}
        seen={seen}
        error={errand.error}
        sending={errand.progress === 'sending'}
        unknown={errand.progress === 'unknown'}
        onAgain={errand.again}
        onBack={() => setSeen(null)}
        onSend={() => errand.submit(formOf(filled), [])}
      />
    );
  return (
    <>
      <Title>{t('online.transfer')}</Title>
      {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
      {errand.progress === 'sending' && <Waiting />}
      <FillIn filled={filled} error={error ?? errand.error} busy={busy} onChange={keep} onNext={look} />
      <p>
        <Link href="/transfer/orders">{t('online.orders')}</Link>
      </p>
    </>
  );
}

/** As the API takes it. */
function formOf(filled: Filled): Values {
  const minor = parseAmount(filled.amount);
  const form: Values = {
    payer: filled.payer,
    payee: filled.payee.replace(/\s/g, ''),
    amount: minor === null ? filled.amount : plainAmount(minor),
    execution: filled.execution,
  };
  if (filled.memo.trim()) form.memo = filled.memo.trim();
  return form;
}

interface FillInProps {
  filled: Filled;
  error: ApiError | null;
  busy: boolean;
  onChange: (filled: Filled) => void;
  onNext: () => void;
}

function FillIn({ filled, error, busy, onChange, onNext }: FillInProps) {
  const { t } = useI18n();
  const set = (name: keyof Filled, value: string) => onChange({ ...filled, [name]: value });
  const minor = parseAmount(filled.amount);
  return (
    <form
      className="stack card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <OtherFaults error={error} names={NAMES} />
      <AccountChoice
        label={t('online.transfer.payer')}
        value={filled.payer}
        faults={faultsOf(error, 'payer')}
        onChange={(value) => set('payer', value)}
      />
      <Field label={t('online.transfer.payee')} faults={faultsOf(error, 'payee')}>
        {(common) => (
          <input
            {...common}
            inputMode="numeric"
            autoComplete="off"
            value={filled.payee}
            onChange={(event) => set('payee', event.target.value)}
          />
        )}
      </Field>
      <Field
        label={t('online.transfer.amount')}
        faults={faultsOf(error, 'amount')}
        hint={<Echo minor={minor} />}
      >
        {(common) => (
          <input
            {...common}
            className="amount-input"
            inputMode="decimal"
            autoComplete="off"
            value={filled.amount}
            onChange={(event) => set('amount', event.target.value)}
          />
        )}
      </Field>
      <fieldset className="choices">
        <legend>{t('online.transfer.when')}</legend>
        {Object.entries(WHEN).map(([value, label]) => (
          <label key={value} className={filled.execution === value ? 'choice chosen' : 'choice'}>
            <input
              type="radio"
              name="execution"
              value={value}
              checked={filled.execution === value}
              onChange={() => set('execution', value)}
            />
            {t(label)}
          </label>
        ))}
      </fieldset>
      <Field label={t('online.transfer.memo')} faults={faultsOf(error, 'memo')}>
        {(common) => (
          <input
            {...common}
            maxLength={200}
            autoComplete="off"
            value={filled.memo}
            onChange={(event) => set('memo', event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" wide busy={busy} disabled={!filled.payer || !filled.payee || !filled.amount}>
        {t('online.transfer.look')}
      </Button>
    </form>
  );
}

interface LookingProps {
  filled: Filled;
  seen: TransferPreview;
  error: ApiError | null;
  sending: boolean;
  unknown: boolean;
  onAgain: () => void;
  onBack: () => void;
  onSend: () => void;
}

/** What the bank says of it, to be read before it is sent. */
function Looking({ filled, seen, error, sending, unknown, onAgain, onBack, onSend }: LookingProps) {
  const { t, language } = useI18n();
  const minor = parseAmount(filled.amount) ?? 0n;
  const signing = useSigning(seen.factor === 'signature');
  const factor = FACTORS[seen.factor] ?? 'online.transfer.factorNone';
  return (
    <>
      <Title>{t('online.transfer.confirm')}</Title>
      <section className="card stack">
        <p className="sum">
          <span className="money money-large">
            <small>{RENMINBI}</small> {showAmount(minor)}
          </span>
          <span lang="zh-CN" className="echo">
            {amountInWords(minor)}
          </span>
        </p>
        <Facts
          rows={[
            [t('online.transfer.payee'), grouped(filled.payee.replace(/\s/g, ''))],
            [t('online.transfer.payeeName'), seen.own ? t('online.transfer.myself') : seen.payee_name],
            [t('online.transfer.payer'), grouped(filled.payer)],
            [t('online.transfer.fee'), Number(seen.fee) ? showDecimal(seen.fee) : t('online.transfer.noFee')],
            [
              t('online.transfer.when'),
              seen.execute_at
                ? t('online.transfer.at', { at: showTime(seen.execute_at, language) })
                : t('online.transfer.realtime'),
            ],
            [t('online.transfer.memo'), filled.memo],
            [t('online.transfer.proof'), t(factor)],
          ]}
        />
        {seen.new_payee && !seen.own && <Notice kind="wait" title={t('online.transfer.newPayee')} />}
        {minor + (parseAmount(seen.fee) ?? 0n) > (parseAmount(seen.available) ?? 0n) && (
          <Notice kind="wait" title={t('online.transfer.short')} />
        )}
        <SigningMissing signing={signing} />
        <Limits seen={seen} />
        <OtherFaults error={error} names={[]} />
        {unknown && <Unknown onAgain={onAgain} />}
        {!cannotSign(signing) && (
          <Button wide busy={sending || signing === 'looking'} disabled={unknown} onClick={onSend}>
            {t('online.transfer.send')}
          </Button>
        )}
        <Button kind="quiet" wide disabled={sending || unknown} onClick={onBack}>
          {t('online.transfer.change')}
        </Button>
      </section>
    </>
  );
}

function Limits({ seen }: { seen: TransferPreview }) {
  const { t } = useI18n();
  const rows: string[] = [t('online.transfer.available', { amount: showDecimal(seen.available) })];
  if (seen.day_limit !== null)
    rows.push(
      t('online.transfer.dayLimit', { limit: showDecimal(seen.day_limit), used: showDecimal(seen.day_used) }),
    );
  if (seen.count_limit !== null)
    rows.push(t('online.transfer.countLimit', { limit: seen.count_limit, used: seen.count_used }));
  return (
    <ul className="limits quiet">
      {rows.map((row) => (
        <li key={row}>{row}</li>
      ))}
    </ul>
  );
}
