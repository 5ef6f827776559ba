import { useEffect, useRef, useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { type ApiError, asApiError, get, newKey, post } from '../shared/api/client';
import type { Delegate, TaskLine } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { partOf, useI18n } from '../shared/i18n';
import { useLoad } from '../shared/useLoad';

interface Props {
  task: TaskLine;
  onDone: () => void;
  onCancel: () => void;
}

/** Handing a task on to somebody who could have taken it; the bank says who that is. */
export function Delegation({ task, onDone, onCancel }: Props) {
  const { t, language } = useI18n();
  const faultText = useFaultText();
  const [to, setTo] = useState('');
  const [key] = useState(newKey);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const box = useRef<HTMLSelectElement>(null);
  const { value: people, error } = useLoad(`delegates ${task.task}`, () =>
    get<Delegate[]>(`/v1/tasks/${task.task}/delegates`),
  );
  useEffect(() => {
    if (people) box.current?.focus();
  }, [people]);
  const send = () => {
    setFailed(null);
    post(`/v1/tasks/${task.task}/delegation`, { to }, key)
      .then(onDone)
      .catch((refused: unknown) => setFailed(asApiError(refused)));
  };
  const problem = failed ?? error;
  return (
    <form
      className="delegation"
      aria-label={t('delegate.title')}
      onSubmit={(event) => {
        event.preventDefault();
        if (to) send();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <label htmlFor="delegate-to">
        {t('delegate.to', { task: partOf(task.name, language), case: task.case })}
      </label>
      {!people && !error && <Spin />}
      {people && (
        <select
          id="delegate-to"
          ref={box}
          className="select"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        >
          <option value="">{people.length ? t('form.choose') : t('delegate.nobody')}</option>
          {people.map((one) => (
            <option key={one.number} value={one.number}>
              {`${one.number} ${one.name}`}
            </option>
          ))}
        </select>
      )}
      <Button type="primary" htmlType="submit" disabled={!to}>
        {t('task.delegate')}
      </Button>
      <Button onClick={onCancel}>{t('spot.cancel')}</Button>
      {problem && <Alert type="error" showIcon title={faultText(problem)} />}
    </form>
  );
}
