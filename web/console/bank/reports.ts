/* What the bank's reports look like as JSON. They are files to the API, so its document does not describe what is in them. */

import type { Key } from '../../shared/i18n';

export interface ReportColumn {
  key: string;
  label: string;
  kind: 'text' | 'date' | 'amount' | 'count';
}

export type ReportRow = Record<string, string | number | null>;

export interface ReportTable {
  table: string;
  title: string | null;
  count: number;
  columns: ReportColumn[];
  rows: ReportRow[];
  totals: ReportRow[];
}

export interface ReportDocument {
  report: string;
  title: string;
  facts: Record<string, string | number | null>;
  tables: ReportTable[];
}

/** Which reports there are, and whether they are of a day or of a period. */
export const REPORTS: Record<string, { title: Key; of: 'day' | 'period' }> = {
  trial_balance: { title: 'reports.trialBalance', of: 'period' },
  balance_sheet: { title: 'reports.balanceSheet', of: 'day' },
  income_statement: { title: 'reports.incomeStatement', of: 'period' },
  day_journal: { title: 'reports.dayJournal', of: 'day' },
  cash: { title: 'reports.cash', of: 'period' },
};

export const ROWS_ON_PAGE = 300;

export interface Chosen {
  from: string;
  to: string;
  branch: string;
}

/** The address of a report; dates left out are the business date's. */
export function reportPath(
  name: string,
  chosen: Chosen,
  language: string,
  more: Record<string, string>,
): string {
  const asked = new URLSearchParams({ language: language === 'en' ? 'en' : 'zh', ...more });
  const set = (key: string, text: string) => text && asked.set(key, text);
  if (REPORTS[name]?.of === 'day') set('date', chosen.to);
  else {
    set('from', chosen.from);
    set('to', chosen.to);
  }
  set('branch', chosen.branch);
  return `/v1/reports/${name}?${asked.toString()}`;
}
