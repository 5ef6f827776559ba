/* The answers of /v1 to customers about themselves. tests/tidy holds each interface against the OpenAPI document. */

import type { DepositView, FieldDefinition, FormDefinition, Values } from './types';

export interface Visit {
  customer: string;
  name: string;
  channel: string;
  scope: string;
}

export interface TicketView {
  ticket: string;
  one_time_password: boolean;
  passkey: Values | null;
}

export interface OptionsView {
  options: Values;
}

export interface QrPicture {
  size: number;
  path: string;
}

export interface OneTimePasswordView {
  address: string;
  secret: string;
  picture: QrPicture;
}

export interface PasskeyView {
  passkey: number;
  name: string;
  added_at: string;
  last_used_at: string | null;
}

export interface FactorsView {
  one_time_password_since: string | null;
  passkeys: PasskeyView[];
}

export interface MyAccount {
  number: string;
  card_number: string | null;
  currency: string;
  opened_on: string;
  debit_blocked: boolean;
  credit_blocked: boolean;
  ledger: string;
  available: string;
  held: string;
  blocked: string;
  account_class: number | null;
}

export interface Movement {
  position: number;
  journal: number;
  booking_date: string;
  recorded_at: string;
  code: string;
  side: string;
  amount: string;
  balance: string;
  memo: string | null;
  zh: string | null;
  en: string | null;
  counterparty: string | null;
}

export interface Movements {
  lines: Movement[];
  next: number | null;
}

export interface TransferPreview {
  payee_name: string;
  own: boolean;
  new_payee: boolean;
  fee: string;
  factor: string;
  reminder: boolean;
  execute_at: string | null;
  available: string;
  day_limit: string | null;
  day_used: string;
  count_limit: number | null;
  count_used: number;
}

export interface Offer {
  process: string;
  name: string;
  start_form: FormDefinition | null;
}

export interface MyCaseLine {
  case: number;
  process: string;
  name: string;
  status: string;
  started_at: string;
  ended_at: string | null;
}

export interface MyCases {
  cases: MyCaseLine[];
  next: number | null;
}

export interface Milestone {
  name: string;
  at: string;
}

export interface NextStep {
  name: string;
  due_at: string | null;
  task: number | null;
}

export interface MyCase extends MyCaseLine {
  given: Values;
  given_form: FormDefinition | null;
  told: Values;
  told_fields: FieldDefinition[];
  refusal: string | null;
  refusal_params: Record<string, string | number>;
  milestones: Milestone[];
  next: NextStep[];
}

export interface MyTaskLine {
  task: number;
  case: number;
  process: string;
  name: string;
  version: number;
  due_at: string | null;
}

export interface MyTask extends MyTaskLine {
  form: FormDefinition | null;
  values: Values;
}

export interface DepositOfferView {
  product: string;
  zh: string;
  en: string;
  kind: string;
  tenor: string;
  rate: string;
  least: string;
  matures_on: string | null;
  instructions: string[];
}

export interface DepositQuote {
  rate: string;
  matures_on: string | null;
  interest: string | null;
  tax: string | null;
  fee: string;
}

export interface InterestPart {
  why: string;
  principal: string;
  days: number;
  from_on: string | null;
  to_on: string | null;
  rate: string;
}

export interface IfTakenToday {
  date: string;
  interest: string;
  tax: string;
  total: string;
  why: string | null;
  parts: InterestPart[];
}

export interface DepositDetail {
  deposit: DepositView;
  today: IfTakenToday | null;
}
