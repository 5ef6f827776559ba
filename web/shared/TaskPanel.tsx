/* A task as it is worked: what the case is about, the form, the procedure's words and the diagram with the token on it. */

import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { Alert, Button, Spin, Tag } from 'antd';
import { type ApiError, asApiError, get, newKey, post } from './api/client';
import type { CaseNumber, CaseView, FormDefinition, ProcessView, TaskView } from './api/types';
import { CaseWay, lastOf, useElementNames } from './CaseWay';
import { Comments } from './Comments';
import { Documents } from './Documents';
import { loadDraft, saveDraft, dropDraft } from './drafts';
import { useFaultText } from './faults';
import { FormRenderer } from './fields/FormRenderer';
import { fromValues, toForm, withoutSecrets, type Filled } from './fields/filled';
import { ShownValue } from './fields/ShownValue';
import { type Key, labelOf, type Language, partOf, useI18n } from './i18n';
import { FourEyes } from './FourEyes';
import { Procedure } from './Procedure';
import { useSession } from './session';
import type { Once } from './ShownOnce';
import { Rows, type Row } from './Rows';
import { useErrand } from './useErrand';
import { useLoad } from './useLoad';

const Diagram = lazy(() => import('./Diagram'));
const NO_FORM: FormDefinition = { name: 'none', zh: '', en: '', fields: [] };

interface Props {
  task: number;
  /** Whether the panel stands inside a transaction that shows the case's facts itself. */
  inside?: boolean;
  /** What stands in its place for a reader whom four eyes keep out of it. */
  keptOut?: ReactNode;
  onDone: (once: Once) => void;
}

export function TaskPanel({ task, inside = false, keptOut, onDone }: Props) {
  const { me } = useSession();
  const faultText = useFaultText();
  const { value, error, reload } = useLoad(`task ${task}`, async () => {
    const found = await get<TaskView>(`/v1/tasks/${task}`);
    const [shown, process] = await Promise.all([
      get<CaseView>(`/v1/cases/${found.case}`),
      get<ProcessView>(`/v1/processes/${found.process}`),
    ]);
    return { found, shown, process };
  });
  if (error && !value) return <Alert type="error" showIcon title={faultText(error)} />;
  if (!value) return <Spin />;
  if (keptOut && value.found.kept_out.some((one) => one.person === me.number)) return keptOut;
  return <OpenTask key={`${task}`} {...value} inside={inside} reload={reload} onDone={onDone} />;
}

interface OpenProps {
  found: TaskView;
  shown: CaseView;
  process: ProcessView;
  inside: boolean;
  reload: () => void;
  onDone: (once: Once) => void;
}

function OpenTask({ found, shown, process, inside, reload, onDone }: OpenProps) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const form = found.form ?? NO_FORM;
  const slot = `task.${found.task}`;
  const [filled, setFilled] = useState<Filled>(
    () => loadDraft<Filled>(me.number, slot) ?? fromValues(form.fields, found.values),
  );
  const [claimError, setClaimError] = useState<ApiError | null>(null);
  const errand = useErrand(
    me.number,
    slot,
    (values, key) =>
      post<CaseNumber>(`/v1/tasks/${found.task}/completion`, { version: found.version, form: values }, key),
    (answer) => {
      dropDraft(me.number, slot);
      onDone(answer.shown_once);
    },
  );
  useEffect(() => {
    saveDraft(me.number, slot, withoutSecrets(form.fields, filled));
  }, [me.number, slot, form.fields, filled]);
  const names = useElementNames(found.process, shown.version);
  const mine = found.claimed_by === me.number;
  const taken = found.claimed_by !== null && !mine;
  const move = (verb: 'claim' | 'release') => {
    setClaimError(null);
    post(`/v1/tasks/${found.task}/${verb}`, {}, newKey())
      .then(reload)
      .catch((failed: unknown) => setClaimError(asApiError(failed)));
  };
  const done = shown.history
    .filter((event) => event.lifecycle === 'completed' && event.element)
    .map((event) => lastOf(event.element ?? ''));
  const procedure = found.procedure[language] ?? Object.values(found.procedure)[0];
  return (
    <div className="task">
      <div className="task-main">
        <div className="task-head">
          <h2>{partOf(found.name, language)}</h2>
          {mine && <Tag className="tag-good">{t('task.mine')}</Tag>}
          {taken && <Tag>{t('task.takenBy', { by: found.claimed_by ?? '' })}</Tag>}
          <span className="quiet">{t('case.number', { number: found.case })}</span>
        </div>
        {!inside && <Facts shown={shown} process={process} />}
        {!inside && <FourEyes task={found} names={names} />}
        {claimError && <Fault error={claimError} />}
        {errand.progress === 'unknown' && <Unknown onAgain={errand.again} />}
        <FormRenderer
          form={form}
          filled={filled}
          values={found.values}
          error={errand.error}
          disabled={taken || errand.progress === 'unknown'}
          sending={errand.progress === 'sending'}
          takesFocus={!taken}
          submitText={t('task.complete')}
          onChange={setFilled}
          onSubmit={() => errand.submit(toForm(form.fields, filled), form.fields)}
          more={
            <>
              {!inside && found.claimed_by === null && (
                <Button onClick={() => move('claim')}>{t('task.claim')}</Button>
              )}
              {mine && <Button onClick={() => move('release')}>{t('task.release')}</Button>}
            </>
          }
        />
        {!inside && <Comments task={found} onAdded={reload} />}
      </div>
      <aside className="task-aside">
        {found.attachments.length > 0 && <Documents task={found.task} files={found.attachments} />}
        {procedure && (
          <section aria-label={t('task.procedure')}>
            <h3>{t('task.procedure')}</h3>
            <Procedure text={procedure} />
          </section>
        )}
        <section aria-label={t('diagram.title')}>
          <h3>{t('diagram.title')}</h3>
          <Suspense fallback={<Spin />}>
            <Diagram process={found.process} version={shown.version} here={[found.element]} done={done} />
          </Suspense>
          <CaseWay shown={shown} names={names} />
        </section>
      </aside>
    </div>
  );
}

function Fault({ error }: { error: ApiError }) {
  const faultText = useFaultText();
  return <Alert type="error" showIcon className="form-fault" title={faultText(error)} />;
}

/** Nobody knows yet whether it was done: the only thing to do is to ask again, under the same key. */
export function Unknown({ onAgain }: { onAgain: () => void }) {
  const { t } = useI18n();
  return (
    <Alert
      type="warning"
      showIcon
      className="form-fault"
      title={t('errand.unknown')}
      description={t('errand.unknownMore')}
      action={<Button onClick={onAgain}>{t('errand.again')}</Button>}
    />
  );
}

/** What the case was started with, as rows of label and text. */
export function factsOf(
  shown: CaseView,
  process: ProcessView,
  language: Language,
  t: (key: Key) => string,
): Row[] {
  const fields = (process.start_form?.fields ?? []).filter(
    (field) =>
      !field.secret && shown.variables[field.name] !== undefined && shown.variables[field.name] !== null,
  );
  const rows: Row[] = fields.map((field) => [
    labelOf(field, language),
    <ShownValue key={field.name} field={field} value={shown.variables[field.name]} />,
  ]);
  const words = shown.variables.amount_in_words;
  if (typeof words === 'string')
    rows.push([
      t('case.inWords'),
      <span key="words" lang="zh-CN">
        {words}
      </span>,
    ]);
  return rows;
}

/** What the case was started with. */
export function Facts({ shown, process }: { shown: CaseView; process: ProcessView }) {
  const { t, language } = useI18n();
  const rows: Row[] = [...factsOf(shown, process, language, t), [t('case.startedBy'), shown.initiator]];
  return <Rows className="facts" label={t('case.facts')} rows={rows} />;
}
