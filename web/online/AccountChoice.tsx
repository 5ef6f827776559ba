/* One of the customer's own accounts, by its kind, the end of its number, and what is on it where figures are shown. */

import type { ProblemFault } from '../shared/api/types';
import { useI18n } from '../shared/words';
import { showDecimal } from '../shared/money';
import { classOf } from './Home';
import { maskedNumber, useMine } from './money';
import { Field } from './parts';

interface Props {
  label: string;
  value: string;
  faults: readonly ProblemFault[];
  onChange: (number: string) => void;
  optional?: boolean;
  /** Whether placed deposits are chosen from, and not accounts. */
  ofDeposits?: boolean;
}

export function AccountChoice({
  label,
  value,
  faults,
  onChange,
  optional = false,
  ofDeposits = false,
}: Props) {
  const { t } = useI18n();
  const { accounts, deposits, open } = useMine();
  const money = (amount: string, currency: string) => (open ? ` · ${showDecimal(amount, currency)}` : '');
  const options = ofDeposits
    ? (deposits.value ?? [])
        .filter((one) => one.state !== 'closed')
        .map((one) => [one.number, maskedNumber(one.number) + money(one.principal, one.currency)] as const)
    : (accounts.value ?? []).map(
        (one) =>
          [
            one.number,
            `${t(classOf(one))} ${maskedNumber(one.number)}${money(one.available, one.currency)}`,
          ] as const,
      );
  return (
    <Field label={label} faults={faults}>
      {(common) => (
        <select {...common} value={value} onChange={(event) => onChange(event.target.value)}>
          {(optional || !options.some(([number]) => number === value)) && (
            <option value="">{t('form.choose')}</option>
          )}
          {options.map(([number, name]) => (
            <option key={number} value={number}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
