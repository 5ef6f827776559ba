import type { FieldDefinition, Value } from '../api/types';
import { isCounted } from './filled';
import { labelOf, useI18n } from '../words';
import { showAmount } from '../money';

const MONEY = /(amount|balance|interest|tax|sum|payout|fee)(_minor)?$/;

/** A value that the case knows, as people read it. Variables keep money in minor units. */
export function ShownValue({ field, value }: { field: FieldDefinition; value: Value | undefined }) {
  const { language, t } = useI18n();
  if (value === undefined || value === null || value === '')
    return <span className="quiet">{t('value.none')}</span>;
  if (typeof value === 'boolean') return <span>{value ? t('value.yes') : t('value.no')}</span>;
  if (typeof value === 'number') {
    const isMoney = field.type === 'amount' || (field.type === 'show' && MONEY.test(field.name));
    return (
      <span className="figures-plain">{isMoney ? showAmount(BigInt(value), field.currency) : value}</span>
    );
  }
  const words = (code: string) => {
    const labels = field.choices?.[code];
    return labels ? labelOf(labels, language) : code;
  };
  if (typeof value === 'string') return <span>{words(value)}</span>;
  if (isCounted(field) && !Array.isArray(value)) {
    const faces = Object.entries(value).sort(([a], [b]) => Number(b) - Number(a));
    const nameOf = (face: string) => (field.type === 'vouchers' ? face : showAmount(BigInt(face)));
    return <span>{faces.map(([face, n]) => `${nameOf(face)} × ${String(n)}`).join(', ')}</span>;
  }
  if (Array.isArray(value) && value.length === 0) return <span className="quiet">{t('value.none')}</span>;
  return (
    <span className="json">
      {Array.isArray(value) ? value.map((one) => plain(one, words)).join(', ') : plain(value, words)}
    </span>
  );
}

/** A row of a decision table that says one thing, says just that. */
function plain(value: Value, words: (code: string) => string): string {
  if (typeof value === 'string') return words(value);
  if (value === null || typeof value !== 'object') return String(value);
  const rows: [string, Value][] = Array.isArray(value)
    ? value.map((one, n) => [String(n), one])
    : Object.entries(value);
  if (rows.length === 1 && rows[0]) return plain(rows[0][1], words);
  return rows.map(([name, one]) => `${name}: ${plain(one, words)}`).join('; ');
}
