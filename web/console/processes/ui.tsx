/* Small things that the pages of processes share. */

import { lazy, Suspense, type ComponentProps, type ReactNode } from 'react';
import { Alert, Spin, Tag } from 'antd';
import { Link } from 'wouter';
import { get } from '../../shared/api/client';
import type { ModelView, ReasonParams } from '../../shared/api/processTypes';
import { useFaultText } from '../../shared/faults';
import { partOf, useI18n, type Key } from '../../shared/i18n';
import { useRoleNames } from '../../shared/useRoleNames';
import { useLoad, type Loaded } from '../../shared/useLoad';
import { CASE_STATES, CHANNELS, UNNAMED } from './words';
import './processes.css';

const Drawn = lazy(() => import('../../shared/Diagram'));

/** The diagram; its viewer comes when it is needed. */
export function Diagram(props: ComponentProps<typeof Drawn>) {
  return (
    <Suspense fallback={<div className="diagram diagram-large" aria-hidden="true" />}>
      <Drawn large {...props} />
    </Suspense>
  );
}

export function useModel(process: string, version: number): Loaded<ModelView> {
  const path = `/v1/processes/${process}/versions/${version}`;
  return useLoad(path, () => get<ModelView>(path));
}

/** What has been asked for; a wait, or what went wrong, in its place. */
export function Shown<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ReactNode }) {
  const faultText = useFaultText();
  return (
    <>
      {of.error && <Alert type="error" showIcon role="alert" title={faultText(of.error)} />}
      {of.value !== null ? children(of.value) : !of.error && <Spin />}
    </>
  );
}

/** A word by its code; the code itself where it has none. */
export function useWord(): (words: Record<string, Key>, code: string) => string {
  const { t } = useI18n();
  return (words, code) => {
    const key = words[code];
    return key ? t(key) : code;
  };
}

export function CaseTag({ status, overdue }: { status: string; overdue?: boolean }) {
  const { t } = useI18n();
  const [key, className] = CASE_STATES[status] ?? [null, ''];
  return (
    <>
      <Tag className={className}>{key ? t(key) : status}</Tag>
      {overdue && <Tag className="tag-bad">{t('processes.overdue')}</Tag>}
    </>
  );
}

/** The name of an element in the reader's language. One that has none, such as a gateway at which ways meet, is called what
 * it is, where that is known, and its id stands small beside it. */
export function ElementName({ name, id, kind = '' }: { name: string; id: string; kind?: string }) {
  const { language } = useI18n();
  const word = useWord();
  if (name && name !== id) return <>{partOf(name, language)}</>;
  return (
    <>
      {kind && `${word(UNNAMED, kind)} `}
      <small className="code">{id}</small>
    </>
  );
}

/** Why a case has stopped: the bank's sentence where the reason is a refusal, of which the case keeps the code alone. */
export function Reason({ code, params }: { code: string; params: ReasonParams }) {
  const { refusal } = useI18n();
  const sentence = refusal(code, params);
  return (
    <>
      {sentence && `${sentence.replace(/\{\w+\}/g, '…')} `}
      <code>{code}</code>
    </>
  );
}

export function CaseLink({ number }: { number: number }) {
  return <Link href={`~/console/cases/${number}`}>{number}</Link>;
}

/** Names with the reader's comma between them. */
export function useListed(): (names: readonly string[]) => string {
  const { language } = useI18n();
  return (names) => names.join(language === 'en' ? ', ' : '、');
}

/** Who may begin a process, and on which channels. */
export interface Allowed {
  starters: (roles: readonly string[]) => string;
  channels: (channels: readonly string[]) => string;
}

export function useAllowed(): Allowed {
  const { t } = useI18n();
  const roleName = useRoleNames();
  const word = useWord();
  const listed = useListed();
  return {
    starters: (roles: readonly string[]) =>
      roles.length ? listed(roles.map(roleName)) : t('processes.everybody'),
    channels: (channels: readonly string[]) =>
      channels.length ? listed(channels.map((one) => word(CHANNELS, one))) : t('processes.everyChannel'),
  };
}
