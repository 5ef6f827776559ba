/* The door: password, second factor, and for the first time the code from the counter. */

import { useState, type ChangeEvent, type ReactNode } from 'react';
import { type ApiError, asApiError } from '../shared/api/client';
import type { TicketView, Visit } from '../shared/api/customerTypes';
import type { ProblemFault } from '../shared/api/types';
import { useI18n, type Key } from '../shared/words';
import { LanguageSwitch } from '../shared/LanguageSwitch';
import { Enrol } from './Enrol';
import { Button, Field, faultsOf, Notice, OtherFaults } from './parts';
import { answer, havePasskeys } from './passkeys';
import { activate, beginLogIn, endVisit, finishLogIn } from './session';

export type Reason = 'out' | 'idle' | 'lost' | 'enrol';
type Step = 'password' | 'factor' | 'activate' | 'enrol';

interface Props {
  reason: Reason;
  /** The customer whose page lies below. */
  known: string;
  onEntered: (visit: Visit) => void;
  onLeave: () => void;
}

const TITLES: Record<Reason, Key> = {
  out: 'online.entry.title',
  idle: 'online.entry.idle',
  lost: 'online.entry.lost',
  enrol: 'online.entry.enrol',
};

export function Entry({ reason, known, onEntered, onLeave }: Props) {
  const { t } = useI18n();
  const [step, setStep] = useState<Step>(reason === 'enrol' ? 'enrol' : 'password');
  const [customer, setCustomer] = useState(known);
  const [ticket, setTicket] = useState<TicketView | null>(null);
  const [isNew, setIsNew] = useState(false);
  const over = reason === 'idle' || reason === 'lost';
  const title: Key =
    step === 'factor'
      ? 'online.entry.factor'
      : step === 'activate'
        ? 'online.entry.activate'
        : step === 'enrol'
          ? 'online.entry.enrol'
          : TITLES[reason === 'enrol' ? 'out' : reason];
  return (
    <div
      className={over ? 'door door-over' : 'door'}
      role={over ? 'dialog' : undefined}
      aria-modal={over || undefined}
      aria-labelledby="door-title"
    >
      <main className="door-card">
        <div className="door-head">
          <span className="brand">
            <Waves />
            {t('online.brand')}
          </span>
          <LanguageSwitch />
        </div>
        <h1 id="door-title">{t(title)}</h1>
        {over && step === 'password' && <p className="quiet">{t('online.entry.nothingLost')}</p>}
        {isNew && step === 'password' && <Notice kind="good" title={t('online.entry.enrolled')} />}
        {step === 'password' && (
          <Password
            customer={customer}
            onCustomer={setCustomer}
            fixed={over}
            onTicket={(found) => {
              setTicket(found);
              setStep('factor');
            }}
          />
        )}
        {step === 'factor' && ticket && (
          <Factor ticket={ticket} onEntered={onEntered} onBack={() => setStep('password')} />
        )}
        {step === 'activate' && (
          <Activation
            onActivated={(number) => {
              setCustomer(number);
              setStep('enrol');
            }}
          />
        )}
        {step === 'enrol' && (
          <Enrol
            proof={{}}
            onDone={() => {
              void endVisit().catch(() => undefined);
              setIsNew(true);
              setStep('password');
            }}
          />
        )}
        <div className="door-foot">
          {over && (
            <Button kind="quiet" onClick={onLeave}>
              {t('online.entry.leave')}
            </Button>
          )}
          {!over && step === 'password' && (
            <Button kind="quiet" onClick={() => setStep('activate')}>
              {t('online.entry.first')}
            </Button>
          )}
          {step === 'activate' && (
            <Button kind="quiet" onClick={() => setStep('password')}>
              {t('online.entry.back')}
            </Button>
          )}
        </div>
        <p className="quiet door-advice">{t('online.entry.advice')}</p>
      </main>
    </div>
  );
}

export function Waves() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0b4a6f" />
      <path
        d="M6 10c4-4 8 4 12 0s6 0 8 0M6 17c4-4 8 4 12 0s6 0 8 0M6 24c4-4 8 4 12 0s6 0 8 0"
        fill="none"
        stroke="#fff"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}

interface FormProps {
  names: readonly string[];
  submitText: string;
  ready: boolean;
  work: () => Promise<void>;
  children: (error: ApiError | null) => ReactNode;
  onFailed?: () => void;
}

/** A form of the door: sent once, with what is wrong above it. */
export function DoorForm({ names, submitText, ready, work, children, onFailed }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const send = async () => {
    if (busy || !ready) return;
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failed) {
      setError(asApiError(failed));
      onFailed?.();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <OtherFaults error={error} names={names} />
      {children(error)}
      <Button type="submit" busy={busy} disabled={!ready} wide>
        {submitText}
      </Button>
    </form>
  );
}

interface NumberProps {
  customer: string;
  onCustomer: (text: string) => void;
  error: ApiError | null;
  readOnly?: boolean;
}

function NumberField({ customer, onCustomer, error, readOnly = false }: NumberProps) {
  const { t } = useI18n();
  return (
    <Field label={t('online.entry.customer')} faults={faultsOf(error, 'customer')}>
      {(common) => (
        <input
          {...common}
          inputMode="numeric"
          autoComplete="username"
          value={customer}
          readOnly={readOnly}
          onChange={(event) => onCustomer(event.target.value)}
        />
      )}
    </Field>
  );
}

interface PasswordProps {
  customer: string;
  onCustomer: (text: string) => void;
  fixed: boolean;
  onTicket: (ticket: TicketView) => void;
}

function Password({ customer, onCustomer, fixed, onTicket }: PasswordProps) {
  const { t } = useI18n();
  const [password, setPassword] = useState('');
  return (
    <DoorForm
      names={['customer', 'password']}
      submitText={t('online.entry.next')}
      ready={customer !== '' && password !== ''}
      work={async () => onTicket(await beginLogIn(customer.trim(), password))}
      onFailed={() => setPassword('')}
    >
      {(error) => (
        <>
          <NumberField customer={customer} onCustomer={onCustomer} error={error} readOnly={fixed} />
          <Field label={t('online.entry.password')} faults={faultsOf(error, 'password')}>
            {(common) => (
              <input
                {...common}
                type="password"
                autoComplete="current-password"
                autoFocus={customer !== ''}
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
        </>
      )}
    </DoorForm>
  );
}

interface FactorProps {
  ticket: TicketView;
  onEntered: (visit: Visit) => void;
  onBack: () => void;
}

function Factor({ ticket, onEntered, onBack }: FactorProps) {
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const [given, setGiven] = useState(false);
  const { passkey } = ticket;
  return (
    <>
      {ticket.one_time_password && (
        <DoorForm
          names={[]}
          submitText={t('online.entry.enter')}
          ready={code.length === 6}
          work={async () => onEntered(await finishLogIn(ticket.ticket, { one_time_password: code }))}
          onFailed={() => setCode('')}
        >
          {() => <CodeField code={code} onCode={setCode} autoFocus />}
        </DoorForm>
      )}
      {passkey && havePasskeys && (
        <DoorForm
          names={[]}
          submitText={t('online.entry.passkey')}
          ready
          work={async () => {
            const assertion = await answer(passkey);
            setGiven(assertion === null);
            if (assertion) onEntered(await finishLogIn(ticket.ticket, { assertion }));
          }}
        >
          {() => given && <Notice kind="plain" title={t('online.passkey.none')} />}
        </DoorForm>
      )}
      <Button kind="quiet" onClick={onBack}>
        {t('online.entry.back')}
      </Button>
    </>
  );
}

interface CodeProps {
  code: string;
  onCode: (code: string) => void;
  autoFocus?: boolean;
  error?: ApiError | null;
}

/** Six figures from the authenticator app. */
export function CodeField({ code, onCode, autoFocus = false, error = null }: CodeProps) {
  const { t } = useI18n();
  return (
    <Field
      label={t('online.code')}
      hint={<p className="quiet">{t('online.code.hint')}</p>}
      faults={faultsOf(error, 'one_time_password')}
    >
      {(common) => (
        <input
          {...common}
          className="code-input"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          autoFocus={autoFocus}
          value={code}
          onChange={(event) => onCode(event.target.value.replace(/\D/g, ''))}
        />
      )}
    </Field>
  );
}

export const NOTHING_TYPED = { password: '', again: '' };
type Typed = typeof NOTHING_TYPED;

export function isTypedTwice({ password, again }: Typed): boolean {
  return password !== '' && again === password;
}

interface NewPasswordProps {
  typed: Typed;
  onTyped: (typed: Typed) => void;
  faults: readonly ProblemFault[];
}

/** A password that nobody can read while it is typed is typed twice. */
export function NewPassword({ typed, onTyped, faults }: NewPasswordProps) {
  const { t } = useI18n();
  const field = (name: keyof Typed) => ({
    type: 'password',
    autoComplete: 'new-password',
    value: typed[name],
    onChange: (event: ChangeEvent<HTMLInputElement>) => onTyped({ ...typed, [name]: event.target.value }),
  });
  const differs = typed.again !== '' && typed.again !== typed.password;
  return (
    <>
      <Field
        label={t('online.entry.newPassword')}
        faults={faults}
        hint={<p className="quiet">{t('online.entry.passwordHint')}</p>}
      >
        {(common) => <input {...common} {...field('password')} />}
      </Field>
      <Field
        label={t('online.entry.again')}
        hint={differs && <p className="entry-fault">{t('online.entry.differs')}</p>}
      >
        {(common) => <input {...common} {...field('again')} />}
      </Field>
    </>
  );
}

function Activation({ onActivated }: { onActivated: (customer: string) => void }) {
  const { t } = useI18n();
  const [customer, setCustomer] = useState('');
  const [code, setCode] = useState('');
  const [typed, setTyped] = useState(NOTHING_TYPED);
  return (
    <DoorForm
      names={['customer', 'activation_code', 'password']}
      submitText={t('online.entry.next')}
      ready={customer !== '' && code !== '' && isTypedTwice(typed)}
      work={async () => {
        await activate(customer.trim(), code.trim(), typed.password);
        onActivated(customer.trim());
      }}
    >
      {(error) => (
        <>
          <p>{t('online.entry.activateMore')}</p>
          <NumberField customer={customer} onCustomer={setCustomer} error={error} />
          <Field label={t('online.entry.code')} faults={faultsOf(error, 'activation_code')}>
            {(common) => (
              <input
                {...common}
                autoComplete="off"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
          </Field>
          <NewPassword typed={typed} onTyped={setTyped} faults={faultsOf(error, 'password')} />
        </>
      )}
    </DoorForm>
  );
}
