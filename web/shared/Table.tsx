/* The one table of all pages. Rows can be walked by keyboard where they do something: arrows, Home, End and Page move,
   Enter opens, and a page may give letters a meaning. Moving touches two elements and draws nothing anew, so that it is as
   fast with a thousand rows as with ten. */

import { memo, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useI18n } from './words';

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Figures stand on the right. */
  figures?: boolean;
  /** Left out on a narrow screen. */
  wide?: boolean;
  /** What the column is ordered by; without it it cannot be. */
  by?: (row: Row) => string | number | bigint | null;
}

interface Props<Row> {
  label: string;
  caption?: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  className?: string;
  rowClass?: (row: Row) => string | undefined;
  onOpen?: (row: Row) => void;
  /** A letter pressed on a row; true where it meant something. */
  onLetter?: (row: Row, letter: string) => boolean;
}

const PAGE = 15;
type Order = { key: string; down: boolean } | null;

export function Table<Row>(props: Props<Row>) {
  const { label, caption, columns, rows, keyOf, className, rowClass, onOpen, onLetter } = props;
  const [order, setOrder] = useState<Order>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = ordered(rows, columns, order);
  const walked = Boolean(onOpen ?? onLetter);

  useEffect(() => {
    const first = body.current?.querySelector<HTMLElement>('tr');
    if (walked && first && !body.current?.querySelector('tr[tabindex="0"]')) first.tabIndex = 0;
  });

  const rowOf = (target: EventTarget) => (target as HTMLElement).closest<HTMLTableRowElement>('tbody > tr');
  const goTo = (row: Element | null | undefined) => {
    if (!(row instanceof HTMLElement)) return;
    row.focus();
    row.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const here = rowOf(event.target);
    if (!here || (event.target as HTMLElement) !== here || event.altKey || event.ctrlKey || event.metaKey)
      return;
    const all = body.current?.children;
    const at = here.sectionRowIndex;
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + PAGE,
      PageUp: at - PAGE,
      Home: 0,
      End: Infinity,
    };
    const to = steps[event.key];
    const row = shown[at];
    if (to !== undefined && all) goTo(all[Math.max(0, Math.min(to, all.length - 1))]);
    else if (event.key === 'Enter' && onOpen && row) onOpen(row);
    else if (!(row && event.key.length === 1 && onLetter?.(row, event.key.toLowerCase()))) return;
    event.preventDefault();
  };

  return (
    <table className={className ? `way ${className}` : 'way'} aria-label={caption ? undefined : label}>
      {caption && <caption>{caption}</caption>}
      <thead>
        <tr>
          {columns.map((column) => (
            <Head key={column.key} column={column} order={order} onOrder={setOrder} />
          ))}
        </tr>
      </thead>
      <tbody
        ref={body}
        onKeyDown={walked ? onKeyDown : undefined}
        onFocus={(event) => {
          if (!walked || rowOf(event.target) !== (event.target as HTMLElement)) return;
          const before = body.current?.querySelector<HTMLElement>('tr[tabindex="0"]');
          if (before && before !== event.target) before.tabIndex = -1;
          (event.target as HTMLElement).tabIndex = 0;
        }}
      >
        {shown.map((row) => (
          <Line key={keyOf(row)} row={row} columns={columns} walked={walked} className={rowClass?.(row)} />
        ))}
      </tbody>
    </table>
  );
}

/** A table in a region of its own, which a narrow screen moves sideways, by keyboard too. */
export function ScrolledTable<Row>(props: Props<Row>) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={props.label}>
      <Table {...props} />
    </div>
  );
}

interface LineProps<Row> {
  row: Row;
  columns: readonly Column<Row>[];
  walked: boolean;
  className: string | undefined;
}

function PlainLine<Row>({ row, columns, walked, className }: LineProps<Row>) {
  return (
    <tr tabIndex={walked ? -1 : undefined} className={className}>
      {columns.map((column) => (
        <td key={column.key} className={classOf(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
/** A row that is the same object in the same columns is not drawn again. */
const Line = memo(PlainLine) as typeof PlainLine;

function Head<Row>(props: { column: Column<Row>; order: Order; onOrder: (order: Order) => void }) {
  const { column, order, onOrder } = props;
  const { t } = useI18n();
  const mine = order?.key === column.key ? order : null;
  const next: Order = !mine
    ? { key: column.key, down: false }
    : mine.down
      ? null
      : { key: column.key, down: true };
  return (
    <th
      scope="col"
      className={classOf(column)}
      aria-sort={mine ? (mine.down ? 'descending' : 'ascending') : undefined}
    >
      {column.by ? (
        <button
          type="button"
          className="sort-button"
          title={t('table.sort', { column: column.title })}
          onClick={() => onOrder(next)}
        >
          {column.title}
          <span aria-hidden="true" className="sort-mark">
            {mine ? (mine.down ? '▾' : '▴') : '↕'}
          </span>
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function classOf<Row>(column: Column<Row>): string | undefined {
  return [column.figures && 'figures', column.wide && 'wide-only'].filter(Boolean).join(' ') || undefined;
}

/** In the order that was asked for; nothing goes last, and what is equal stays as it came. */
export function ordered<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: { key: string; down: boolean } | null,
): readonly Row[] {
  const by = columns.find((column) => column.key === order?.key)?.by;
  if (!order || !by) return rows;
  return [...rows].sort((one, other) => {
    const [a, b] = [by(one), by(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const sign =
      typeof a === 'string' || typeof b === 'string'
        ? String(a).localeCompare(String(b))
        : a < b
          ? -1
          : Number(a > b);
    return order.down ? -sign : sign;
  });
}
