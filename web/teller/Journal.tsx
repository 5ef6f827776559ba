/* The day's journals (流水): one's own, for a supervisor the branch's; found, looked at, printed again, reversed from a line. */

import { useMemo, useState } from 'react';
import { Alert, Button, Spin, Tag } from 'antd';
import { useLocation } from 'wouter';
import { get } from '../shared/api/client';
import type { BookedLine, BookedPage } from '../shared/api/types';
import { useFaultText } from '../shared/faults';
import { isoDate } from '../shared/fields/filled';
import { labelOf, useI18n } from '../shared/i18n';
import { parseAmount, plainAmount, showDecimal } from '../shared/money';
import { showMoment } from '../shared/moments';
import { PrintReceipt } from '../shared/receipts';
import { Rows, type Row } from '../shared/Rows';
import { SearchField } from '../shared/SearchField';
import { useSession } from '../shared/session';
import { Table, type Column } from '../shared/Table';
import { useLoad } from '../shared/useLoad';
import { KeysBar } from './KeysBar';
import { useWorkbench } from './workbenchState';

const REVERSAL = 'reverse_journal';
const EVERYBODYS = 'branch_journal_read';
const PAGE = 100;

interface Wanted {
  date: string;
  account: string;
  amount: string;
  code: string;
  operator: string;
}
const TODAY: Wanted = { date: '', account: '', amount: '', code: '', operator: '' };

function pathOf(wanted: Wanted, before: number | null): string {
  const minor = parseAmount(wanted.amount);
  const asked = new URLSearchParams({ limit: String(PAGE) });
  const set = (name: string, text: string) => text && asked.set(name, text);
  set('date', isoDate(wanted.date));
  set('account', wanted.account.replace(/\s/g, ''));
  set('code', wanted.code.trim().toUpperCase());
  set('operator', wanted.operator.trim().toUpperCase());
  if (minor !== null) {
    set('least', plainAmount(minor));
    set('most', plainAmount(minor));
  }
  if (before !== null) asked.set('before', String(before));
  return `/v1/journals?${asked.toString()}`;
}

async function load(wanted: Wanted, pages: number): Promise<BookedPage> {
  let page = await get<BookedPage>(pathOf(wanted, null));
  const journals = [...page.journals];
  for (let n = 1; n < pages && page.next !== null; n += 1) {
    page = await get<BookedPage>(pathOf(wanted, page.next));
    journals.push(...page.journals);
  }
  return { ...page, journals };
}

export function Journal() {
  const { t } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const everybodys = me.permissions.includes(EVERYBODYS);
  const [typed, setTyped] = useState<Wanted>(TODAY);
  const [wanted, setWanted] = useState<Wanted>(TODAY);
  const [pages, setPages] = useState(1);
  const [chosen, setChosen] = useState<number | null>(null);
  const { value, error, reload } = useLoad(`journals ${JSON.stringify(wanted)} ${pages}`, () =>
    load(wanted, pages),
  );
  const columns = useColumns(everybodys, setChosen);
  const line = value?.journals.find((one) => one.journal === chosen);
  const fields = (['account', 'amount', 'code', ...(everybodys ? ['operator'] : []), 'date'] as const).map(
    (name) => name as keyof Wanted,
  );
  const labels: Record<keyof Wanted, string> = {
    account: t('lookUp.account'),
    amount: t('journal.amount'),
    code: t('journal.code'),
    operator: t('journal.operator'),
    date: t('result.bookedOn'),
  };
  return (
    <section className="place" aria-label={t('nav.journal')}>
      <div className="place-head">
        <h1>{everybodys ? t('journal.ofBranch') : t('journal.mine')}</h1>
        <span className="quiet" role="status">
          {value ? t('journal.count', { count: value.journals.length, date: value.business_date }) : ''}
        </span>
      </div>
      <form
        className="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setPages(1);
          setWanted(typed);
        }}
      >
        {fields.map((name) => (
          <SearchField
            key={name}
            id={`journal-${name}`}
            label={labels[name]}
            autoComplete="off"
            inputMode={name === 'amount' ? 'decimal' : undefined}
            placeholder={name === 'date' ? 'YYYYMMDD' : undefined}
            value={typed[name]}
            onChange={(text) => setTyped((now) => ({ ...now, [name]: text }))}
          />
        ))}
        <Button type="primary" htmlType="submit">
          {t('journal.find')}
        </Button>
      </form>
      {error && <Alert type="error" showIcon title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value?.journals.length === 0 && <p className="empty">{t('journal.none')}</p>}
      <div className={line ? 'with-detail' : undefined}>
        {value && value.journals.length > 0 && (
          <div className="scroll-x">
            <Table
              label={t('nav.journal')}
              columns={columns}
              rows={value.journals}
              keyOf={(one) => one.journal}
              rowClass={(one) => (one.journal === chosen ? 'row-chosen' : undefined)}
              onOpen={(one) => setChosen(one.journal)}
            />
            {value.next !== null && (
              <Button onClick={() => setPages((n) => n + 1)}>{t('journal.more')}</Button>
            )}
          </div>
        )}
        {line && <Detail key={line.journal} line={line} onPrinted={reload} />}
      </div>
      <KeysBar
        keys={[
          ['↑ ↓', t('keys.move')],
          ['Enter', t('keys.open')],
          ['F8', t('keys.lock')],
        ]}
      />
    </section>
  );
}

/** Who served the customer: whoever began the case, also where somebody else's authorisation booked it. */
const tellerOf = (line: BookedLine): string => line.initiator ?? line.operator;

function useColumns(everybodys: boolean, open: (journal: number) => void): Column<BookedLine>[] {
  const { t, language } = useI18n();
  return useMemo(() => {
    const operator: Column<BookedLine> = {
      key: 'operator',
      title: t('journal.operator'),
      cell: tellerOf,
      by: tellerOf,
    };
    return [
      {
        key: 'journal',
        title: t('journal.number'),
        cell: (line) => (
          <button type="button" tabIndex={-1} className="link-button" onClick={() => open(line.journal)}>
            {line.journal}
          </button>
        ),
        by: (line) => line.journal,
      },
      {
        key: 'at',
        title: t('result.at'),
        cell: (line) => showMoment(line.recorded_at, language),
        wide: true,
      },
      {
        key: 'name',
        title: t('result.transaction'),
        cell: (line) => (
          <>
            {labelOf(line, language)} <span className="code quiet">{line.code}</span> <State line={line} />
          </>
        ),
        by: (line) => line.code,
      },
      {
        key: 'amount',
        title: t('journal.amount'),
        figures: true,
        cell: (line) => showDecimal(line.amount, line.currency),
        by: (line) => parseAmount(line.amount, line.currency),
      },
      {
        key: 'accounts',
        title: t('lookUp.account'),
        cell: (line) => line.accounts.join(', '),
        wide: true,
      },
      ...(everybodys ? [operator] : []),
      { key: 'memo', title: t('lookUp.memo'), cell: (line) => line.memo, wide: true },
    ];
  }, [t, language, everybodys, open]);
}

function State({ line }: { line: BookedLine }) {
  const { t } = useI18n();
  if (line.reverses !== null)
    return <Tag className="tag-bad">{t('journal.reverses', { journal: line.reverses })}</Tag>;
  if (line.reversed_by !== null)
    return <Tag className="tag-bad">{t('journal.reversedBy', { journal: line.reversed_by })}</Tag>;
  return null;
}

function Detail({ line, onPrinted }: { line: BookedLine; onPrinted: () => void }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const { processes, open } = useWorkbench();
  const [, go] = useLocation();
  const mayReverse =
    line.reverses === null && line.reversed_by === null && processes?.some((one) => one.key === REVERSAL);
  const rows: Row[] = [
    [t('result.transaction'), labelOf(line, language)],
    [t('journal.amount'), `${line.currency} ${showDecimal(line.amount, line.currency)}`],
    [t('lookUp.account'), line.accounts.join(', ')],
    [t('journal.operator'), tellerOf(line)],
    [t('journal.authorisedBy'), line.operator === tellerOf(line) ? null : line.operator],
    [t('result.bookedOn'), line.booking_date],
    [t('lookUp.memo'), line.memo],
    [t('worklist.case'), line.case === null ? null : String(line.case)],
    [t('journal.printed'), t('journal.times', { count: line.receipts })],
  ];
  return (
    <aside className="detail" aria-label={t('journal.detail', { journal: line.journal })}>
      <h2>
        {t('journal.detail', { journal: line.journal })} <State line={line} />
      </h2>
      <Rows className="slip" rows={rows} />
      <div className="detail-actions">
        {me.permissions.includes('receipt_print') && (
          <PrintReceipt journal={line.journal} again={line.receipts > 0} onPrinted={onPrinted} />
        )}
        {mayReverse && (
          <Button
            onClick={() => {
              open(REVERSAL, { filled: { journal: String(line.journal) } });
              go('/');
            }}
          >
            {t('journal.reverse')}
          </Button>
        )}
      </div>
    </aside>
  );
}
