/* The bank's reports (报表): chosen by name, period and branch; read on the page, taken along as PDF, CSV or JSON. */

import { useState } from 'react';
import { Alert, Button, Spin } from 'antd';
import { Link, Redirect, Route, Switch } from 'wouter';
import { type ApiError, asApiError, get, getFile } from '../../shared/api/client';
import type { BranchView, BusinessDaysView, RoleView } from '../../shared/api/consoleTypes';
import { useFaultText } from '../../shared/faults';
import { useI18n } from '../../shared/i18n';
import { showDecimal } from '../../shared/money';
import { SearchField } from '../../shared/SearchField';
import { useSession } from '../../shared/session';
import { useLoad } from '../../shared/useLoad';
import {
  REPORTS,
  reportPath,
  ROWS_ON_PAGE,
  type Chosen,
  type ReportColumn,
  type ReportDocument,
  type ReportRow,
  type ReportTable,
} from './reports';

const FORMATS = ['pdf', 'csv', 'json'] as const;
const [FIRST] = Object.keys(REPORTS);

export default function Reports() {
  return (
    <Switch>
      <Route path="/:name">
        {(found) =>
          REPORTS[found.name] ? <Shown name={found.name} /> : <Redirect to={`/${FIRST}`} replace />
        }
      </Route>
      <Route>
        <Redirect to={`/${FIRST}`} replace />
      </Route>
    </Switch>
  );
}

function Shown({ name }: { name: string }) {
  const { t } = useI18n();
  const { value: days } = useLoad('reports day', () => get<BusinessDaysView>('/v1/business-days?limit=1'));
  return (
    <section className="place" aria-label={t('console.reports')}>
      <h1>{t('console.reports')}</h1>
      <nav className="choices" aria-label={t('console.reports')}>
        {Object.entries(REPORTS).map(([key, report]) => (
          <Link
            key={key}
            href={`/${key}`}
            className={key === name ? 'choice here' : 'choice'}
            aria-current={key === name ? 'page' : undefined}
          >
            {t(report.title)}
          </Link>
        ))}
      </nav>
      {days ? <Asked key={name} name={name} today={days.business_date} /> : <Spin />}
    </section>
  );
}

function Asked({ name, today }: { name: string; today: string }) {
  const { t, language } = useI18n();
  const { me } = useSession();
  const faultText = useFaultText();
  const period = REPORTS[name]?.of === 'period';
  const first: Chosen = { from: `${today.slice(0, 8)}01`, to: today, branch: '' };
  const [typed, setTyped] = useState<Chosen>(first);
  const [chosen, setChosen] = useState<Chosen>(first);
  const { value: house } = useLoad('reports house', async () => ({
    branches: await get<BranchView[]>('/v1/branches'),
    roles: await get<RoleView[]>('/v1/roles'),
  }));
  const anywhere = house?.roles.some((role) => role.anywhere && me.roles.includes(role.name)) ?? false;
  const path = reportPath(name, chosen, language, { most: String(ROWS_ON_PAGE) });
  const { value, error } = useLoad(path, () => get<ReportDocument>(path));
  return (
    <>
      <form
        className="search"
        onSubmit={(event) => {
          event.preventDefault();
          setChosen(typed);
        }}
      >
        {period && (
          <SearchField
            id="report-from"
            label={t('reports.from')}
            type="date"
            max={today}
            value={typed.from}
            onChange={(from) => setTyped({ ...typed, from })}
          />
        )}
        <SearchField
          id="report-to"
          label={period ? t('reports.to') : t('reports.on')}
          type="date"
          max={today}
          value={typed.to}
          onChange={(to) => setTyped({ ...typed, to })}
        />
        {anywhere && house && (
          <label htmlFor="report-branch">
            {t('worklist.branch')}
            <select
              id="report-branch"
              className="select"
              value={typed.branch}
              onChange={(event) => setTyped({ ...typed, branch: event.target.value })}
            >
              <option value="">{t('overview.ofBank')}</option>
              {house.branches.map((branch) => (
                <option key={branch.code} value={branch.code}>
                  {branch.code} {language === 'en' ? branch.name_en : branch.name_zh}
                </option>
              ))}
            </select>
          </label>
        )}
        <Button type="primary" htmlType="submit">
          {t('reports.show')}
        </Button>
        <Downloads name={name} chosen={chosen} />
      </form>
      {error && <Alert type="error" showIcon role="alert" title={faultText(error)} />}
      {!value && !error && <Spin />}
      {value && <Document shown={value} />}
    </>
  );
}

function Downloads({ name, chosen }: { name: string; chosen: Chosen }) {
  const { t, language } = useI18n();
  const faultText = useFaultText();
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const fetchIt = (format: string) => {
    setBusy(format);
    setError(null);
    getFile(reportPath(name, chosen, language, { format }))
      .then(({ name: file, content }) => {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(content);
        link.download = file;
        link.click();
        window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      })
      .catch((failed: unknown) => setError(asApiError(failed)))
      .finally(() => setBusy(''));
  };
  return (
    <div className="card-actions" role="group" aria-label={t('reports.downloads')}>
      {FORMATS.map((format) => (
        <Button key={format} loading={busy === format} disabled={busy !== ''} onClick={() => fetchIt(format)}>
          {t('reports.download', { format: format.toUpperCase() })}
        </Button>
      ))}
      {error && <Alert type="error" showIcon role="alert" title={faultText(error)} />}
    </div>
  );
}

function Document({ shown }: { shown: ReportDocument }) {
  return (
    <article className="report" aria-label={shown.title}>
      {shown.tables.map((table) => (
        <ReportTableShown key={table.table} table={table} title={table.title ?? shown.title} />
      ))}
    </article>
  );
}

function ReportTableShown({ table, title }: { table: ReportTable; title: string }) {
  const { t } = useI18n();
  /* A column in which nothing ever stands is left out. */
  const used = table.columns.filter((column) =>
    [...table.rows, ...table.totals].some((row) => row[column.key] !== null && row[column.key] !== ''),
  );
  const columns = used.length > 0 ? used : table.columns;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={title}>
        <table className="way">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={figures(column)}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, at) => (
              <Line key={at} row={row} columns={columns} />
            ))}
          </tbody>
          <tfoot>
            {table.totals.map((row, at) => (
              <Line key={at} row={row} columns={columns} />
            ))}
          </tfoot>
        </table>
      </div>
      {table.count === 0 && <p className="empty">{t('reports.nothing')}</p>}
      {table.rows.length < table.count && (
        <p className="quiet">{t('reports.first', { shown: table.rows.length, count: table.count })}</p>
      )}
    </section>
  );
}

function Line({ row, columns }: { row: ReportRow; columns: readonly ReportColumn[] }) {
  const heading = columns.slice(1).every((column) => row[column.key] === null);
  const strong =
    heading || (row.level === 0 && row.key !== undefined) || String(row.key ?? '').startsWith('total');
  return (
    <tr className={strong ? 'report-heading' : `report-level-${String(row.level ?? 0)}`}>
      {columns.map((column) => (
        <td key={column.key} className={figures(column)}>
          {cellOf(row, column)}
        </td>
      ))}
    </tr>
  );
}

function figures(column: ReportColumn): string | undefined {
  return column.kind === 'amount' || column.kind === 'count' ? 'figures' : undefined;
}

function cellOf(row: ReportRow, column: ReportColumn) {
  const value = row[column.key];
  if (value === null || value === undefined) return '';
  const currency = typeof row.currency === 'string' ? row.currency : 'CNY';
  return column.kind === 'amount' ? showDecimal(String(value), currency) : value;
}
