/* What the bank asks the customer for, inside a request: to confirm by the second factor, to agree, to say something. */

import { useState } from 'react';
import { type ApiError, asApiError, get, newKey, post } from '../shared/api/client';
import type { MyTask, OptionsView } from '../shared/api/customerTypes';
import type { CaseNumber, FieldDefinition, Values } from '../shared/api/types';
import { labelOf, partOf, useI18n } from '../shared/words';
import { toForm, type Filled } from '../shared/fields/filled';
import { useErrand } from '../shared/useErrand';
import { useLoad } from '../shared/useLoad';
import { rowsOf } from './CasePage';
import { showTime } from './dates';
import { CodeField } from './Entry';
import { FormFields } from './FormFields';
import { Button, Facts, Failed, Notice, OtherFaults, Unknown, Waiting } from './parts';
import { answer, havePasskeys } from './passkeys';
import { cannotSign, SigningMissing, useSigning } from './signing';
import { useVisit } from './visit';

const CODE = 'one_time_password';
const ASSERTION = 'assertion';
const SIGNATURE = 'signature';
const LONG = 120;

interface Props {
  task: number;
  /** Whether the customer was asked the same before. */
  tried: boolean;
  onDone: () => void;
}

/** Without the marks of a heading, which only a program reads. */
function plainText(text: string): string {
  return text.replace(/^#+ /gm, '').trim();
}

export function CustomerTask(props: Props) {
  const { value, error, reload } = useLoad(`task ${props.task}`, () =>
    get<MyTask>(`/v1/my/tasks/${props.task}`),
  );
  if (error) return <Failed error={error} onAgain={reload} />;
  if (!value) return <Waiting />;
  return <Asked {...props} asked={value} />;
}

function Asked({ asked, tried, onDone }: Props & { asked: MyTask }) {
  const { t, language } = useI18n();
  const { visit } = useVisit();
  const [filled, setFilled] = useState<Filled>({});
  const [code, setCode] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [none, setNone] = useState(false);
  const fields = asked.form?.fields ?? [];
  const shown = fields.filter((field) => field.type === 'show' && field.name !== 'factor');
  const asks = fields.filter(
    (field) => field.type !== 'show' && field.name !== CODE && field.name !== ASSERTION,
  );
  const has = (name: string) => fields.some((field) => field.name === name);
  const needsSignature = asked.values.factor === SIGNATURE;
  const byCode = has(CODE) && !needsSignature;
  const signing = useSigning(needsSignature);
  const byPasskey = has(ASSERTION) && havePasskeys && !cannotSign(signing);
  const errand = useErrand<CaseNumber>(
    visit.customer,
    `task.${asked.task}`,
    (form, key) => post(`/v1/my/tasks/${asked.task}/completion`, { version: asked.version, form }, key),
    () => {
      setCode('');
      onDone();
    },
  );
  const send = (more: Values) => errand.submit({ ...toForm(asks, filled), ...more }, fields);
  const sign = async () => {
    setError(null);
    try {
      const { options } = await post<OptionsView>(
        `/v1/my/tasks/${asked.task}/signature-challenge`,
        {},
        newKey(),
      );
      const assertion = await answer(options);
      setNone(assertion === null);
      if (assertion) send({ assertion });
    } catch (failed) {
      setError(asApiError(failed));
    }
  };
  const isLong = (field: FieldDefinition) => String(asked.values[field.name] ?? '').length > LONG;
  const texts = shown.filter(isLong);
  const sending = errand.progress === 'sending';
  const stuck = errand.progress === 'unknown';
  return (
    <section className="card card-waits stack" aria-labelledby={`task-${asked.task}`}>
      <h2 id={`task-${asked.task}`}>{partOf(asked.name, language)}</h2>
      {asked.due_at && <p className="quiet">{t('online.by', { at: showTime(asked.due_at, language) })}</p>}
      {tried && <Notice kind="bad" title={t('online.task.notRight')} />}
      <Facts
        rows={rowsOf(
          shown.filter((field) => !isLong(field)),
          asked.values,
          language,
          t,
        )}
      />
      {texts.map((field) => (
        <div
          key={field.name}
          className="long-text"
          tabIndex={0}
          role="region"
          aria-label={labelOf(field, language)}
        >
          {plainText(String(asked.values[field.name]))}
        </div>
      ))}
      <form
        className="stack"
        noValidate
        aria-label={asked.form ? labelOf(asked.form, language) : partOf(asked.name, language)}
        onSubmit={(event) => {
          event.preventDefault();
          send(byCode ? { [CODE]: code } : {});
        }}
      >
        <OtherFaults error={errand.error ?? error} names={fields.map((field) => field.name)} />
        {none && <Notice kind="plain" title={t('online.passkey.none')} />}
        {stuck && <Unknown onAgain={errand.again} />}
        <FormFields fields={asks} filled={filled} error={errand.error} onChange={setFilled} />
        {byCode && <CodeField code={code} onCode={setCode} error={errand.error} />}
        {needsSignature && byPasskey && <p>{t('online.task.signature')}</p>}
        <SigningMissing signing={signing} />
        {(byCode || !byPasskey) && !needsSignature && (
          <Button type="submit" wide busy={sending} disabled={stuck || (byCode && code.length !== 6)}>
            {t('online.task.confirm')}
          </Button>
        )}
        {byPasskey && (
          <Button
            kind={needsSignature ? 'strong' : 'calm'}
            wide
            busy={sending}
            disabled={stuck}
            onClick={() => void sign()}
          >
            {t('online.task.passkey')}
          </Button>
        )}
      </form>
    </section>
  );
}
