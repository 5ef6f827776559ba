/* The answers of /v1 that the pages read. tests/tidy holds each interface against the OpenAPI document. */

import type { AwaitedView, IncidentOfCase, ProcessVersion, TimerView, VisitView } from './processTypes';

export interface Me {
  number: string;
  branch: string;
  roles: string[];
  permissions: string[];
}

export interface ProblemFault {
  code: string;
  field: string | null;
  params: Record<string, string | number>;
  message: string;
}

export interface Problem {
  title: string;
  status: number;
  code: string;
  request_id: string;
  faults: ProblemFault[];
}

export interface ProcessView {
  key: string;
  version: number;
  name: string;
  channels: string[];
  start_roles: string[];
  code: string | null;
  pinyin: string | null;
  start_form: FormDefinition | null;
}

export interface CaseLine {
  case: number;
  process: string;
  version: number;
  status: string;
  name: string | null;
  initiator: string;
  channel: string;
  outcome: string | null;
  started_at: string;
  ended_at: string | null;
  branch: string;
  due_at: string | null;
  overdue: boolean;
  at: string[];
}

export interface TaskOfCase {
  task: number;
  element: string;
  state: string;
  role: string | null;
  opened_at: string;
  ended_at: string | null;
  due_at: string | null;
  claimed_by: string | null;
  completed_by: string | null;
}

export interface EventView {
  id: number;
  kind: string;
  recorded_at: string;
  element: string | null;
  lifecycle: string | null;
  resource: string | null;
  role: string | null;
  journal: number | null;
}

export interface CaseView extends CaseLine {
  variables: Values;
  objects: Record<string, string[]>;
  tasks: TaskOfCase[];
  history: EventView[];
  here: string[];
  visits: VisitView[];
  timers: TimerView[];
  awaits: AwaitedView[];
  incidents: IncidentOfCase[];
}

export interface TaskLine {
  task: number;
  case: number;
  process: string;
  element: string;
  name: string;
  case_name: string | null;
  state: string;
  version: number;
  role: string | null;
  priority: number;
  branch: string;
  opened_at: string;
  at_risk_at: string | null;
  due_at: string | null;
  left_s: number | null;
  claimed_by: string | null;
}

export interface TaskPage {
  tasks: TaskLine[];
  next: number | null;
}

export interface CommentView {
  id: number;
  author: string;
  written_at: string;
  text: string;
}

export interface AttachmentView {
  id: number;
  author: string;
  added_at: string;
  name: string;
  media_type: string;
  size: number;
}

export interface KeptOut {
  person: string;
  element: string;
}

export interface Delegate {
  number: string;
  name: string;
}

export interface TaskView extends TaskLine {
  form: FormDefinition | null;
  values: Values;
  draft: Values | null;
  procedure: Record<string, string>;
  comments: CommentView[];
  attachments: AttachmentView[];
  kept_out: KeptOut[];
}

export interface AccountView {
  number: string;
  customer: string;
  card_number: string | null;
  currency: string;
  opened_on: string;
  closed_on: string | null;
  debit_blocked: boolean;
  credit_blocked: boolean;
  ledger: string;
  available: string;
  held: string;
  blocked: string;
}

export interface AccountOfCustomer {
  number: string;
  currency: string;
  opened_on: string;
  closed_on: string | null;
  role: string;
}

export interface CustomerView {
  number: string;
  kind: string;
  name: string;
  document_type: string;
  document_number_masked: string;
  mobile_masked: string | null;
  address: string | null;
  opened_at: string;
  accounts: AccountOfCustomer[];
}

export interface JournalEntry {
  account: string;
  currency: string;
  side: string;
  amount: string;
}

export interface JournalView {
  journal: number;
  entries: JournalEntry[];
  code: string;
  booking_date: string;
  value_date: string;
  recorded_at: string;
  operator: string;
  memo: string | null;
}

export interface CaseNumber {
  case: number;
  /** Secrets of this very answer, such as an activation code: nobody can ask for them again. */
  shown_once: Record<string, string>;
}

export interface MyTill {
  till: string | null;
  state: string | null;
  opened_on: string | null;
  hand_in: boolean;
  business_date: string;
  free: string[];
  closed_today: string | null;
  count_to_explain: number | null;
}

export interface TillMovement {
  movement: number;
  journal: number | null;
  code: string | null;
  zh: string | null;
  en: string | null;
  recorded_at: string;
  case: number | null;
  amount: string;
  notes: Record<string, number>;
}

export interface TillMovements {
  till: string | null;
  day: string | null;
  came: string | null;
  went: string | null;
  movements: TillMovement[];
}

export interface MyVoucherMovement {
  movement: number;
  kind: number;
  zh: string;
  en: string;
  first: number;
  last: number;
  what: string;
  from_whom: string | null;
  to_whom: string | null;
  moved_at: string;
  reason: string | null;
}

export interface MyVoucherMovements {
  movements: MyVoucherMovement[];
  next: number | null;
}

export interface VoucherKind {
  kind: number;
  zh: string;
  en: string;
}

export interface BookedLine {
  journal: number;
  kind: string;
  code: string;
  zh: string;
  en: string;
  booking_date: string;
  recorded_at: string;
  operator: string;
  initiator: string | null;
  amount: string;
  currency: string;
  accounts: string[];
  memo: string | null;
  reverses: number | null;
  reversed_by: number | null;
  case: number | null;
  receipts: number;
}

export interface BookedPage {
  business_date: string;
  journals: BookedLine[];
  next: number | null;
}

export interface ReceiptView {
  receipt: number;
  journal: number;
  copy_number: number;
}

export interface AgreementLine {
  kind: string;
  detail: string | null;
  account: string | null;
  currency: string | null;
  amount: string | null;
  since: string | null;
  until: string | null;
  state: string;
}

export interface FoundCustomer {
  number: string;
  kind: string;
  name: string;
  document_type: string;
  document_number_masked: string;
  mobile_masked: string | null;
  branch: string;
}

export interface FoundCustomers {
  customers: FoundCustomer[];
  next: string | null;
}

export interface CasePage {
  cases: CaseLine[];
  next: number | null;
}

export interface ProcessDetail extends ProcessView {
  texts: Record<string, string>;
  versions: ProcessVersion[];
}

export interface DepositView {
  number: string;
  product: string;
  tenor: string | null;
  currency: string;
  principal: string;
  rate: string | null;
  opened_on: string;
  matures_on: string | null;
  state: string;
  instruction: string;
  account: string;
}

export interface Deposits {
  deposits: DepositView[];
  next: number | null;
}

export interface StandingOrderView {
  number: number;
  payer: string;
  payee: string;
  currency: string;
  amount: string | null;
  kept: string;
  next_on: string | null;
  ended_at: string | null;
}

export interface StandingOrders {
  orders: StandingOrderView[];
  next: number | null;
}

export interface StatementLine {
  position: number;
  journal: number;
  booking_date: string;
  side: string;
  amount: string;
  balance: string;
  memo: string | null;
  zh: string | null;
  en: string | null;
}

export interface Statement {
  lines: StatementLine[];
  next: number | null;
}

/* Below: JSON inside answers, which the OpenAPI document calls an object. */

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Values = Record<string, Value>;
export type FieldType =
  | 'text'
  | 'integer'
  | 'amount'
  | 'date'
  | 'flag'
  | 'choice'
  | 'account'
  | 'branch'
  | 'denominations'
  | 'vouchers'
  | 'show';
export type Labels = { zh: string; en: string };

export type FieldDefinition = Labels & {
  name: string;
  type: FieldType;
  required: boolean;
  least: number | null;
  most: number | null;
  pattern: string | null;
  /** Of a branch: the bank's own, by code. */
  choices: Record<string, Labels> | null;
  currency: string;
  secret: boolean;
  /** Of accounts: a customer names one of their own. */
  own?: boolean;
  /** It is asked for only where these choices were made. */
  when?: Record<string, string> | null;
  /** Of amounts in forms for the staff; customers key theirs once. */
  keyed_twice_from?: string | null;
  /** The faces of its cash in minor units, largest first; only of what counts notes. */
  faces?: number[] | null;
};

export type FormDefinition = Labels & { name: string; fields: FieldDefinition[] };
