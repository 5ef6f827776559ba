import type { ReactNode } from 'react';

export type Row = readonly [label: string, text: ReactNode];

interface Props {
  rows: readonly Row[];
  /** facts: side by side; slip: below each other, as on paper. */
  className: 'facts' | 'slip';
  label?: string;
}

/** Labels and what stands behind them; what is empty is left out. */
export function Rows({ rows, className, label }: Props) {
  return (
    <dl className={className} aria-label={label}>
      {rows.map(([name, text]) =>
        text ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
