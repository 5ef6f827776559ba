/* The audit trail (审计日志): who did what, when, on what; newest first, page by page. It can be read and never changed. */

import { useMemo, useState } from 'react';
import { Alert, Button, Spin, Tag } from 'antd';
import { get } from '../../shared/api/client';
import type { AuditLine, AuditPage } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { type Key, useI18n } from '../../shared/i18n';
import { showMoment } from '../../shared/moments';
import { Rows } from '../../shared/Rows';
import { SearchField } from '../../shared/SearchField';
import { Table, type Column } from '../../shared/Table';
import { useLoad } from '../../shared/useLoad';
import { whoIs } from '../../shared/who';
import { ACTS, actName } from './acts';

const PAGE = 50;
const OUTCOMES: Record<string, readonly [Key, string]> = {
  done: ['audit.done', 'tag-good'],
  refused: ['audit.refused', 'tag-bad'],
  locked: ['audit.locked', 'tag-bad'],
  second_factor_wrong: ['audit.wrong', 'tag-bad'],
  one_time_password: ['audit.oneTimePassword', ''],
  passkey: ['audit.passkey', ''],
};

interface Wanted {
  actor: string;
  action: string;
  subject: string;
  from: string;
  to: string;
}
const ALL: Wanted = { actor: '', action: '', subject: '', from: '', to: '' };

async function load(wanted: Wanted, pages: number): Promise<AuditPage> {
  const lines: AuditLine[] = [];
  let next: number | null = 0;
  for (let n = 0; n < pages && next !== null; n += 1) {
    const asked = new URLSearchParams({ order: 'newest', limit: String(PAGE) });
    if (next) asked.set('after', String(next));
    for (const [name, text] of Object.entries(wanted)) if (text) asked.set(name, text);
    const page: AuditPage = await get<AuditPage>(`/v1/audit?${asked.toString()}`);
    lines.push(...page.lines);
    next = page.next;
  }
  return { lines, next };
}

function trimmed(typed: Wanted): Wanted {
  return { ...typed, actor: typed.actor.trim(), subject: typed.subject.trim() };
}

export default function Audit() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const [typed, setTyped] = useState<Wanted>(ALL);
  const [wanted, setWanted] = useState<Wanted>(ALL);
  const [pages, setPages] = useState(1);
  const [chosen, setChosen] = useState<number | null>(null);
  const { value, error } = useLoad(`audit ${JSON.stringify(wanted)} ${pages}`, () => load(wanted, pages));
  const columns = useColumns(setChosen);
  const ask = (next: Wanted) => {
    setTyped(next);
    setWanted(trimmed(next));
    setPages(1);
    setChosen(null);
  };
  const line = value?.lines.find((one) => one.id === chosen);
  return (
    <section className="place" aria-label={t('console.audit')}>
      <h1>{t('console.audit')}</h1>
      <Filters typed={typed} onTyped={setTyped} onAsk={() => ask(typed)} />
      {error && <Alert type="error" showIcon role="alert" title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value && value.lines.length === 0 && <p className="empty">{t('audit.none')}</p>}
      {value && value.lines.length > 0 && (
        <div className={line ? 'with-detail' : undefined}>
          <div className="stack">
            <div className="scroll-x">
              <Table
                label={t('audit.table')}
                columns={columns}
                rows={value.lines}
                keyOf={(one) => one.id}
                rowClass={(one) => (one.id === chosen ? 'row-chosen' : undefined)}
                onOpen={(one) => setChosen(one.id)}
              />
            </div>
            {value.next !== null && (
              <Button className="more" onClick={() => setPages(pages + 1)}>
                {t('audit.more')}
              </Button>
            )}
          </div>
          {line && <Detail line={line} onAsk={(next) => ask({ ...ALL, ...next })} />}
        </div>
      )}
    </section>
  );
}

function Filters(props: { typed: Wanted; onTyped: (typed: Wanted) => void; onAsk: () => void }) {
  const { typed, onTyped, onAsk } = props;
  const { t } = useI18n();
  const common = (name: 'actor' | 'subject' | 'from' | 'to') => ({
    id: `audit-${name}`,
    value: typed[name],
    onChange: (text: string) => onTyped({ ...typed, [name]: text }),
  });
  const text = (name: 'actor' | 'subject', title: Key) => (
    <SearchField {...common(name)} label={t(title)} autoComplete="off" spellCheck={false} />
  );
  const day = (name: 'from' | 'to', title: Key) => (
    <SearchField {...common(name)} label={t(title)} type="date" />
  );
  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      {text('actor', 'audit.actor')}
      <label htmlFor="audit-action">
        {t('audit.action')}
        <select
          id="audit-action"
          className="select"
          value={typed.action}
          onChange={(event) => onTyped({ ...typed, action: event.target.value })}
        >
          <option value="">{t('audit.everyAction')}</option>
          {Object.entries(ACTS).map(([action, key]) => (
            <option key={action} value={action}>
              {t(key)}
            </option>
          ))}
        </select>
      </label>
      {text('subject', 'audit.subject')}
      {day('from', 'audit.from')}
      {day('to', 'audit.to')}
      <Button type="primary" htmlType="submit">
        {t('audit.find')}
      </Button>
    </form>
  );
}

function useColumns(onOpen: (line: number) => void): Column<AuditLine>[] {
  const { t, language } = useI18n();
  return useMemo(
    () => [
      {
        key: 'when',
        title: t('audit.when'),
        cell: (line) => (
          <button type="button" tabIndex={-1} className="link-button" onClick={() => onOpen(line.id)}>
            {showMoment(line.recorded_at, language)}
          </button>
        ),
      },
      { key: 'actor', title: t('audit.actor'), cell: (line) => whoIs(line.actor, t) },
      { key: 'action', title: t('audit.action'), cell: (line) => actName(line.action, t) },
      { key: 'subject', title: t('audit.subject'), cell: (line) => line.subject },
      {
        key: 'outcome',
        title: t('audit.outcome'),
        cell: (line) => <Outcome outcome={line.outcome} />,
        wide: true,
      },
    ],
    [t, language, onOpen],
  );
}

function Outcome({ outcome }: { outcome: string }) {
  const { t } = useI18n();
  const [key, className] = OUTCOMES[outcome] ?? [];
  return key ? <Tag className={className}>{t(key)}</Tag> : <>{outcome}</>;
}

function Detail({ line, onAsk }: { line: AuditLine; onAsk: (wanted: Partial<Wanted>) => void }) {
  const { t, language } = useI18n();
  return (
    <aside className="detail" aria-label={t('audit.line', { id: line.id })}>
      <h2>{t('audit.line', { id: line.id })}</h2>
      <Rows
        className="slip"
        rows={[
          [t('audit.when'), showMoment(line.recorded_at, language)],
          [t('audit.actor'), whoIs(line.actor, t)],
          [
            t('audit.action'),
            <>
              {actName(line.action, t)} <span className="code">{line.action}</span>
            </>,
          ],
          [t('audit.subject'), line.subject],
          [t('audit.outcome'), <Outcome key="outcome" outcome={line.outcome} />],
        ]}
      />
      <div className="detail-actions">
        <Button size="small" onClick={() => onAsk({ subject: line.subject })}>
          {t('audit.theSame')}
        </Button>
        <Button size="small" onClick={() => onAsk({ actor: line.actor })}>
          {t('audit.thePerson')}
        </Button>
      </div>
    </aside>
  );
}
