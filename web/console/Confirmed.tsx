/* A button for what cannot be taken back: the first press says what will happen, the second does it. */

import { useState, type ReactNode } from 'react';
import { Alert, Button } from 'antd';
import { useFaultText } from '../shared/faults';
import { useI18n } from '../shared/i18n';
import type { Errand } from '../shared/useErrand';

interface Props {
  text: string;
  warning: ReactNode;
  errand: Errand;
  danger?: boolean;
  /** Plain among other buttons of a line. */
  small?: boolean;
  onConfirmed: () => void;
}

export function Confirmed({ text, warning, errand, danger, small, onConfirmed }: Props) {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  const sending = errand.progress === 'sending';
  const shown = asking || sending || errand.progress === 'unknown';
  if (!shown)
    return (
      <div className="confirmed">
        <Button size={small ? 'small' : undefined} danger={danger} onClick={() => setAsking(true)}>
          {text}
        </Button>
        <Trouble errand={errand} />
      </div>
    );
  return (
    <div className="confirmed confirmed-asking" role="group" aria-label={text}>
      <p>{warning}</p>
      <div className="card-actions">
        <Button
          type="primary"
          danger={danger}
          autoFocus
          loading={sending}
          disabled={errand.progress === 'unknown'}
          onClick={() => {
            setAsking(false);
            onConfirmed();
          }}
        >
          {text}
        </Button>
        {errand.progress === 'idle' && (
          <Button onClick={() => setAsking(false)}>{t('console.notNow')}</Button>
        )}
      </div>
      <Trouble errand={errand} />
    </div>
  );
}

/** What went wrong with an errand; where it is not known how it came out, a way to ask again. */
export function Trouble({ errand }: { errand: Errand }) {
  const { t } = useI18n();
  const faultText = useFaultText();
  if (!errand.error) return null;
  const unknown = errand.progress === 'unknown';
  return (
    <Alert
      showIcon
      role="alert"
      type={unknown ? 'warning' : 'error'}
      title={unknown ? t('errand.unknown') : faultText(errand.error)}
      description={unknown ? faultText(errand.error) : undefined}
      action={
        unknown && (
          <Button size="small" onClick={errand.again}>
            {t('errand.again')}
          </Button>
        )
      }
    />
  );
}
