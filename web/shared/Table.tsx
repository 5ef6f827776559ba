/* The one table of all pages. Rows can be walked by keyboard where they do something: arrows, Home, End and Page move,
   Enter opens, and a page may give letters a meaning. Moving touches two elements and draws nothing anew, and of a long
   table only what is near the screen is drawn, so that a thousand rows are as fast as ten. */

import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
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
/** From how many rows on only those near the screen are drawn, how many beyond its edges, and in which steps. */
const ALL_UP_TO = 100;
const BEYOND = 12;
const STEP = 8;
const ROW_PX = 33;
type Order = { key: string; down: boolean } | null;
type Span = readonly [from: number, to: number];

export function Table<Row>(props: Props<Row>) {
  const { label, caption, columns, rows, keyOf, className, rowClass, onOpen, onLetter } = props;
  const [order, setOrder] = useState<Order>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = useMemo(() => ordered(rows, columns, order), [rows, columns, order]);
  const walked = Boolean(onOpen ?? onLetter);
  const { span, above, below, reveal } = useSpan(body, shown.length);
  const [from, to] = span;

  useEffect(() => {
    const first = body.current?.querySelector<HTMLElement>('tr:not(.gap)');
    if (walked && first && !body.current?.querySelector('tr[tabindex="0"]')) first.tabIndex = 0;
  });

  const rowOf = (target: EventTarget) => (target as HTMLElement).closest<HTMLTableRowElement>('tbody > tr');
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const here = rowOf(event.target);
    if (!here || (event.target as HTMLElement) !== here || event.altKey || event.ctrlKey || event.metaKey)
      return;
    const at = Number(here.dataset.at);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + PAGE,
      PageUp: at - PAGE,
      Home: 0,
      End: Infinity,
    };
    const goal = steps[event.key];
    const row = shown[at];
    if (goal !== undefined) reveal(Math.max(0, Math.min(goal, shown.length - 1)));
    else if (event.key === 'Enter' && onOpen && row) onOpen(row);
    else if (!(row && event.key.length === 1 && onLetter?.(row, event.key.toLowerCase()))) return;
    event.preventDefault();
  };

  return (
    <table
      className={className ? `way ${className}` : 'way'}
      aria-label={caption ? undefined : label}
      aria-rowcount={shown.length > ALL_UP_TO ? shown.length + 1 : undefined}
    >
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
          const target = event.target as HTMLElement;
          if (!walked || rowOf(target) !== target) return;
          const before = body.current?.querySelector<HTMLElement>('tr[tabindex="0"]');
          if (before && before !== target) before.tabIndex = -1;
          target.tabIndex = 0;
        }}
      >
        {above > 0 && <Gap px={above} />}
        {shown.slice(from, to).map((row, n) => (
          <Line
            key={keyOf(row)}
            row={row}
            at={from + n}
            columns={columns}
            walked={walked}
            className={rowClass?.(row)}
          />
        ))}
        {below > 0 && <Gap px={below} />}
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

/** In place of rows that are too far from the screen to be drawn. */
function Gap({ px }: { px: number }) {
  return (
    <tr aria-hidden="true" className="gap">
      <td aria-hidden="true" style={{ height: px }} />
    </tr>
  );
}

/** Which rows of a long table are drawn, the room that the others take, and a way to bring one into sight and focus. */
function useSpan(body: RefObject<HTMLTableSectionElement | null>, count: number) {
  const [wantedSpan, setSpan] = useState<Span>([0, ALL_UP_TO]);
  const wanted = useRef<number | null>(null);
  const rowPx = useRef(ROW_PX);
  const whole = count <= ALL_UP_TO;
  const span: Span = whole ? [0, count] : clipped(wantedSpan, count);

  useEffect(() => {
    if (whole) return undefined;
    let frame = 0;
    const look = () => {
      frame = 0;
      const box = body.current;
      if (!box) return;
      const lines = box.querySelectorAll('tr:not(.gap)');
      const height = [...lines].reduce((sum, line) => sum + (line as HTMLElement).offsetHeight, 0);
      if (lines.length > 0 && height > 0) rowPx.current = height / lines.length;
      const first = Math.floor(-box.getBoundingClientRect().top / rowPx.current);
      const next = around(first, window.innerHeight / rowPx.current);
      setSpan((now) => (now[0] === next[0] && now[1] === next[1] ? now : next));
    };
    const onScroll = () => {
      if (!frame) frame = requestAnimationFrame(look);
    };
    look();
    window.addEventListener('scroll', onScroll, { passive: true, capture: true });
    window.addEventListener('resize', onScroll);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', onScroll, { capture: true });
      window.removeEventListener('resize', onScroll);
    };
  }, [body, whole]);

  const focus = useCallback(
    (at: number): boolean => {
      const row = body.current?.querySelector<HTMLElement>(`tr[data-at="${at}"]`);
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'nearest' });
      return Boolean(row);
    },
    [body],
  );
  useLayoutEffect(() => {
    if (wanted.current !== null && focus(wanted.current)) wanted.current = null;
  });
  const reveal = useCallback(
    (at: number) => {
      if (focus(at)) return;
      wanted.current = at;
      setSpan(around(at, 0));
    },
    [focus],
  );
  return { span, above: span[0] * rowPx.current, below: (count - span[1]) * rowPx.current, reveal };
}

function around(first: number, visible: number): Span {
  const from = Math.max(0, Math.floor((first - BEYOND) / STEP) * STEP);
  return [from, Math.ceil((first + visible + BEYOND) / STEP) * STEP];
}

function clipped([from, to]: Span, count: number): Span {
  const start = Math.max(0, Math.min(from, count - STEP));
  return [start, Math.min(count, Math.max(to, start + STEP))];
}

interface LineProps<Row> {
  row: Row;
  /** Its place in the whole table. */
  at: number;
  columns: readonly Column<Row>[];
  walked: boolean;
  className: string | undefined;
}

function PlainLine<Row>({ row, at, columns, walked, className }: LineProps<Row>) {
  return (
    <tr tabIndex={walked ? -1 : undefined} className={className} data-at={at} aria-rowindex={at + 2}>
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
