/* My till (尾箱): a teller's day led through its processes: sign in by counting, work, hand in, close by a blind count. */

import { useMemo, useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { get } from '../shared/api/client';
import type {
  CasePage,
  MyTill as Mine,
  MyVoucherMovement,
  MyVoucherMovements,
  TaskLine,
  TaskPage,
  TillMovement,
  TillMovements,
} from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { type Key, labelOf, partOf, useI18n } from '../shared/i18n';
import { parseAmount, showDecimal } from '../shared/money';
import { showMoment } from '../shared/moments';
import { isAnything, ShownOnce, type Once } from '../shared/ShownOnce';
import { ScrolledTable, type Column } from '../shared/Table';
import { TaskPanel } from '../shared/TaskPanel';
import { useLoad } from '../shared/useLoad';
import { KeysBar } from './KeysBar';
import { Transaction } from './Transaction';
import { useWorkbench, type Tab } from './workbenchState';

const LOOK_AGAIN_MS = 5000;
const SIGN_IN = 'till_sign_in';
const SIGN_OUT = 'till_sign_out';
const CLOSE = 'till_close';
const DIFFERENCE = 'cash_difference';
const TRANSFER = 'cash_transfer';
/** What else is done at a till: cash and numbered paper that change hands. */
const AT_WORK = [TRANSFER, 'voucher_hand_out', 'voucher_void'];
/** A count that has been begun and is waiting for its second one. */
const COUNTS = [SIGN_IN, CLOSE];

interface Known {
  mine: Mine;
  tasks: TaskLine[];
  difference: number | null;
}

async function load(): Promise<Known> {
  const [mine, tasks, differences] = await Promise.all([
    get<Mine>('/v1/cash/my-till'),
    get<TaskPage>('/v1/tasks?limit=200'),
    get<CasePage>(`/v1/cases?mine=true&process=${DIFFERENCE}&status=running&limit=1`),
  ]);
  const ours = [...AT_WORK, ...COUNTS];
  return {
    mine,
    tasks: tasks.tasks.filter((task) => ours.includes(task.process)),
    difference: differences.cases[0]?.case ?? null,
  };
}

export function MyTill() {
  const { t } = useI18n();
  const faultText = useFaultText();
  const { tabs, processes } = useWorkbench();
  const tab = tabs.find((one) => one.place === 'till');
  const [task, setTask] = useState<number | null>(null);
  const [once, setOnce] = useState<Once>({});
  const round = `${tab?.id ?? ''} ${tab?.case ?? ''} ${task ?? ''}`;
  const { value, error, reload } = useLoad(`till ${round}`, load, LOOK_AGAIN_MS);
  const process = processes?.find((one) => one.key === tab?.process);
  if (!processes) return <Spin className="page-wait" />;
  return (
    <section className="place" aria-label={t('nav.till')}>
      <div className="place-head">
        <h1>{value?.mine.till ? t('till.named', { till: value.mine.till }) : t('nav.till')}</h1>
        {value && <span className="quiet">{t('till.date', { date: value.mine.business_date })}</span>}
      </div>
      {value && <Steps mine={value.mine} />}
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {isAnything(once) && <ShownOnce once={once} onSeen={() => setOnce({})} />}
      <div className="till-body">
        <div className="till-work">
          {tab && process ? (
            <Transaction key={tab.id} tab={tab} process={process} />
          ) : task !== null ? (
            <>
              <Button size="small" onClick={() => setTask(null)}>
                {t('till.back')}
              </Button>
              <TaskPanel
                task={task}
                onDone={(answer) => {
                  setOnce(answer);
                  setTask(null);
                  reload();
                }}
              />
            </>
          ) : (
            value && <Choices known={value} onTask={setTask} />
          )}
        </div>
        <Movements round={round} />
      </div>
      <KeysBar
        keys={[
          ['F1', t('help.toggle')],
          ['F8', t('keys.lock')],
          ['F9', t('keys.submit')],
          ['Enter', t('keys.nextField')],
        ]}
      />
    </section>
  );
}

const STEPS: Key[] = ['till.stepSignIn', 'till.stepWork', 'till.stepClose', 'till.stepDone'];

/** Where the day stands: signed in, at work, counted, closed. */
function Steps({ mine }: { mine: Mine }) {
  const { t } = useI18n();
  const at =
    mine.till === null ? (mine.closed_today ? 3 : 0) : mine.count_to_explain !== null || isOver(mine) ? 2 : 1;
  return (
    <ol className="steps" aria-label={t('till.steps')}>
      {STEPS.map((step, n) => (
        <li
          key={step}
          className={n < at ? 'step step-past' : n === at ? 'step step-here' : 'step'}
          aria-current={n === at ? 'step' : undefined}
        >
          <span className="step-number" aria-hidden="true">
            {n + 1}
          </span>
          {t(step)}
        </li>
      ))}
    </ol>
  );
}

/** A till of another business date takes and pays nothing until it has been closed. */
function isOver(mine: Mine): boolean {
  return mine.till !== null && mine.opened_on !== mine.business_date;
}

function Choices({ known, onTask }: { known: Known; onTask: (task: number) => void }) {
  const { mine, tasks, difference } = known;
  const { t } = useI18n();
  if (tasks.some((task) => COUNTS.includes(task.process))) return <Waiting tasks={tasks} onTask={onTask} />;
  if (mine.till === null) return <SignIn mine={mine} />;
  return (
    <>
      {isOver(mine) && (
        <Alert type="warning" showIcon title={t('till.dayOver', { date: mine.opened_on ?? '' })} />
      )}
      {mine.hand_in && (
        <Alert
          type="warning"
          showIcon
          title={t('till.overLimit')}
          action={<Offer process={TRANSFER} text={t('till.handInNow')} filled={{ giver: mine.till }} />}
        />
      )}
      <Waiting tasks={tasks} onTask={onTask} />
      {mine.count_to_explain !== null && <Difference count={mine.count_to_explain} running={difference} />}
      {mine.state === 'away' ? (
        <Card title={t('till.awayTitle', { till: mine.till })} text={t('till.awayMore')}>
          <Offer process={SIGN_IN} text={t('till.comeBack')} primary />
        </Card>
      ) : (
        <>
          {!isOver(mine) && <AtWork till={mine.till} />}
          <Card title={t('till.stepClose')} text={t('till.closeMore')}>
            <Offer process={CLOSE} text={t('till.closeNow')} primary={isOver(mine)} />
          </Card>
        </>
      )}
    </>
  );
}

function SignIn({ mine }: { mine: Mine }) {
  const { t } = useI18n();
  return (
    <Card
      title={mine.closed_today ? t('till.closedToday', { till: mine.closed_today }) : t('till.signInTitle')}
      text={mine.free.length ? t('till.signInMore') : t('till.noneFree')}
    >
      {mine.free.map((till) => (
        <Offer key={till} process={SIGN_IN} text={t('till.take', { till })} filled={{ till }} />
      ))}
    </Card>
  );
}

function AtWork({ till }: { till: string }) {
  const { t } = useI18n();
  return (
    <>
      <Card title={t('till.stepWork')} text={t('till.workMore')}>
        <Offer process={TRANSFER} text={t('till.give')} filled={{ giver: till }} />
        <Offer process="voucher_hand_out" text={t('till.vouchersBack')} />
        <Offer process="voucher_void" text={t('till.vouchersVoid')} />
      </Card>
      <Card title={t('till.leaveTitle')} text={t('till.leaveMore')}>
        <Offer process={SIGN_OUT} text={t('till.leave')} />
      </Card>
    </>
  );
}

function Difference({ count, running }: { count: number; running: number | null }) {
  const { t } = useI18n();
  if (running !== null)
    return (
      <Alert
        type="info"
        showIcon
        role="status"
        title={t('till.differenceRuns', { case: running })}
        description={t('transaction.waitsMore')}
        action={<Offer process={DIFFERENCE} text={t('till.look')} begun={running} />}
      />
    );
  return (
    <Alert
      type="warning"
      showIcon
      title={t('till.differs', { count })}
      description={t('till.differsMore')}
      action={
        <Offer process={DIFFERENCE} text={t('till.explain')} filled={{ count: String(count) }} primary />
      }
    />
  );
}

function Waiting({ tasks, onTask }: { tasks: readonly TaskLine[]; onTask: (task: number) => void }) {
  const { t, language } = useI18n();
  if (tasks.length === 0) return null;
  return (
    <Card title={t('till.waiting')} text={t('till.waitingMore')}>
      {tasks.map((task) => (
        <Button key={task.task} type="primary" onClick={() => onTask(task.task)}>
          {t('till.task', {
            task: partOf(task.name, language),
            about: task.case_name ?? '',
            case: task.case,
          })}
        </Button>
      ))}
    </Card>
  );
}

function Card(props: { title: string; text: string; children: React.ReactNode }) {
  return (
    <section className="card" aria-label={props.title}>
      <h2>{props.title}</h2>
      <p className="quiet">{props.text}</p>
      <div className="card-actions">{props.children}</div>
    </section>
  );
}

interface OfferProps {
  process: string;
  text: string;
  filled?: Tab['filled'];
  begun?: number;
  primary?: boolean;
}

/** A button that begins a process here, with what is known filled in; nothing where this person may not start it. */
function Offer({ process, text, filled, begun, primary = false }: OfferProps) {
  const { processes, open } = useWorkbench();
  if (!processes?.some((one) => one.key === process)) return null;
  return (
    <Button
      type={primary ? 'primary' : 'default'}
      onClick={() => open(process, { filled, case: begun, place: 'till' })}
    >
      {text}
    </Button>
  );
}

/** What came and went at the till today, and what numbered paper was handed on: never what should be there. */
function Movements({ round }: { round: string }) {
  const { t, language } = useI18n();
  const { value: cash } = useLoad(
    `till movements ${round}`,
    () => get<TillMovements>('/v1/cash/my-till/movements'),
    LOOK_AGAIN_MS,
  );
  const { value: paper } = useLoad(`voucher movements ${round}`, () =>
    get<MyVoucherMovements>('/v1/vouchers/my-movements'),
  );
  const cashColumns = useMemo<Column<TillMovement>[]>(
    () => [
      { key: 'at', title: t('result.at'), cell: (one) => showMoment(one.recorded_at, language) },
      { key: 'what', title: t('result.transaction'), cell: (one) => (language === 'en' ? one.en : one.zh) },
      {
        key: 'in',
        title: t('lookUp.in'),
        figures: true,
        cell: (one) => ((parseAmount(one.amount) ?? 0n) > 0n ? showDecimal(one.amount) : ''),
      },
      {
        key: 'out',
        title: t('lookUp.out'),
        figures: true,
        cell: (one) => ((parseAmount(one.amount) ?? 0n) < 0n ? showDecimal(one.amount.slice(1)) : ''),
      },
      { key: 'journal', title: t('journal.number'), figures: true, cell: (one) => one.journal },
    ],
    [t, language],
  );
  const paperColumns = useVoucherColumns();
  const closed = cash && cash.came !== null && cash.went !== null ? cash : null;
  return (
    <div className="till-records">
      <section aria-label={t('till.movements')}>
        <h2>{t('till.movements')}</h2>
        {cash?.movements.length === 0 && <p className="empty">{t('till.noMovements')}</p>}
        {cash && cash.movements.length > 0 && (
          <ScrolledTable
            label={t('till.movements')}
            columns={cashColumns}
            rows={cash.movements}
            keyOf={(one) => one.movement}
          />
        )}
        <p className="quiet">
          {closed
            ? t('till.sums', { came: showDecimal(closed.came ?? ''), went: showDecimal(closed.went ?? '') })
            : t('till.blind')}
        </p>
      </section>
      {paper && paper.movements.length > 0 && (
        <section aria-label={t('till.vouchers')}>
          <h2>{t('till.vouchers')}</h2>
          <ScrolledTable
            label={t('till.vouchers')}
            columns={paperColumns}
            rows={paper.movements}
            keyOf={(one) => one.movement}
          />
        </section>
      )}
    </div>
  );
}

const DONE: Record<string, Key> = {
  received: 'voucher.received',
  sent: 'voucher.sent',
  taken: 'voucher.taken',
  turned_back: 'voucher.turnedBack',
  used: 'voucher.used',
  voided: 'voucher.voided',
};

function useVoucherColumns(): Column<MyVoucherMovement>[] {
  const { t, language } = useI18n();
  return useMemo(() => {
    const done = (what: string) => (DONE[what] ? t(DONE[what]) : what);
    const numbers = (one: MyVoucherMovement) =>
      one.first === one.last ? String(one.first) : t('voucher.range', { first: one.first, last: one.last });
    return [
      { key: 'at', title: t('case.when'), cell: (one) => showMoment(one.moved_at, language) },
      { key: 'what', title: t('voucher.what'), cell: (one) => done(one.what) },
      { key: 'kind', title: t('voucher.kind'), cell: (one) => labelOf(one, language) },
      { key: 'numbers', title: t('voucher.numbers'), cell: numbers },
    ];
  }, [t, language]);
}
