/* The worklist (待办): what this person has taken or may take, most urgent first. */

import { useState } from 'react';
import { Alert, Button, Spin, Tag } from 'antd';
import { useLocation } from 'wouter';
import { ApiError, get, newKey, post } from '../shared/api/client';
import type { ProcessView, TaskLine, TaskPage } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { partOf, useI18n } from '../shared/i18n';
import { hoursAndMinutes, showMoment } from '../shared/moments';
import { useSession } from '../shared/session';
import { isAnything, ShownOnce, type Once } from '../shared/ShownOnce';
import { TaskPanel } from '../shared/TaskPanel';
import { useLoad } from '../shared/useLoad';

const LOOK_AGAIN_MS = 8000;
const PAGE = 200;
const TASKS_MAX = 2000;
const ROWS = 50;

type Order = 'urgency' | 'due' | 'age';
/** Urgency is the bank's own order: priority, then due time. */
const ORDERS: Record<'due' | 'age', (a: TaskLine, b: TaskLine) => number> = {
  due: (a, b) => (a.left_s ?? Infinity) - (b.left_s ?? Infinity),
  age: (a, b) => a.opened_at.localeCompare(b.opened_at),
};

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

export function Worklist({ task }: { task: number | null }) {
  const { t } = useI18n();
  const [, go] = useLocation();
  const [once, setOnce] = useState<Once>({});
  if (isAnything(once)) {
    return (
      <div className="worklist-task">
        <ShownOnce once={once} onSeen={() => setOnce({})} />
      </div>
    );
  }
  if (task === null) return <List onOpen={(line) => go(`/worklist/${line.task}`)} />;
  return (
    <div className="worklist-task">
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

function List({ onOpen }: { onOpen: (line: TaskLine) => void }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const [failed, setFailed] = useState<ApiError | null>(null);
  const { value: lines, error, reload } = useLoad('tasks', loadTasks, LOOK_AGAIN_MS);
  const { value: processes } = useLoad('processes', () => get<ProcessView[]>('/v1/processes'));
  const processName = (key: string) =>
    partOf(processes?.find((one) => one.key === key)?.name ?? key, language);
  const move = (line: TaskLine, verb: 'claim' | 'release') => {
    setFailed(null);
    post(`/v1/tasks/${line.task}/${verb}`, {}, newKey())
      .catch((refused: unknown) => setFailed(refused instanceof ApiError ? refused : new ApiError(0, null)))
      .finally(reload);
  };
  const [process, setProcess] = useState('');
  const [order, setOrder] = useState<Order>('urgency');
  const [shown, setShown] = useState(ROWS);
  const all = lines ?? [];
  const kinds = [...new Set(all.map((line) => line.process))].sort();
  const wanted = all.filter((line) => !process || line.process === process);
  const rows = order === 'urgency' ? wanted : [...wanted].sort(ORDERS[order]);
  const problem = failed ?? error;
  return (
    <section className="worklist" aria-label={t('nav.worklist')}>
      <div className="worklist-head">
        <h1>{t('nav.worklist')}</h1>
        <span className="quiet" role="status">
          {lines ? t('worklist.count', { count: rows.length }) : ''}
        </span>
        <label className="quiet" htmlFor="worklist-process">
          {t('worklist.process')}
        </label>
        <select
          id="worklist-process"
          className="select"
          value={process}
          onChange={(e) => setProcess(e.target.value)}
        >
          <option value="">{t('worklist.all')}</option>
          {kinds.map((key) => (
            <option key={key} value={key}>
              {processName(key)}
            </option>
          ))}
        </select>
        <label className="quiet" htmlFor="worklist-order">
          {t('worklist.order')}
        </label>
        <select
          id="worklist-order"
          className="select"
          value={order}
          onChange={(e) => setOrder(e.target.value as Order)}
        >
          <option value="urgency">{t('worklist.byUrgency')}</option>
          <option value="due">{t('worklist.byDue')}</option>
          <option value="age">{t('worklist.byAge')}</option>
        </select>
      </div>
      {problem && <Alert type="error" showIcon title={faultText(problem)} />}
      {lines === null && !error && <Spin />}
      {lines?.length === 0 && <p className="quiet">{t('worklist.none')}</p>}
      {rows.length > 0 && (
        <table className="way worklist-table" aria-label={t('nav.worklist')}>
          <thead>
            <tr>
              <th scope="col">{t('worklist.left')}</th>
              <th scope="col">{t('worklist.task')}</th>
              <th scope="col" className="wide-only">
                {t('worklist.process')}
              </th>
              <th scope="col" className="wide-only">
                {t('worklist.about')}
              </th>
              <th scope="col" className="wide-only">
                {t('worklist.case')}
              </th>
              <th scope="col" className="wide-only">
                {t('worklist.branch')}
              </th>
              <th scope="col" className="wide-only">
                {t('worklist.priority')}
              </th>
              <th scope="col" className="wide-only">
                {t('worklist.opened')}
              </th>
              <th scope="col">{t('worklist.state')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((line) => (
              <tr key={line.task} className={line.claimed_by === me.number ? 'row-mine' : undefined}>
                <td>
                  <Left line={line} />
                </td>
                <td>
                  <button type="button" className="link-button" onClick={() => onOpen(line)}>
                    {partOf(line.name, language)}
                  </button>
                  <div className="narrow-only quiet">
                    {processName(line.process)} {line.case_name}
                  </div>
                </td>
                <td className="wide-only">{processName(line.process)}</td>
                <td className="wide-only">{line.case_name}</td>
                <td className="wide-only">{line.case}</td>
                <td className="wide-only">{line.branch}</td>
                <td className="wide-only">{line.priority}</td>
                <td className="wide-only">{showMoment(line.opened_at, language)}</td>
                <td>
                  <Button
                    size="small"
                    onClick={() => move(line, line.claimed_by === me.number ? 'release' : 'claim')}
                  >
                    {line.claimed_by === me.number ? t('task.release') : t('task.claim')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > shown && (
        <Button onClick={() => setShown((n) => n + ROWS)}>
          {t('worklist.more', { count: rows.length - shown })}
        </Button>
      )}
    </section>
  );
}

/** Working time that is left, in words and colour. */
function Left({ line }: { line: TaskLine }) {
  const { t, language } = useI18n();
  if (line.left_s === null || line.due_at === null)
    return <span className="quiet">{t('worklist.noLimit')}</span>;
  const { hours, minutes } = hoursAndMinutes(line.left_s);
  const text = hours ? t('worklist.hours', { hours, minutes }) : t('worklist.minutes', { minutes });
  const late = line.left_s < 0;
  /* By the bank's clock: the margin between risk and due, against what is left. */
  const margin = line.at_risk_at === null ? 0 : Date.parse(line.due_at) - Date.parse(line.at_risk_at);
  const atRisk = !late && line.left_s * 1000 <= margin;
  return (
    <Tag
      className={late ? 'tag-bad' : atRisk ? 'tag-risk' : 'tag-good'}
      title={showMoment(line.due_at, language)}
    >
      {late ? t('worklist.late', { text }) : text}
    </Tag>
  );
}
