/* The procedure's own words beside its form (F1): what the bank has laid down, in the reader's language. */

import { useEffect, useState } from 'react';
import { Alert, Spin } from 'antd';
import { get } from '../shared/api/client';
import type { ProcessDetail, ProcessView } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { useI18n } from '../shared/i18n';
import { ProcedureText } from '../shared/Procedure';
import { useLoad } from '../shared/useLoad';

const KEPT = 'liushui.help';

/** Whether help is shown: F1 changes it, and it stays as it is for the next transaction. */
export function useHelp(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useState(() => sessionStorage.getItem(KEPT) === 'shown');
  useEffect(() => {
    sessionStorage.setItem(KEPT, shown ? 'shown' : 'hidden');
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F1') return;
      event.preventDefault();
      setShown((now) => !now);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [shown]);
  return [shown, setShown];
}

export function Help({ process }: { process: ProcessView }) {
  const { t, language } = useI18n();
  const faultText = useFaultText();
  const { value, error } = useLoad(`procedure ${process.key}`, () =>
    get<ProcessDetail>(`/v1/processes/${process.key}`),
  );
  const text = value?.texts[language] ?? Object.values(value?.texts ?? {})[0];
  return (
    <aside className="help" aria-label={t('help.title')} tabIndex={0}>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!value && !error && <Spin />}
      {text && <ProcedureText text={text} />}
    </aside>
  );
}
