/* One request as steps: what is done, what is awaited now, by whom and until when; and what came of it. */

import { useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { get } from '../shared/api/client';
import type { DepositOfferView, MyCase } from '../shared/api/customerTypes';
import type { FieldDefinition, Value, Values } from '../shared/api/types';
import { labelOf, partOf, useI18n, type Key } from '../shared/words';
import { showDecimal } from '../shared/money';
import { useLoad } from '../shared/useLoad';
import { Back } from './Account';
import { CustomerTask } from './CustomerTask';
import { isDay, isMoment, showDay, showTime } from './dates';
import { grouped, useMine } from './money';
import { STAFF_FIELDS } from './NewRequest';
import { statementPath } from './session';
import { Facts, Failed, Notice, Title, Waiting } from './parts';
import { plainRate, tenorOf } from './Home';
import { ShownValue } from '../shared/fields/ShownValue';

const LOOK_AGAIN_MS = 3000;
export const RUNNING = 'running';
const STATES: Record<string, Key> = {
  running: 'online.case.running',
  completed: 'online.case.completed',
  terminated: 'online.case.terminated',
  cancelled: 'online.case.cancelled',
  failed: 'online.case.failed',
};
const FEN = /\s*[(（](?:分|fen)[)）]/;

export function stateOf(status: string): Key {
  return STATES[status] ?? 'online.case.running';
}

export function CasePage({ number }: { number: number }) {
  const [over, setOver] = useState(false);
  const { value, error, reload } = useLoad(
    `case ${number}`,
    () => get<MyCase>(`/v1/my/cases/${number}`),
    over ? undefined : LOOK_AGAIN_MS,
  );
  const status = value?.status;
  useEffect(() => {
    if (status && status !== RUNNING) setOver(true);
  }, [status]);
  if (error && !value) return <Failed error={error} onAgain={reload} />;
  if (!value) return <Waiting />;
  return <Shown shown={value} reload={reload} />;
}

function Shown({ shown, reload }: { shown: MyCase; reload: () => void }) {
  const { t, language, refusal } = useI18n();
  const mine = useMine();
  const running = shown.status === RUNNING;
  const tasks = shown.next.flatMap((step) => (step.task === null ? [] : [step.task]));
  const last = shown.milestones.at(-1);
  const refused = shown.refusal;
  const { reload: lookAtMoney } = mine;
  useEffect(() => {
    if (!running) lookAtMoney();
  }, [running, lookAtMoney]);
  return (
    <>
      <Title back={<Back href="/requests" />}>{partOf(shown.name, language)}</Title>
      {!running && (
        <Notice
          kind={refused ? 'bad' : 'plain'}
          title={
            refused
              ? t('online.case.refused')
              : t('online.case.ended', { how: last ? partOf(last.name, language) : t(stateOf(shown.status)) })
          }
        >
          {refused && <p>{refusal(refused, shown.refusal_params) ?? refused}</p>}
        </Notice>
      )}
      {tasks.map((task) => (
        <CustomerTask
          key={task}
          task={task}
          tried={shown.milestones.some((one) =>
            shown.next.some((step) => step.task === task && step.name === one.name),
          )}
          onDone={reload}
        />
      ))}
      <section aria-labelledby="steps">
        <h2 id="steps">{t('online.case.steps')}</h2>
        <ol className="steps">
          {shown.milestones.map((one) => (
            <li key={one.name + one.at} className="step step-done">
              <span className="step-name">{partOf(one.name, language)}</span>
              <span className="quiet">{t('online.case.doneAt', { at: showTime(one.at, language) })}</span>
            </li>
          ))}
          {shown.next.map((one) => (
            <li key={one.name + (one.due_at ?? '')} className="step step-now" aria-current="step">
              <span className="step-name">{partOf(one.name, language)}</span>
              <span>
                <span className={one.task === null ? 'mark' : 'mark mark-waits'}>
                  {one.task === null ? t('online.case.bankNow') : t('online.case.youNow')}
                </span>{' '}
                {one.due_at && <strong>{t('online.by', { at: showTime(one.due_at, language) })}</strong>}
              </span>
            </li>
          ))}
          {running && shown.next.length === 0 && (
            <li className="step step-now" aria-current="step">
              <span className="step-name">{t('online.case.working')}</span>
            </li>
          )}
          {running && (
            <li className="step step-later">
              <span className="step-name">{t('online.case.then')}</span>
            </li>
          )}
        </ol>
      </section>
      <Told shown={shown} />
      <section className="card" aria-labelledby="given">
        <h2 id="given">{t('online.case.given')}</h2>
        <Facts
          rows={[
            [t('online.case.number'), String(shown.case)],
            [t('online.case.startedAt'), showTime(shown.started_at, language)],
            ...rowsOf(
              (shown.given_form?.fields ?? []).filter(
                (field) => !STAFF_FIELDS[shown.process]?.includes(field.name),
              ),
              shown.given,
              language,
              t,
            ),
          ]}
        />
      </section>
      <Withdraw shown={shown} />
    </>
  );
}

function Told({ shown }: { shown: MyCase }) {
  const { t, language } = useI18n();
  const rows = rowsOf(shown.told_fields, shown.told, language, t);
  if (rows.length === 0) return null;
  const { statement } = shown.told;
  return (
    <section className="card" aria-labelledby="told">
      <h2 id="told">{t('online.case.told')}</h2>
      <Facts rows={rows} />
      {typeof statement === 'string' && (
        <p>
          <a href={statementPath(statement, 'pdf', language)} target="_blank" rel="noreferrer">
            {t('online.statement.pdf')}
          </a>
        </p>
      )}
    </section>
  );
}

/** What the customer may still take back, each by the process that does it. */
function Withdraw({ shown }: { shown: MyCase }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  if (shown.status !== RUNNING) return null;
  const process = { transfer: 'transfer_cancellation', complaint: 'complaint_withdrawal' }[shown.process];
  if (!process) return null;
  const known: Values =
    shown.process === 'transfer'
      ? { transfer: shown.case, payer: shown.given.payer ?? null }
      : { complaint: shown.told.complaint ?? null };
  return (
    <p>
      <Link
        href={`/requests/new/${process}`}
        className="button button-quiet"
        onClick={(event) => {
          event.preventDefault();
          go(`/requests/new/${process}`, { state: known });
        }}
      >
        {shown.process === 'transfer' ? t('online.case.cancelTransfer') : t('online.case.withdraw')}
      </Link>
    </p>
  );
}

/** Named values as people read them. */
export function rowsOf(
  fields: readonly FieldDefinition[],
  values: Values,
  language: 'zh-CN' | 'en',
  t: (key: Key, holes?: Record<string, string>) => string,
): (readonly [string, ReactNode])[] {
  return fields
    .filter((field) => values[field.name] !== undefined && values[field.name] !== null)
    .map((field) => [
      labelOf(field, language).replace(FEN, ''),
      shownText(field, values[field.name] ?? null, language, t),
    ]);
}

/** What the bank calls a product of deposits; its key where it is no longer offered. */
function Product({ named }: { named: string }) {
  const { language } = useI18n();
  const { value } = useLoad('deposit offers', () => get<DepositOfferView[]>('/v1/my/deposit-offers'));
  const offer = value?.find((one) => one.product === named);
  return <>{offer ? labelOf(offer, language) : named}</>;
}

function shownText(
  field: FieldDefinition,
  value: Value,
  language: 'zh-CN' | 'en',
  t: (key: Key, holes?: Record<string, string>) => string,
): ReactNode {
  if (typeof value === 'string') {
    if (isMoment(value)) return showTime(value, language);
    if (isDay(value)) return showDay(value, language);
    if (/^\d{14,}$/.test(value)) return grouped(value);
    if (field.name === 'product' && field.type === 'text') return <Product named={value} />;
    if (field.name === 'tenor') return tenorOf(value, t);
    if (field.name.startsWith('rate')) return `${plainRate(value)}%`;
    if (/^\d+\.\d+$/.test(value)) return showDecimal(value);
  }
  return <ShownValue field={field} value={value} />;
}
