import { useState, type ClipboardEvent, type DragEvent } from 'react';
import { Input } from 'antd';
import { useI18n } from '../i18n';

interface Props {
  id: string;
  disabled: boolean;
  text: string;
  /** Whether it is large enough to be keyed a second time. */
  twice: boolean;
  again: string;
  agrees: boolean;
  label: string;
  onChange: (text: string) => void;
  onAgain: (again: string) => void;
}

const refuse = (event: ClipboardEvent | DragEvent) => event.preventDefault();

/** An amount; a large one is keyed twice, and whoever keys it again does not see what was keyed before, nor may paste it. */
export function Amount({
  id,
  text,
  twice,
  again,
  agrees,
  label,
  disabled,
  onChange,
  onAgain,
  ...common
}: Props) {
  const { t } = useI18n();
  const [keyingAgain, setKeyingAgain] = useState(false);
  const hidden = twice && keyingAgain && !agrees;
  return (
    <>
      <Input
        {...common}
        id={id}
        disabled={disabled}
        inputMode="decimal"
        className="figures"
        value={hidden ? '•'.repeat(Math.max(text.length, 3)) : text}
        readOnly={hidden}
        onChange={(event) => onChange(event.target.value)}
      />
      {twice && (
        <div className="again">
          <label htmlFor={`${id}-again`}>{t('amount.again')}</label>
          <Input
            id={`${id}-again`}
            aria-label={t('amount.againOf', { label })}
            aria-invalid={common['aria-invalid' as keyof typeof common]}
            disabled={disabled}
            inputMode="decimal"
            autoComplete="off"
            className="figures"
            value={again}
            onFocus={() => setKeyingAgain(true)}
            onBlur={() => setKeyingAgain(false)}
            onPaste={refuse}
            onDrop={refuse}
            onChange={(event) => onAgain(event.target.value)}
          />
          {agrees && <span className="again-agrees">{t('amount.agrees')}</span>}
        </div>
      )}
    </>
  );
}
