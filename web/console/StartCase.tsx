/* A case of a process begun from the console: its own form, filled in as far as the page knows, sent once. What happens then
   is the process's: others decide on their worklists. */

import { useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { get, post } from '../shared/api/client';
import type { CaseView, FormDefinition, ProcessView } from '../shared/api/types';
import { FormRenderer } from '../shared/fields/FormRenderer';
import { toForm, type Filled } from '../shared/fields/filled';
import { partOf, useI18n } from '../shared/i18n';
import { useSession } from '../shared/session';
import { useErrand } from '../shared/useErrand';
import { useLoad } from '../shared/useLoad';
import { useRoleNames } from '../shared/useRoleNames';
import { Trouble } from './Confirmed';

interface Props {
  process: string;
  preset: Filled;
  /** Whether the button says which process it is only once it is pressed. */
  text: string;
  onBegun?: () => void;
}

/** Shown to those whose roles start the process; nothing to everybody else. */
export function StartCase({ process: key, preset, text, onBegun }: Props) {
  const { me } = useSession();
  const [open, setOpen] = useState(false);
  const { value: processes } = useLoad('processes', () => get<ProcessView[]>('/v1/processes'));
  const process = processes?.find((one) => one.key === key);
  if (!process?.start_form || !process.start_roles.some((role) => me.roles.includes(role))) return null;
  if (!open)
    return (
      <Button className="more" type="primary" onClick={() => setOpen(true)}>
        {text}
      </Button>
    );
  return (
    <Begin
      process={process}
      form={process.start_form}
      preset={preset}
      onBegun={onBegun}
      onClose={() => setOpen(false)}
    />
  );
}

interface BeginProps {
  process: ProcessView;
  form: FormDefinition;
  preset: Filled;
  onBegun: (() => void) | undefined;
  onClose: () => void;
}

function Begin({ process, form, preset, onBegun, onClose }: BeginProps) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const roleName = useRoleNames();
  const [filled, setFilled] = useState<Filled>(preset);
  const [begun, setBegun] = useState<CaseView | null>(null);
  const errand = useErrand(
    me.number,
    `console.start.${process.key}`,
    (given, idempotency) =>
      post<CaseView>(`/v1/processes/${process.key}/cases`, { form: given }, idempotency),
    (found) => {
      setBegun(found);
      onBegun?.();
    },
  );
  const name = partOf(process.name, language);
  if (begun) {
    const roles = begun.tasks
      .filter((task) => task.state === 'open' && task.role)
      .map((task) => task.role ?? '');
    return (
      <Alert
        type="success"
        showIcon
        role="status"
        title={t('start.begun', { name, case: begun.case })}
        description={
          roles.length > 0
            ? t('start.waitsFor', { roles: [...new Set(roles)].map(roleName).join(' · ') })
            : undefined
        }
      />
    );
  }
  const unknown = errand.progress === 'unknown';
  return (
    <div className="start-case">
      <h3>{name}</h3>
      <FormRenderer
        form={form}
        filled={filled}
        error={unknown ? null : errand.error}
        disabled={unknown}
        sending={errand.progress === 'sending'}
        submitText={t('transaction.submit')}
        takesFocus
        onChange={setFilled}
        onSubmit={() => errand.submit(toForm(form.fields, filled), form.fields)}
        more={<Button onClick={onClose}>{t('console.notNow')}</Button>}
      />
      {unknown && <Trouble errand={errand} />}
      {errand.progress === 'sending' && <Spin />}
    </div>
  );
}
