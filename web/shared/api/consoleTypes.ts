/* The answers of /v1 that only the console reads. tests/tidy holds them as it holds types.ts. */

export interface DayEndStepView {
  name: string;
  zh: string;
  en: string;
  state: string;
  handled: number;
  started_at: string | null;
  ended_at: string | null;
  fault: string | null;
  fault_params: Record<string, string | number>;
}

export interface BusinessDayView {
  date: string;
  cut_at: string;
  closed_at: string | null;
  steps: DayEndStepView[];
}

export interface BusinessDaysView {
  business_date: string;
  calendar_until: string;
  calendar_ends_soon: boolean;
  days: BusinessDayView[];
}

export interface DayVolume {
  date: string;
  journals: number;
  channels: Record<string, number>;
}

export interface TransactionVolume {
  code: string;
  zh: string;
  en: string;
  today: number;
  all_days: number;
  amounts: Record<string, string>;
}

export interface DepositFlow {
  date: string;
  currency: string;
  came: string;
  went: string;
}

export interface DepositBalance {
  currency: string;
  balance: string;
}

export interface VolumesView {
  business_date: string;
  branch: string | null;
  days: DayVolume[];
  transactions: TransactionVolume[];
  flows: DepositFlow[];
  balances: DepositBalance[];
}

export interface QueueLine {
  role: string | null;
  branch: string;
  tasks: number;
  claimed: number;
  overdue: number;
  first_due: string | null;
  oldest: string;
}

export interface TimesKept {
  process: string;
  role: string | null;
  done: number;
  in_time: number;
}

export interface RefusalCount {
  code: string;
  operation: string | null;
  process: string | null;
  channel: string | null;
  stage: 'no_case' | 'in_case' | 'end_of_case';
  refused: number;
  last: string;
}

export interface WorkView {
  branch: string | null;
  days: number;
  at: string;
  queues: QueueLine[];
  times_kept: TimesKept[];
  refusals: RefusalCount[];
  refused: number;
  incidents: number;
  oldest_incident: string | null;
}

export interface RoleView {
  name: string;
  zh: string;
  en: string;
  anywhere: boolean;
  permissions: string[];
}

export interface BranchView {
  code: string;
  name_zh: string;
  name_en: string;
}

export interface StaffView {
  number: string;
  name: string;
  branch: string;
  roles: string[];
  active: boolean;
  locked_until: string | null;
}

export interface StaffPage {
  staff: StaffView[];
  next: string | null;
}

export interface AuditLine {
  id: number;
  recorded_at: string;
  actor: string;
  action: string;
  subject: string;
  outcome: string;
}

export interface AuditPage {
  lines: AuditLine[];
  next: number | null;
}

export interface ProductVersionView {
  key: string;
  version: number;
  valid_from: string;
  valid_to: string | null;
  current: boolean;
  kind: string;
  currency: string;
  zh: string;
  en: string;
  holders: string[];
  gl_code: string;
  day_count: string;
  rounding: string;
  least_opening: string;
  least_withdrawal: string;
  least_residual: string;
  rate_type: string;
  rate_name: string;
  rate_above: string | null;
  spread: string;
  every_months: number;
  tenors: string[];
  fallback: string | null;
  settlement: string[];
  renewals: string[];
  part_withdrawals: number | null;
  transferable: boolean;
  tax_percent: string;
  digest: string;
  text: string;
  entered_by: string;
  approved_by: string;
  released_at: string;
  case: number | null;
}

export interface RateStep {
  valid_from: string;
  percent: string;
  entered_by: string;
  approved_by: string;
  case: number | null;
}

export interface RateView {
  name: string;
  currency: string;
  tenor: string;
  steps: RateStep[];
}

export interface RatesView {
  business_date: string;
  rates: RateView[];
}

export interface TrialLine {
  day: string;
  what: string;
  amount: string;
  balance: string;
  rate: string | null;
  interest: string | null;
  tax: string | null;
}

export interface TrialView {
  product: string;
  version: number;
  currency: string;
  interest: string;
  tax: string;
  lines: TrialLine[];
}
