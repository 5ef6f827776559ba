import { Input } from 'antd';
import { useI18n } from '../i18n';
import { countedSum, FACES, plainAmount, showAmount } from '../money';
import { counts } from './filled';

/** "100", "0.5", "0.02": yuan without trailing zeros. */
function faceName(face: number): string {
  return plainAmount(BigInt(face)).replace(/\.?0+$/, '');
}

interface Props {
  id: string;
  typed: Record<string, string>;
  wanted: bigint | null;
  disabled: boolean;
  invalid: boolean;
  onChange: (typed: Record<string, string>) => void;
}

/** Notes and coins, counted by face; the difference to the amount stands under them until there is none. */
export function Denominations({ id, typed, wanted, disabled, invalid, onChange }: Props) {
  const { t } = useI18n();
  const sum = countedSum(counts(typed));
  const difference = wanted === null ? null : sum - wanted;
  return (
    <div data-counted={difference === 0n && sum > 0n ? 'whole' : 'open'}>
      <div className="faces">
        {FACES.map((face) => (
          <label className="face" key={face} htmlFor={`${id}-${face}`}>
            <span>{t('cash.face', { face: faceName(face) })}</span>
            <Input
              id={`${id}-${face}`}
              inputMode="numeric"
              className="figures"
              disabled={disabled}
              aria-invalid={invalid}
              value={typed[face] ?? ''}
              onChange={(event) =>
                onChange({ ...typed, [face]: event.target.value.replace(/\D/g, '').slice(0, 7) })
              }
            />
          </label>
        ))}
      </div>
      {difference !== null && sum > 0n && difference !== 0n && (
        <div className="field-fault" aria-live="polite">
          {difference < 0n
            ? t('cash.missing', { difference: showAmount(-difference) })
            : t('cash.over', { difference: showAmount(difference) })}
        </div>
      )}
    </div>
  );
}
