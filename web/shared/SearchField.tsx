/* One field of a search: a plain input under its label. */

import type { InputHTMLAttributes } from 'react';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
  label: string;
  onChange: (text: string) => void;
};

export function SearchField({ label, className, onChange, ...rest }: Props) {
  return (
    <label>
      {label}
      <input
        {...rest}
        className={className ? `plain-input ${className}` : 'plain-input'}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
