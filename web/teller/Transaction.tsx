/* One transaction on one page: the form, then the steps that are this person's own, then how it came out. */

import { useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { get, post } from '../shared/api/client';
import type { CaseView, FormDefinition, ProcessView, TaskOfCase } from '../shared/api/types';
import { CaseResult } from '../shared/CaseResult';
import { useFaultText } from '../shared/faults';
import { useOpenElsewhere } from '../shared/drafts';
import { toForm } from '../shared/fields/filled';
import { FormRenderer } from '../shared/fields/FormRenderer';
import { partOf, useI18n } from '../shared/i18n';
import { useSession } from '../shared/session';
import { isAnything, ShownOnce, type Once } from '../shared/ShownOnce';
import { Facts, TaskPanel, Unknown } from '../shared/TaskPanel';
import { useErrand } from '../shared/useErrand';
import { useLoad } from '../shared/useLoad';
import { Authorisation } from './Authorisation';
import { Help, useHelp } from './Help';
import { useWorkbench, type Tab } from './workbenchState';

const LOOK_AGAIN_MS = 2500;
const NO_FORM: FormDefinition = { name: 'start', zh: '', en: '', fields: [] };

export function Transaction({ tab, process }: { tab: Tab; process: ProcessView }) {
  const { t, language } = useI18n();
  const { close } = useWorkbench();
  const [help, showHelp] = useHelp();
  const name = partOf(process.name, language);
  return (
    <div className={help ? 'transaction transaction-helped' : 'transaction'}>
      <div className="transaction-title">
        <h1>
          <span className="code">{process.code}</span> {name}
        </h1>
        <button
          type="button"
          className="plain-button no-print"
          aria-expanded={help}
          onClick={() => showHelp(!help)}
        >
          {t('help.toggle')}
        </button>
        <button
          type="button"
          className="plain-button no-print"
          aria-label={t('tabs.close', { name })}
          onClick={() => close(tab.id)}
        >
          {t('transaction.close')}
        </button>
      </div>
      <div className="transaction-main">
        {tab.case === null ? <Start tab={tab} process={process} /> : <Running tab={tab} process={process} />}
      </div>
      {help && <Help process={process} />}
    </div>
  );
}

function Start({ tab, process }: { tab: Tab; process: ProcessView }) {
  const { t } = useI18n();
  const { me } = useSession();
  const { change, renew } = useWorkbench();
  const elsewhere = useOpenElsewhere(tab.id);
  const form = process.start_form ?? NO_FORM;
  const errand = useErrand(
    me.number,
    `start.${tab.id}`,
    (values, key) => post<CaseView>(`/v1/processes/${process.key}/cases`, { form: values }, key),
    (begun) => change(tab.id, { case: begun.case }),
    tab.key,
  );
  const sentElsewhere = errand.error?.code === 'key_reused';
  return (
    <div>
      {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
      {(elsewhere || sentElsewhere) && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          className="form-fault"
          title={sentElsewhere ? t('draft.sent') : t('draft.elsewhere')}
          description={t('draft.more')}
          action={<Button onClick={() => renew(tab.id)}>{t('draft.renew')}</Button>}
        />
      )}
      <FormRenderer
        form={form}
        filled={tab.filled}
        error={sentElsewhere ? null : errand.error}
        takesFocus
        submitText={t('transaction.submit')}
        sending={errand.progress === 'sending'}
        disabled={errand.progress === 'unknown' || elsewhere || sentElsewhere}
        onChange={(filled) => change(tab.id, { filled })}
        onSubmit={() => errand.submit(toForm(form.fields, tab.filled), form.fields)}
      />
    </div>
  );
}

function Running({ tab, process }: { tab: Tab; process: ProcessView }) {
  const { t } = useI18n();
  const { me } = useSession();
  const { close, open } = useWorkbench();
  const faultText = useFaultText();
  const [once, setOnce] = useState<Once>({});
  const {
    value: shown,
    error,
    reload,
  } = useLoad(`case ${tab.case}`, () => get<CaseView>(`/v1/cases/${tab.case}`), LOOK_AGAIN_MS);
  if (!shown) return error ? <Alert type="error" showIcon title={faultText(error)} /> : <Spin />;
  const onDone = (answer: Once) => {
    setOnce(answer);
    reload();
  };
  const isMine = (task: TaskOfCase) =>
    task.claimed_by === me.number ||
    (task.state === 'open' && (!task.role || task.role.split(' ').some((role) => me.roles.includes(role))));
  const decided = shown.tasks.filter((task) => task.completed_by && task.completed_by !== me.number).at(-1);
  const waiting = shown.tasks.filter((task) => task.state === 'open' || task.state === 'claimed');
  const mine = waiting.find(isMine);
  const others = waiting.filter((task) => !isMine(task));
  const ended = shown.ended_at !== null;
  return (
    <>
      {isAnything(once) && <ShownOnce once={once} onSeen={() => setOnce({})} />}
      {error && <Alert type="warning" showIcon className="form-fault" title={faultText(error)} />}
      {ended ? (
        <>
          <CaseResult shown={shown} process={process} />
          <div className="form-foot no-print">
            <Button type="primary" autoFocus onClick={() => close(tab.id)}>
              {t('transaction.close')}
            </Button>
            <Button
              onClick={() => {
                close(tab.id);
                open(process.key, { place: tab.place });
              }}
            >
              {t('transaction.another')}
            </Button>
          </div>
        </>
      ) : (
        <>
          <Facts shown={shown} process={process} />
          {decided?.completed_by && mine && (
            <Alert type="info" showIcon title={t('transaction.decided', { person: decided.completed_by })} />
          )}
          {mine && (
            <TaskPanel
              key={mine.task}
              task={mine.task}
              inside
              keptOut={<Authorisation task={mine} onDone={onDone} />}
              onDone={onDone}
            />
          )}
          {!mine && others.length === 0 && (
            <Alert type="info" showIcon title={t('transaction.working')} role="status" />
          )}
          {!mine && others.map((task) => <Authorisation key={task.task} task={task} onDone={onDone} />)}
        </>
      )}
    </>
  );
}
