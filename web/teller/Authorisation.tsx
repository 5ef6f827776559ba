/* Waiting for somebody else's decision: they take it from their worklist, or here on the spot under their own password. */

import { useState } from 'react';
import { Alert, Button, Input } from 'antd';
import { type ApiError, asApiError, newKey, onBehalfOf } from '../shared/api/client';
import type { CaseNumber, TaskOfCase, TaskView } from '../shared/api/types';
import { FormRenderer } from '../shared/fields/FormRenderer';
import { toForm, type Filled } from '../shared/fields/filled';
import { useFaultText } from '../shared/faults';
import type { Once } from '../shared/ShownOnce';
import { useI18n, type Key } from '../shared/i18n';

const ROLES = new Set([
  'vault_keeper',
  'teller',
  'supervisor',
  'operations',
  'reviewer',
  'remote_authoriser',
  'complaint_handler',
  'compliance',
  'senior_manager',
  'product_manager',
  'customer',
]);

/** In words who may do a task: one role or several. */
export function useRoleName(): (role: string | null) => string {
  const { t } = useI18n();
  const one = (role: string) => (ROLES.has(role) ? t(`role.${role}` as Key) : role);
  return (role) => (role ? role.split(' ').map(one).join(t('role.or')) : t('role.anybody'));
}

export function Authorisation({ task, onDone }: { task: TaskOfCase; onDone: (once: Once) => void }) {
  const { t } = useI18n();
  const roleName = useRoleName();
  const [here, setHere] = useState(false);
  const waiting = task.claimed_by
    ? t('transaction.waitsForPerson', { person: task.claimed_by })
    : t('transaction.waitsForRole', { role: roleName(task.role) });
  return (
    <>
      <Alert
        type="info"
        showIcon
        role="status"
        title={waiting}
        description={t('transaction.waitsMore')}
        action={!here && <Button onClick={() => setHere(true)}>{t('spot.open')}</Button>}
      />
      {here && <OnTheSpot task={task.task} onDone={onDone} onCancel={() => setHere(false)} />}
    </>
  );
}

interface Props {
  task: number;
  onDone: (once: Once) => void;
  onCancel: () => void;
}

function OnTheSpot({ task, onDone, onCancel }: Props) {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [number, setNumber] = useState('');
  const [password, setPassword] = useState('');
  const [view, setView] = useState<TaskView | null>(null);
  const [filled, setFilled] = useState<Filled>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [key, setKey] = useState(newKey);

  const run = (errand: Parameters<typeof onBehalfOf<void>>[2]) => {
    if (busy) return;
    setBusy(true);
    setError(null);
    onBehalfOf(number.trim().toUpperCase(), password, errand)
      .catch((failed: unknown) => {
        const known = asApiError(failed);
        if (known.isAnswer) setKey(newKey());
        setError(known);
      })
      .finally(() => setBusy(false));
  };
  const look = () => run(async (ask) => setView(await ask<TaskView>('GET', `/v1/tasks/${task}`)));
  const decide = (seen: TaskView) =>
    run(async (ask) => {
      const form = toForm(seen.form?.fields ?? [], filled);
      const answer = await ask<CaseNumber>(
        'POST',
        `/v1/tasks/${task}/completion`,
        { version: seen.version, form },
        key,
      );
      onDone(answer.shown_once);
    });

  return (
    <section className="spot" aria-label={t('spot.title')}>
      <h2>{t('spot.title')}</h2>
      {view?.form ? (
        <FormRenderer
          form={view.form}
          filled={filled}
          values={view.values}
          error={error}
          sending={busy}
          takesFocus
          submitText={t('spot.decide')}
          onChange={setFilled}
          onSubmit={() => decide(view)}
          more={<Button onClick={onCancel}>{t('spot.cancel')}</Button>}
        />
      ) : (
        <form
          className="spot-login"
          onSubmit={(event) => {
            event.preventDefault();
            look();
          }}
        >
          <label htmlFor="spot-number">{t('login.number')}</label>
          <Input
            id="spot-number"
            autoComplete="off"
            autoFocus
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
          <label htmlFor="spot-password">{t('login.password')}</label>
          <Input
            id="spot-password"
            type="password"
            autoComplete="off"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          {error && <Alert type="error" showIcon title={faultText(error)} />}
          <div className="form-foot">
            <Button type="primary" htmlType="submit" loading={busy} disabled={!number || !password}>
              {t('spot.look')}
            </Button>
            <Button onClick={onCancel}>{t('spot.cancel')}</Button>
          </div>
        </form>
      )}
    </section>
  );
}
