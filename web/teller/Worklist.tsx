/* The worklist (待办): what this person has taken or may take, most urgent first, worked by keyboard from the list. */

import { memo, useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { useLocation } from 'wouter';
import { type ApiError, asApiError, get, newKey, post } from '../shared/api/client';
import type { TaskLine, TaskPage } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { partOf, useI18n, type Language } from '../shared/i18n';
import { hoursAndMinutes, showMoment } from '../shared/moments';
import { useSession } from '../shared/session';
import { isAnything, ShownOnce, type Once } from '../shared/ShownOnce';
import { Table, type Column } from '../shared/Table';
import { TaskPanel } from '../shared/TaskPanel';
import { useLoad } from '../shared/useLoad';
import { useProcessNames } from '../shared/useProcessNames';
import { useRoleName } from './Authorisation';
import { Delegation } from './Delegation';
import { KeysBar } from './KeysBar';

const LOOK_AGAIN_MS = 8000;
const PAGE = 200;
const TASKS_MAX = 2000;

/** Everything on the worklist, page by page. */
async function loadTasks(): Promise<TaskLine[]> {
  const lines: TaskLine[] = [];
  let next: number | null = 0;
  while (next !== null && lines.length < TASKS_MAX) {
    const page: TaskPage = await get<TaskPage>(`/v1/tasks?limit=${PAGE}&offset=${next}`);
    lines.push(...page.tasks);
    next = page.next;
  }
  return lines;
}

/** Lines as they were where nothing that is shown has changed, so that their rows are not drawn again. */
export function unchanged(before: readonly TaskLine[], now: readonly TaskLine[]): TaskLine[] {
  const shown = (line: TaskLine) =>
    `${line.version} ${line.claimed_by} ${line.left_s === null ? '' : Math.floor(line.left_s / 60)}`;
  const known = new Map(before.map((line) => [line.task, line]));
  return now.map((line) => {
    const old = known.get(line.task);
    return old && shown(old) === shown(line) ? old : line;
  });
}

export function Worklist({ task }: { task: number | null }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const [once, setOnce] = useState<Once>({});
  if (isAnything(once)) {
    return (
      <div className="place worklist-task">
        <ShownOnce once={once} onSeen={() => setOnce({})} />
      </div>
    );
  }
  if (task === null) return <List onOpen={(line) => go(`/worklist/${line.task}`)} />;
  return (
    <div className="place worklist-task">
      <Button size="small" onClick={() => go('/worklist')}>
        {t('worklist.back')}
      </Button>
      <TaskPanel
        task={task}
        onDone={(answer) => {
          setOnce(answer);
          go('/worklist');
        }}
      />
    </div>
  );
}

interface Filter {
  process: string;
  role: string;
  only: '' | 'mine' | 'late';
  text: string;
}
const ALL: Filter = { process: '', role: '', only: '', text: '' };

function List({ onOpen }: { onOpen: (line: TaskLine) => void }) {
  const { t } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const roleName = useRoleName();
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [filter, setFilter] = useState<Filter>(ALL);
  const [delegating, setDelegating] = useState<TaskLine | null>(null);
  const known = useRef<TaskLine[]>([]);
  const pages = Math.max(1, Math.ceil(known.current.length / PAGE)); // a long list is asked for less often
  const { value, error, reload } = useLoad(
    'tasks',
    async () => (known.current = unchanged(known.current, await loadTasks())),
    LOOK_AGAIN_MS * pages,
  );
  const nameOf = useProcessNames();
  const move = useCallback(
    (line: TaskLine, verb: 'claim' | 'release') => {
      setFailed(null);
      post(`/v1/tasks/${line.task}/${verb}`, {}, newKey())
        .catch((refused: unknown) => setFailed(asApiError(refused)))
        .finally(reload);
    },
    [reload],
  );
  const columns = useColumns(nameOf, onOpen, move);
  const all = useMemo(() => value ?? [], [value]);
  const settled = useDeferredValue(filter); // what is typed is seen at once, what it finds a moment later
  const rows = useMemo(
    () => all.filter(wanted(settled, me.number, nameOf)),
    [all, settled, me.number, nameOf],
  );
  const onLetter = (line: TaskLine, letter: string) => {
    const mine = line.claimed_by === me.number;
    if (letter === 'c' && line.claimed_by === null) move(line, 'claim');
    else if (letter === 'r' && mine) move(line, 'release');
    else if (letter === 'd' && mine) setDelegating(line);
    else return false;
    return true;
  };
  const problem = failed ?? error;
  const set = (part: Partial<Filter>) => setFilter((now) => ({ ...now, ...part }));
  return (
    <section className="place worklist" aria-label={t('nav.worklist')}>
      <div className="place-head worklist-head">
        <h1>{t('nav.worklist')}</h1>
        <span className="quiet" role="status">
          {value ? t('worklist.count', { count: rows.length }) : ''}
          {all.length >= TASKS_MAX && ` · ${t('worklist.more', { count: all.length })}`}
        </span>
        <Choice
          id="worklist-process"
          label={t('worklist.process')}
          value={filter.process}
          names={kindsOf(all, (line) => [line.process], nameOf)}
          onChange={(process) => set({ process })}
        />
        <Choice
          id="worklist-role"
          label={t('worklist.role')}
          value={filter.role}
          names={kindsOf(all, (line) => (line.role ?? '').split(' '), roleName)}
          onChange={(role) => set({ role })}
        />
        <Choice
          id="worklist-only"
          label={t('worklist.only')}
          value={filter.only}
          names={[
            ['mine', t('worklist.onlyMine')],
            ['late', t('worklist.onlyLate')],
          ]}
          onChange={(only) => set({ only: only as Filter['only'] })}
        />
        <label className="quiet" htmlFor="worklist-text">
          {t('worklist.find')}
        </label>
        <input
          id="worklist-text"
          className="plain-input"
          value={filter.text}
          onChange={(event) => set({ text: event.target.value })}
        />
      </div>
      {problem && <Alert type="error" showIcon title={faultText(problem)} />}
      {delegating && (
        <Delegation
          task={delegating}
          onDone={() => {
            setDelegating(null);
            reload();
          }}
          onCancel={() => setDelegating(null)}
        />
      )}
      {value === null && !error && <Spin />}
      {value?.length === 0 && <p className="empty">{t('worklist.none')}</p>}
      {value !== null && value.length > 0 && rows.length === 0 && (
        <p className="empty">
          {t('worklist.noneSuch')}{' '}
          <button type="button" className="link-button" onClick={() => setFilter(ALL)}>
            {t('worklist.showAll')}
          </button>
        </p>
      )}
      {rows.length > 0 && (
        <Table
          label={t('nav.worklist')}
          className="worklist-table"
          columns={columns}
          rows={rows}
          keyOf={(line) => line.task}
          rowClass={(line) => (line.claimed_by === me.number ? 'row-mine' : undefined)}
          onOpen={onOpen}
          onLetter={onLetter}
        />
      )}
      <KeysBar
        keys={[
          ['↑ ↓', t('keys.move')],
          ['Enter', t('keys.open')],
          ['C', t('task.claim')],
          ['R', t('task.release')],
          ['D', t('task.delegate')],
          ['F8', t('keys.lock')],
        ]}
      />
    </section>
  );
}

function wanted(filter: Filter, me: string, nameOf: (key: string) => string) {
  const text = filter.text.trim().toLowerCase();
  return (line: TaskLine) =>
    (!filter.process || line.process === filter.process) &&
    (!filter.role || (line.role ?? '').split(' ').includes(filter.role)) &&
    (filter.only !== 'mine' || line.claimed_by === me) &&
    (filter.only !== 'late' || (line.left_s !== null && line.left_s < 0)) &&
    (!text ||
      `${line.name} ${line.case_name ?? ''} ${line.case} ${nameOf(line.process)}`
        .toLowerCase()
        .includes(text));
}

function kindsOf(
  lines: readonly TaskLine[],
  kinds: (line: TaskLine) => string[],
  name: (kind: string) => string,
): [string, string][] {
  const found = new Set(lines.flatMap(kinds).filter((one) => one !== ''));
  return [...found].sort().map((one) => [one, name(one)]);
}

interface ChoiceProps {
  id: string;
  label: string;
  value: string;
  names: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

function Choice({ id, label, value, names, onChange }: ChoiceProps) {
  const { t } = useI18n();
  return (
    <>
      <label className="quiet" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t('worklist.all')}</option>
        {names.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}

function useColumns(
  nameOf: (key: string) => string,
  onOpen: (line: TaskLine) => void,
  move: (line: TaskLine, verb: 'claim' | 'release') => void,
): Column<TaskLine>[] {
  const { t, language } = useI18n();
  const { me } = useSession();
  const open = useRef(onOpen);
  open.current = onOpen;
  return useMemo(
    () => [
      {
        key: 'left',
        title: t('worklist.left'),
        cell: (line) => <Left line={line} language={language} />,
        by: (line) => line.left_s,
      },
      {
        key: 'task',
        title: t('worklist.task'),
        cell: (line) => (
          <>
            <button type="button" tabIndex={-1} className="link-button" onClick={() => open.current(line)}>
              {partOf(line.name, language)}
            </button>
            <div className="narrow-only quiet">
              {nameOf(line.process)} {line.case_name}
            </div>
          </>
        ),
        by: (line) => partOf(line.name, language),
      },
      {
        key: 'process',
        title: t('worklist.process'),
        cell: (line) => nameOf(line.process),
        by: (line) => nameOf(line.process),
        wide: true,
      },
      { key: 'about', title: t('worklist.about'), cell: (line) => line.case_name, wide: true },
      {
        key: 'case',
        title: t('worklist.case'),
        cell: (line) => line.case,
        by: (line) => line.case,
        figures: true,
        wide: true,
      },
      { key: 'branch', title: t('worklist.branch'), cell: (line) => line.branch, wide: true },
      {
        key: 'priority',
        title: t('worklist.priority'),
        cell: (line) => line.priority || '',
        by: (line) => line.priority,
        wide: true,
      },
      {
        key: 'opened',
        title: t('worklist.opened'),
        cell: (line) => showMoment(line.opened_at, language),
        by: (line) => line.opened_at,
        wide: true,
      },
      {
        key: 'action',
        title: t('worklist.state'),
        cell: (line) => (
          <button
            type="button"
            tabIndex={-1}
            className="small-button"
            onClick={() => move(line, line.claimed_by === me.number ? 'release' : 'claim')}
          >
            {line.claimed_by === me.number ? t('task.release') : t('task.claim')}
          </button>
        ),
      },
    ],
    [t, language, me.number, nameOf, move],
  );
}

/** Working time that is left, in words and colour, and the moment it is due. */
const Left = memo(function Left({ line, language }: { line: TaskLine; language: Language }) {
  const { t } = useI18n();
  if (line.left_s === null || line.due_at === null)
    return <span className="quiet">{t('worklist.noLimit')}</span>;
  const { hours, minutes } = hoursAndMinutes(line.left_s);
  const text = hours ? t('worklist.hours', { hours, minutes }) : t('worklist.minutes', { minutes });
  const late = line.left_s < 0;
  /* By the bank's clock: the margin between risk and due, against what is left. */
  const margin = line.at_risk_at === null ? 0 : Date.parse(line.due_at) - Date.parse(line.at_risk_at);
  const atRisk = !late && line.left_s * 1000 <= margin;
  return (
    <>
      <span className={late ? 'tag tag-bad' : atRisk ? 'tag tag-risk' : 'tag tag-good'}>
        {late ? t('worklist.late', { text }) : text}
      </span>
      <span className="quiet wide-only-inline">{showMoment(line.due_at, language)}</span>
    </>
  );
});
