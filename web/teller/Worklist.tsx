/* The worklist (待办): what this person has taken or may take, most urgent first. */

import { useState } from 'react';
import { Alert, Button, Table, Tag, type TableColumnsType } from 'antd';
import { useLocation } from 'wouter';
import { ApiError, get, newKey, post } from '../shared/api/client';
import type { ProcessView, TaskLine, TaskPage } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { partOf, useI18n } from '../shared/i18n';
import { hoursAndMinutes, showMoment } from '../shared/moments';
import { useSession } from '../shared/session';
import { TaskPanel } from '../shared/TaskPanel';
import { useLoad } from '../shared/useLoad';

const LOOK_AGAIN_MS = 5000;
const PAGE = 200;
const TASKS_MAX = 1000;

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
  if (task === null) return <List onOpen={(line) => go(`/worklist/${line.task}`)} />;
  return (
    <div className="worklist-task">
      <Button size="small" onClick={() => go('/worklist')}>
        {t('worklist.back')}
      </Button>
      <TaskPanel task={task} onDone={() => go('/worklist')} />
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
  const columns: TableColumnsType<TaskLine> = [
    {
      title: t('worklist.left'),
      key: 'left',
      sorter: (a, b) => (a.left_s ?? Infinity) - (b.left_s ?? Infinity),
      render: (_, line) => <Left line={line} />,
    },
    {
      title: t('worklist.task'),
      key: 'name',
      render: (_, line) => (
        <button type="button" className="link-button" onClick={() => onOpen(line)}>
          {partOf(line.name, language)}
        </button>
      ),
    },
    {
      title: t('worklist.process'),
      key: 'process',
      filters: [...new Set((lines ?? []).map((line) => line.process))].map((key) => ({
        text: processName(key),
        value: key,
      })),
      onFilter: (value, line) => line.process === value,
      filterSearch: true,
      render: (_, line) => processName(line.process),
    },
    { title: t('worklist.about'), dataIndex: 'case_name', responsive: ['sm'] },
    { title: t('worklist.case'), dataIndex: 'case', responsive: ['md'], sorter: (a, b) => a.case - b.case },
    { title: t('worklist.branch'), dataIndex: 'branch', responsive: ['md'] },
    {
      title: t('worklist.priority'),
      dataIndex: 'priority',
      responsive: ['lg'],
      sorter: (a, b) => a.priority - b.priority,
    },
    {
      title: t('worklist.opened'),
      key: 'opened',
      responsive: ['lg'],
      render: (_, line) => showMoment(line.opened_at, language),
    },
    {
      title: t('worklist.state'),
      key: 'state',
      render: (_, line) =>
        line.claimed_by === me.number ? (
          <Button size="small" onClick={() => move(line, 'release')}>
            {t('task.release')}
          </Button>
        ) : (
          <Button size="small" onClick={() => move(line, 'claim')}>
            {t('task.claim')}
          </Button>
        ),
    },
  ];
  const problem = failed ?? error;
  return (
    <section className="worklist" aria-label={t('nav.worklist')}>
      <div className="worklist-head">
        <h1>{t('nav.worklist')}</h1>
        <span className="quiet" role="status">
          {lines ? t('worklist.count', { count: lines.length }) : ''}
        </span>
      </div>
      {problem && <Alert type="error" showIcon title={faultText(problem)} />}
      <Table<TaskLine>
        size="small"
        rowKey="task"
        columns={columns}
        dataSource={lines ?? []}
        loading={lines === null && !error}
        pagination={{ pageSize: 25, hideOnSinglePage: true, showSizeChanger: false }}
        rowClassName={(line) => (line.claimed_by === me.number ? 'row-mine' : '')}
      />
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
  const atRisk = !late && line.at_risk_at !== null && new Date(line.at_risk_at) <= new Date();
  return (
    <Tag
      className={late ? 'tag-bad' : atRisk ? 'tag-risk' : 'tag-good'}
      title={showMoment(line.due_at, language)}
    >
      {late ? t('worklist.late', { text }) : text}
    </Tag>
  );
}
