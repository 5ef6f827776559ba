/* The fields of a form of the bank as a customer fills them in: labels above, one below the other, own accounts to choose from. */

import type { ApiError } from '../shared/api/client';
import type { FieldDefinition } from '../shared/api/types';
import { asked, type Filled } from '../shared/fields/filled';
import { labelOf, useI18n } from '../shared/words';
import { parseAmount } from '../shared/money';
import { AccountChoice } from './AccountChoice';
import { Echo, Field, faultsOf } from './parts';

const LONG = 200;

interface Props {
  fields: readonly FieldDefinition[];
  filled: Filled;
  error: ApiError | null;
  onChange: (filled: Filled) => void;
}

export function FormFields({ fields, filled, error, onChange }: Props) {
  return asked(fields, filled).map((field) => (
    <One
      key={field.name}
      field={field}
      typed={filled[field.name]}
      error={error}
      onChange={(value) => onChange({ ...filled, [field.name]: value })}
    />
  ));
}

interface OneProps {
  field: FieldDefinition;
  typed: Filled[string] | undefined;
  error: ApiError | null;
  onChange: (value: string | boolean) => void;
}

function One({ field, typed, error, onChange }: OneProps) {
  const { t, language } = useI18n();
  const text = typeof typed === 'string' ? typed : '';
  const name = labelOf(field, language);
  const label = field.required || field.type === 'flag' ? name : t('online.form.optional', { label: name });
  const faults = faultsOf(error, field.name);
  if (field.type === 'account' && field.own)
    return (
      <AccountChoice
        label={label}
        value={text}
        faults={faults}
        optional={!field.required}
        ofDeposits={field.name === 'deposit'}
        onChange={onChange}
      />
    );
  if (field.type === 'flag')
    return (
      <label className="tick">
        <input
          type="checkbox"
          checked={typed === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
    );
  const minor = field.type === 'amount' ? parseAmount(text, field.currency) : null;
  return (
    <Field label={label} faults={faults} hint={<Echo minor={minor} currency={field.currency} />}>
      {(common) => {
        const more = { ...common, value: text, 'aria-required': field.required };
        if (field.type === 'choice' || field.type === 'branch')
          return (
            <select {...more} onChange={(event) => onChange(event.target.value)}>
              <option value="">{t('form.choose')}</option>
              {Object.entries(field.choices ?? {}).map(([value, labels]) => (
                <option key={value} value={value}>
                  {labelOf(labels, language)}
                </option>
              ))}
            </select>
          );
        if (field.type === 'text' && (field.most ?? 0) > LONG)
          return (
            <textarea
              {...more}
              rows={4}
              maxLength={field.most ?? undefined}
              onChange={(event) => onChange(event.target.value)}
            />
          );
        return (
          <input
            {...more}
            type={field.type === 'date' ? 'date' : field.name.endsWith('password') ? 'password' : 'text'}
            inputMode={
              field.type === 'amount'
                ? 'decimal'
                : field.type === 'integer' || field.type === 'account'
                  ? 'numeric'
                  : undefined
            }
            autoComplete="off"
            maxLength={field.most && field.type === 'text' ? field.most : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        );
      }}
    </Field>
  );
}
