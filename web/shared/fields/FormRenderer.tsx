/* A form from its definition: one row a field, what it means beside it, every fault under the field it is about. */

import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Alert, Button, Checkbox, Input } from 'antd';
import type { ApiError } from '../api/client';
import type { FieldDefinition, FormDefinition, ProblemFault, Values } from '../api/types';
import { amountInWords } from '../amountInWords';
import { useFaultText } from '../faults';
import { labelOf, useI18n } from '../i18n';
import { countedSum, parseAmount, showAmount } from '../money';
import { AccountBeside } from './AccountBeside';
import { Amount } from './Amount';
import { Denominations } from './Denominations';
import {
  asked,
  counts,
  isCounted,
  isKeyedTwice,
  isoDate,
  keyingsAgree,
  notKeyedTwice,
  secondOf,
  type Filled,
  type Input as Typed,
} from './filled';
import { ShownValue } from './ShownValue';

interface Props {
  form: FormDefinition;
  filled: Filled;
  values?: Values;
  error: ApiError | null;
  disabled?: boolean;
  submitText: string;
  sending?: boolean;
  /** Whether the first field takes the keyboard when the form appears. */
  takesFocus?: boolean;
  more?: ReactNode;
  onChange: (filled: Filled) => void;
  onSubmit: () => void;
}

const STOPS =
  'input:not(:disabled), select:not(:disabled), textarea:not(:disabled), button[type=submit]:not(:disabled)';

export function FormRenderer(props: Props) {
  const {
    form,
    filled,
    values = {},
    error,
    disabled = false,
    submitText,
    sending = false,
    takesFocus = false,
    more,
  } = props;
  const { language, t } = useI18n();
  const faultText = useFaultText();
  const box = useRef<HTMLFormElement>(null);
  const [triedToSend, setTriedToSend] = useState(false);
  const again = notKeyedTwice(form.fields, filled, values);
  const label = (field: { zh: string; en: string }) => labelOf(field, language);
  const faultsOf = (name: string) => (error?.faults ?? []).filter((fault) => fieldOf(fault) === name);
  const fields = asked(form.fields, filled);
  const names = new Set(fields.map((field) => field.name));
  const others = (error?.faults ?? []).filter((fault) => !names.has(fieldOf(fault) ?? ''));

  useEffect(() => {
    if (takesFocus) box.current?.querySelector<HTMLElement>(STOPS)?.focus();
  }, [takesFocus]);

  useEffect(() => {
    if (!error) return;
    const wrong = box.current?.querySelector<HTMLElement>('[aria-invalid=true]');
    wrong?.focus();
  }, [error]);

  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target as HTMLElement;
    const forward = event.key === 'Enter' && !event.shiftKey;
    const back = event.key === 'ArrowUp' && target instanceof HTMLInputElement;
    if ((!forward && !back) || target instanceof HTMLButtonElement) return;
    event.preventDefault();
    const stops = [...(box.current?.querySelectorAll<HTMLElement>(STOPS) ?? [])];
    const here = stops.indexOf(target);
    const next = stops[Math.max(0, here + (forward ? stepFrom(target, stops, here) : -1))];
    next?.focus();
    if (next instanceof HTMLInputElement) next.select();
  };

  /* The last note that makes the amount ends the counting. */
  const stepFrom = (target: HTMLElement, stops: HTMLElement[], here: number): number => {
    const group = target.closest('[data-counted=whole]');
    if (!group) return 1;
    const after = stops.findIndex((stop, index) => index > here && !group.contains(stop));
    return after === -1 ? 1 : after - here;
  };

  const set = (name: string, value: Typed) => {
    const next = { ...filled, [name]: value };
    delete next[secondOf(name)]; // a changed amount is keyed again
    props.onChange(next);
  };

  /* A large amount goes to the bank only once both keyings say the same. */
  const submit = () => {
    if (disabled || sending) return;
    setTriedToSend(again.length > 0);
    const [first] = again;
    if (first) document.getElementById(`${form.name}-${secondOf(first.name).replace('.', '-')}`)?.focus();
    else props.onSubmit();
  };

  return (
    <form
      ref={box}
      className="form"
      aria-label={label(form)}
      noValidate
      autoComplete="off"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {error && (others.length > 0 || error.faults.length === 0) && (
        <Alert
          type="error"
          showIcon
          className="form-fault"
          role="alert"
          title={
            others.length
              ? others.map((fault) => <div key={fault.code}>{faultText(fault)}</div>)
              : faultText(error)
          }
        />
      )}
      {fields.map((field) => {
        const faults = faultsOf(field.name);
        const id = `${form.name}-${field.name}`;
        const common = {
          id,
          disabled: disabled || sending,
          'aria-invalid': faults.length > 0,
          'aria-required': field.required,
          'aria-describedby': `${id}-beside`,
        };
        const isGroup = isCounted(field);
        return (
          <div
            className="field"
            key={field.name}
            role={isGroup ? 'group' : undefined}
            aria-labelledby={isGroup ? `${id}-label` : undefined}
          >
            {isGroup || field.type === 'show' ? (
              <span className="field-label" id={`${id}-label`}>
                {label(field)}
                {field.required && <Required />}
              </span>
            ) : (
              <label className="field-label" htmlFor={id}>
                {label(field)}
                {field.required && <Required />}
              </label>
            )}
            <div className="field-input">
              <Control
                field={field}
                filled={filled}
                values={values}
                fields={fields}
                common={common}
                set={set}
                choose={t('form.choose')}
                label={label}
              />
              {triedToSend && again.includes(field) && (
                <div className="field-fault" role="alert">
                  {t('amount.differs')}
                </div>
              )}
              {faults.map((fault) => (
                <div className="field-fault" key={fault.code} role="alert">
                  {faultText(fault)}
                </div>
              ))}
            </div>
            <div className="field-beside" id={`${id}-beside`} aria-live="polite">
              {(!isKeyedTwice(field, filled[field.name], values[field.name]) ||
                keyingsAgree(field, filled)) && <Beside field={field} typed={filled[field.name]} />}
            </div>
          </div>
        );
      })}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" loading={sending} disabled={disabled}>
          {submitText}
        </Button>
        {more}
      </div>
    </form>
  );
}

function Required() {
  return (
    <span className="required" aria-hidden="true">
      *
    </span>
  );
}

/** The field a fault is about: the API says "account" or "form.account". */
function fieldOf(fault: ProblemFault): string | null {
  return fault.field?.replace(/^form\./, '') ?? null;
}

interface ControlProps {
  field: FieldDefinition;
  fields: readonly FieldDefinition[];
  filled: Filled;
  values: Values;
  common: { id: string; disabled: boolean; 'aria-invalid': boolean };
  set: (name: string, value: Typed) => void;
  choose: string;
  label: (field: { zh: string; en: string }) => string;
}

function Control({ field, fields, filled, values, common, set, choose, label }: ControlProps) {
  const typed = filled[field.name];
  const text = typeof typed === 'string' ? typed : '';
  switch (field.type) {
    case 'show':
      return <ShownValue field={field} value={values[field.name]} />;
    case 'flag':
      return (
        <Checkbox
          {...common}
          checked={typed === true}
          onChange={(event) => set(field.name, event.target.checked)}
        />
      );
    case 'branch':
    case 'choice':
      return (
        <select
          className="select"
          {...common}
          value={text}
          onChange={(event) => set(field.name, event.target.value)}
        >
          <option value="">{choose}</option>
          {Object.entries(field.choices ?? {}).map(([value, labels]) => (
            <option key={value} value={value}>
              {label(labels)}
            </option>
          ))}
        </select>
      );
    case 'vouchers':
    case 'denominations': {
      /* The first count makes the amount, with whatever is handed back beside it. */
      const amount = fields.find((other) => other.type === 'amount');
      const [first, ...back] = fields.filter((other) => other.type === 'denominations');
      const typedAmount = amount ? parseAmount(String(filled[amount.name] ?? ''), amount.currency) : null;
      const handedBack = back.reduce((sum, other) => sum + countedSum(counts(filled[other.name])), 0n);
      const wanted = typedAmount === null || first?.name !== field.name ? null : typedAmount + handedBack;
      return (
        <Denominations
          faces={field.faces ?? null}
          folded={first?.name !== field.name && !field.required && countedSum(counts(typed)) === 0n}
          id={common.id}
          disabled={common.disabled}
          invalid={common['aria-invalid']}
          wanted={wanted}
          typed={typeof typed === 'object' ? typed : {}}
          onChange={(next) => set(field.name, next)}
        />
      );
    }
    case 'amount':
      return (
        <Amount
          {...common}
          label={label(field)}
          text={text}
          twice={isKeyedTwice(field, typed, values[field.name])}
          again={String(filled[secondOf(field.name)] ?? '')}
          agrees={keyingsAgree(field, filled)}
          onChange={(next) => set(field.name, next)}
          onAgain={(next) => set(secondOf(field.name), next)}
        />
      );
    case 'date':
      return (
        <Input
          {...common}
          inputMode="numeric"
          placeholder="YYYYMMDD"
          value={text}
          onChange={(event) => set(field.name, event.target.value)}
          onBlur={() => text && set(field.name, isoDate(text))}
        />
      );
    case 'integer':
    case 'account':
      return (
        <Input
          {...common}
          inputMode={field.type === 'integer' ? 'numeric' : undefined}
          className="figures-left"
          value={text}
          onChange={(event) => set(field.name, event.target.value)}
        />
      );
    case 'text': {
      const isPassword = field.name.endsWith('password');
      if ((field.most ?? 0) > 200 && !field.secret) {
        return (
          <Input.TextArea
            {...common}
            rows={2}
            value={text}
            onChange={(event) => set(field.name, event.target.value)}
          />
        );
      }
      return (
        <Input
          {...common}
          type={isPassword ? 'password' : 'text'}
          autoComplete={isPassword ? 'new-password' : 'off'}
          value={text}
          onChange={(event) => set(field.name, event.target.value)}
        />
      );
    }
  }
}

/** What a person wants to see beside what they have typed. */
function Beside({ field, typed }: { field: FieldDefinition; typed: Typed | undefined }) {
  const { t } = useI18n();
  if (field.type === 'account' && typeof typed === 'string') return <AccountBeside number={typed} />;
  if (field.type === 'amount' && typeof typed === 'string') {
    const minor = parseAmount(typed, field.currency);
    if (minor === null || minor <= 0n) return null;
    return (
      <>
        <span className="figures-plain">
          {field.currency} {showAmount(minor, field.currency)}
        </span>
        {field.currency === 'CNY' && (
          <span lang="zh-CN" className="in-words">
            {amountInWords(minor)}
          </span>
        )}
      </>
    );
  }
  if (field.type === 'denominations') {
    const sum = countedSum(counts(typed));
    return sum > 0n ? (
      <span className="figures-plain">{t('cash.counted', { sum: showAmount(sum) })}</span>
    ) : null;
  }
  return null;
}
