/* What the bank sells today, what it would bring, and the placing of it. */

import { useEffect, useState } from 'react';
import { type ApiError, asApiError, get, newKey, post } from '../shared/api/client';
import type { DepositOfferView, DepositQuote } from '../shared/api/customerTypes';
import type { Values } from '../shared/api/types';
import { useDraft } from '../shared/drafts';
import { labelOf, useI18n, type Key } from '../shared/words';
import { parseAmount, plainAmount, showDecimal } from '../shared/money';
import { useLoad } from '../shared/useLoad';
import { AccountChoice } from './AccountChoice';
import { showDay } from './dates';
import { DepositCards, plainRate, tenorOf } from './Home';
import { useMine } from './money';
import { Button, Echo, Facts, Failed, Field, faultsOf, OtherFaults, Title, Unknown, Waiting } from './parts';
import { useRequest } from './useRequest';
import { useVisit } from './visit';

const INSTRUCTIONS: Record<string, Key> = {
  stay: 'online.instruction.stay',
  pay_out: 'online.instruction.pay_out',
  principal: 'online.instruction.principal',
  principal_and_interest: 'online.instruction.principal_and_interest',
};
const PAUSE_MS = 350;
const NAMES = ['account', 'product', 'tenor', 'amount', 'instruction'];

export function instructionOf(name: string): Key {
  return INSTRUCTIONS[name] ?? 'online.instruction.stay';
}

export function Deposits() {
  const { t } = useI18n();
  const { accounts, deposits } = useMine();
  const offers = useLoad('deposit offers', () =>
    get<DepositOfferView[]>('/v1/my/deposit-offers').then(usualFirst),
  );
  return (
    <>
      <Title>{t('online.deposits')}</Title>
      <section aria-labelledby="mine">
        <h2 id="mine">{t('online.deposits.mine')}</h2>
        {deposits.error && <Failed error={deposits.error} onAgain={deposits.reload} />}
        <DepositCards />
      </section>
      <section aria-labelledby="place">
        <h2 id="place">{t('online.deposits.place')}</h2>
        {offers.error && <Failed error={offers.error} onAgain={offers.reload} />}
        {(!offers.value || !accounts.value) && !offers.error && <Waiting />}
        {offers.value && accounts.value && (
          <Place offers={offers.value} first={accounts.value[0]?.number ?? ''} />
        )}
      </section>
    </>
  );
}

/** What most people ask for comes first. */
function usualFirst(offers: DepositOfferView[]): DepositOfferView[] {
  const usual = offers.filter((one) => one.kind === 'time');
  return [...usual, ...offers.filter((one) => !usual.includes(one))];
}

type Filled = { account: string; product: string; tenor: string; amount: string; instruction: string };

function Place({ offers, first }: { offers: readonly DepositOfferView[]; first: string }) {
  const { t, language } = useI18n();
  const { visit } = useVisit();
  const { reload } = useMine();
  const [filled, keep, drop] = useDraft<Filled>(visit.customer, 'deposit', () => ({
    account: first,
    product: offers[0]?.product ?? '',
    tenor: offers[0]?.tenor ?? '',
    amount: '',
    instruction: offers[0]?.instructions[0] ?? 'stay',
  }));
  const products = offers.filter(
    (one, at) => offers.findIndex((other) => other.product === one.product) === at,
  );
  const tenors = offers.filter((one) => one.product === filled.product);
  const chosen = tenors.find((one) => one.tenor === filled.tenor) ?? tenors[0];
  const minor = parseAmount(filled.amount);
  const quote = useQuote(filled, minor);
  const errand = useRequest('deposit', 'open_time_deposit', () => {
    drop();
    reload();
  });
  const choose = (one: DepositOfferView) =>
    keep({
      ...filled,
      product: one.product,
      tenor: one.tenor,
      instruction: one.instructions.includes(filled.instruction)
        ? filled.instruction
        : (one.instructions[0] ?? 'stay'),
    });
  const error = errand.error ?? quote.error;
  if (!chosen) return <p className="empty">{t('online.deposits.nothing')}</p>;
  return (
    <form
      className="stack card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (quote.value) errand.submit({ ...formOf(filled), rate: quote.value.rate }, []);
      }}
    >
      <OtherFaults error={error} names={NAMES} />
      <Field label={t('online.deposits.product')} faults={faultsOf(error, 'product')}>
        {(common) => (
          <select
            {...common}
            value={filled.product}
            onChange={(event) => {
              const next = offers.find((one) => one.product === event.target.value);
              if (next) choose(next);
            }}
          >
            {products.map((one) => (
              <option key={one.product} value={one.product}>
                {labelOf(one, language)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <fieldset className="choices rates">
        <legend>{t('online.deposits.tenor')}</legend>
        {tenors.map((one) => (
          <label key={one.tenor} className={one === chosen ? 'choice chosen' : 'choice'}>
            <input type="radio" name="tenor" checked={one === chosen} onChange={() => choose(one)} />
            <span>{tenorOf(one.tenor, t)}</span>
            <strong>{t('online.rate', { rate: plainRate(one.rate) })}</strong>
          </label>
        ))}
      </fieldset>
      <Field
        label={t('online.deposits.amount')}
        faults={faultsOf(error, 'amount')}
        hint={
          <>
            <Echo minor={minor} />
            <p className="quiet">{t('online.deposits.least', { least: showDecimal(chosen.least) })}</p>
          </>
        }
      >
        {(common) => (
          <input
            {...common}
            className="amount-input"
            inputMode="decimal"
            autoComplete="off"
            value={filled.amount}
            onChange={(event) => keep({ ...filled, amount: event.target.value })}
          />
        )}
      </Field>
      <AccountChoice
        label={t('online.deposits.from')}
        value={filled.account}
        faults={faultsOf(error, 'account')}
        onChange={(account) => keep({ ...filled, account })}
      />
      {chosen.instructions.length > 1 && (
        <fieldset className="choices">
          <legend>{t('online.deposits.instruction')}</legend>
          {chosen.instructions.map((one) => (
            <label key={one} className={filled.instruction === one ? 'choice chosen' : 'choice'}>
              <input
                type="radio"
                name="instruction"
                checked={filled.instruction === one}
                onChange={() => keep({ ...filled, instruction: one })}
              />
              {t(instructionOf(one))}
            </label>
          ))}
        </fieldset>
      )}
      <div aria-live="polite">{quote.value && <Quoted quote={quote.value} />}</div>
      {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
      <Button
        type="submit"
        wide
        busy={errand.progress === 'sending'}
        disabled={!quote.value || errand.progress === 'unknown'}
      >
        {t('online.deposits.agree')}
      </Button>
    </form>
  );
}

function formOf(filled: Filled): Values {
  const minor = parseAmount(filled.amount);
  const form: Values = {
    account: filled.account,
    product: filled.product,
    amount: minor === null ? filled.amount : plainAmount(minor),
    instruction: filled.instruction,
  };
  if (filled.tenor) form.tenor = filled.tenor;
  return form;
}

/** What the bank would give for it now; asked a moment after the last key. */
function useQuote(filled: Filled, minor: bigint | null) {
  const what = JSON.stringify(formOf(filled));
  const [state, setState] = useState<{ what: string; value: DepositQuote | null; error: ApiError | null }>({
    what: '',
    value: null,
    error: null,
  });
  const ready = minor !== null && minor > 0n && filled.account !== '';
  useEffect(() => {
    if (!ready) return undefined;
    let wanted = true;
    const timer = window.setTimeout(() => {
      post<DepositQuote>('/v1/my/deposit-quotes', JSON.parse(what), newKey())
        .then((value) => wanted && setState({ what, value, error: null }))
        .catch((failed: unknown) => wanted && setState({ what, value: null, error: asApiError(failed) }));
    }, PAUSE_MS);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [what, ready]);
  return ready && state.what === what ? state : { value: null, error: null };
}

function Quoted({ quote }: { quote: DepositQuote }) {
  const { t, language } = useI18n();
  return (
    <div className="quote">
      <Facts
        rows={[
          [t('online.deposits.rate'), t('online.rate', { rate: plainRate(quote.rate) })],
          [t('online.deposits.maturesOn'), quote.matures_on && showDay(quote.matures_on, language)],
          [t('online.deposits.interest'), quote.interest && <strong>{showDecimal(quote.interest)}</strong>],
          [t('online.deposit.tax'), Number(quote.tax) ? showDecimal(quote.tax ?? '') : null],
          [t('online.transfer.fee'), Number(quote.fee) ? showDecimal(quote.fee) : null],
        ]}
      />
    </div>
  );
}
