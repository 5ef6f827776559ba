/* The few parts of which the customers' pages are made. */

import { useEffect, useId, useRef, type ButtonHTMLAttributes, type ReactNode } from 'react';
import type { ApiError } from '../shared/api/client';
import type { ProblemFault } from '../shared/api/types';
import { amountInWords } from '../shared/amountInWords';
import { showAmount } from '../shared/money';
import { useI18n } from '../shared/words';
import { useFaultText } from '../shared/faults';

type Kind = 'strong' | 'calm' | 'quiet';

export function Button(
  props: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: Kind; busy?: boolean; wide?: boolean },
) {
  const { kind = 'strong', busy = false, wide = false, className, children, disabled, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy}
      className={`button button-${kind}${wide ? ' button-wide' : ''}${className ? ` ${className}` : ''}`}
    >
      {busy && <span className="turning" aria-hidden="true" />}
      {children}
    </button>
  );
}

export function Notice(props: {
  kind: 'bad' | 'good' | 'wait' | 'plain';
  title: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={`notice notice-${props.kind}`} role={props.kind === 'bad' ? 'alert' : 'status'}>
      <strong>{props.title}</strong>
      {props.children && <div>{props.children}</div>}
    </div>
  );
}

export function Waiting() {
  const { t } = useI18n();
  return (
    <p className="waiting" role="status">
      <span className="turning" aria-hidden="true" />
      {t('online.waiting')}
    </p>
  );
}

/** Why something could not be loaded, with the way to try again. */
export function Failed({ error, onAgain }: { error: ApiError; onAgain?: () => void }) {
  const { t } = useI18n();
  const faultText = useFaultText();
  return (
    <Notice kind="bad" title={faultText(error)}>
      {onAgain && (
        <Button kind="quiet" onClick={onAgain}>
          {t('online.tryAgain')}
        </Button>
      )}
    </Notice>
  );
}

/** The page's heading takes the keyboard when the page appears, so that a reader hears where they are. */
export function Title({ children, back }: { children: ReactNode; back?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className="title">
      {back}
      <h1 ref={heading} tabIndex={-1}>
        {children}
      </h1>
    </div>
  );
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  faults?: readonly ProblemFault[];
  children: (common: { id: string; 'aria-invalid': boolean; 'aria-describedby': string }) => ReactNode;
}

/** A label above its field, a hint below it, and what the bank says is wrong with it. */
export function Field({ label, hint, faults = [], children }: FieldProps) {
  const id = useId();
  const faultText = useFaultText();
  return (
    <div className="entry">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': faults.length > 0, 'aria-describedby': `${id}-beside` })}
      <div id={`${id}-beside`} className="entry-beside" aria-live="polite">
        {faults.map((fault) => (
          <p key={fault.code} className="entry-fault">
            {faultText(fault)}
          </p>
        ))}
        {hint}
      </div>
    </div>
  );
}

/** The faults of one field; the bank says "amount" or "form.amount". */
export function faultsOf(error: ApiError | null, name: string): ProblemFault[] {
  return (error?.faults ?? []).filter((fault) => fault.field?.replace(/^form\./, '') === name);
}

/** What is wrong and belongs to none of the fields that are shown. */
export function OtherFaults({ error, names }: { error: ApiError | null; names: readonly string[] }) {
  const faultText = useFaultText();
  if (!error) return null;
  const others = error.faults.filter((fault) => !names.includes(fault.field?.replace(/^form\./, '') ?? ''));
  if (error.faults.length > 0 && others.length === 0) return null;
  return (
    <Notice
      kind="bad"
      title={others.length ? others.map((one) => <p key={one.code}>{faultText(one)}</p>) : faultText(error)}
    />
  );
}

/** Nobody knows yet whether it was done: it is asked again under the same key. */
export function Unknown({ onAgain }: { onAgain: () => void }) {
  const { t } = useI18n();
  return (
    <Notice kind="wait" title={t('errand.unknown')}>
      <p>{t('errand.unknownMore')}</p>
      <Button kind="calm" onClick={onAgain}>
        {t('errand.again')}
      </Button>
    </Notice>
  );
}

/** Labels and what stands behind them, for reading before one agrees. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="rows">
      {rows.map(([name, text]) =>
        text === null || text === undefined || text === '' ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** What the deposits and transfers of the forms are in. */
export const RENMINBI = 'CNY';

/** An amount that is being typed, as the bank reads it and in Chinese words. */
export function Echo({ minor, currency = RENMINBI }: { minor: bigint | null; currency?: string }) {
  if (minor === null || minor <= 0n) return null;
  return (
    <p className="echo">
      <span>
        {currency} {showAmount(minor, currency)}
      </span>{' '}
      {currency === RENMINBI && <span lang="zh-CN">{amountInWords(minor)}</span>}
    </p>
  );
}
