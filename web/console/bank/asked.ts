/* What a request wanted of the bank, in a manager's words: by the part of its address that says what it is about. */

import type { Key } from '../../shared/i18n';

const SUBJECTS: Record<string, Key> = {
  accounts: 'asked.account',
  audit: 'asked.audit',
  branches: 'asked.branch',
  'business-days': 'asked.day',
  cases: 'asked.case',
  cash: 'asked.cash',
  'customer-activations': 'asked.activation',
  'customer-searches': 'asked.customer',
  'customer-sessions': 'asked.customerLogIn',
  customers: 'asked.customer',
  'deposit-offers': 'asked.depositOffer',
  'deposit-quotes': 'asked.depositOffer',
  deposits: 'asked.deposit',
  health: 'asked.system',
  holds: 'asked.hold',
  incidents: 'asked.incident',
  journals: 'asked.journal',
  'machine-sessions': 'asked.machineLogIn',
  machines: 'asked.machine',
  messages: 'asked.message',
  metrics: 'asked.system',
  overview: 'asked.overview',
  parameters: 'asked.parameter',
  password: 'asked.password',
  'process-figures': 'asked.process',
  processes: 'asked.process',
  products: 'asked.product',
  rates: 'asked.rate',
  receipts: 'asked.receipt',
  reports: 'asked.report',
  roles: 'asked.staff',
  'second-factors': 'asked.secondFactor',
  session: 'asked.session',
  sessions: 'asked.logIn',
  staff: 'asked.staff',
  'standing-orders': 'asked.standingOrder',
  statements: 'asked.statement',
  tasks: 'asked.task',
  'transfer-previews': 'asked.preview',
  transfers: 'asked.start',
  'trial-balance': 'asked.report',
  'voucher-kinds': 'asked.voucher',
  vouchers: 'asked.voucher',
};

/** operation: method and template of an address. looking: nothing was to be changed by it. */
export function subjectOf(operation: string): { subject: Key; looking: boolean } {
  const [method = '', path = ''] = operation.split(' ');
  const looking = method === 'GET';
  if (/^\/v1\/(my\/)?processes\/\{process\}\/cases$/.test(path)) return { subject: 'asked.start', looking };
  if (/^\/v1\/sessions\/current/.test(path)) return { subject: 'asked.session', looking };
  const about = path.split('/').find((part) => part !== '' && part !== 'v1' && part !== 'my') ?? '';
  return { subject: SUBJECTS[about] ?? 'asked.other', looking };
}
