import { useState } from 'react';
import { Input } from 'antd';
import { get } from '../api/client';
import type { VoucherKind } from '../api/types';
import { labelOf, useI18n } from '../i18n';
import { countedSum, plainAmount, showAmount } from '../money';
import { useLoad } from '../useLoad';
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
  /** Of the notes and coins, in minor units; null: kinds of numbered paper are counted instead. */
  faces: readonly number[] | null;
  /** Whether it begins as one line: most forms go without a second count. */
  folded: boolean;
  onChange: (typed: Record<string, string>) => void;
}

/** Notes and coins, counted by face; the difference to the amount stands under them until there is none. */
export function Denominations(props: Props) {
  const { t } = useI18n();
  const [open, setOpen] = useState(!props.folded);
  if (!open) {
    return (
      <button
        type="button"
        id={props.id}
        className="link-button unfold"
        disabled={props.disabled}
        onClick={() => setOpen(true)}
      >
        {t('cash.unfold')}
      </button>
    );
  }
  return props.faces ? <Faces {...props} faces={props.faces} /> : <Kinds {...props} />;
}

function Faces(props: Props & { faces: readonly number[] }) {
  const { t } = useI18n();
  const sum = countedSum(counts(props.typed));
  const difference = props.wanted === null ? null : sum - props.wanted;
  const names = props.faces.map((face) => [String(face), t('cash.face', { face: faceName(face) })] as const);
  return (
    <div data-counted={difference === 0n && sum > 0n ? 'whole' : 'open'}>
      <Pieces {...props} names={names} />
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

function Kinds(props: Props) {
  const { language } = useI18n();
  const { value } = useLoad('voucher kinds', () => get<VoucherKind[]>('/v1/voucher-kinds'));
  const names = (value ?? []).map((kind) => [String(kind.kind), labelOf(kind, language)] as const);
  return <Pieces {...props} names={names} className="faces-named" />;
}

interface PiecesProps extends Props {
  names: readonly (readonly [string, string])[];
  className?: string;
}

function Pieces({ id, typed, disabled, invalid, onChange, names, className = '' }: PiecesProps) {
  return (
    <div className={`faces ${className}`}>
      {names.map(([face, name]) => (
        <label className="face" key={face} htmlFor={`${id}-${face}`}>
          <span>{name}</span>
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
  );
}
