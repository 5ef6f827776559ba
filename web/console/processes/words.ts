/* What the bank says in codes, as keys of words. */

import type { Key, Language } from '../../shared/i18n';

export const KINDS: Record<string, Key> = {
  start: 'processes.kindStart',
  end: 'processes.kindEnd',
  throw: 'processes.kindThrow',
  catch: 'processes.kindCatch',
  boundary: 'processes.kindBoundary',
  user: 'processes.kindUser',
  manual: 'processes.kindManual',
  service: 'processes.kindService',
  send: 'processes.kindSend',
  receive: 'processes.kindReceive',
  rule: 'processes.kindRule',
  set: 'processes.kindSet',
  exclusive: 'processes.kindExclusive',
  inclusive: 'processes.kindInclusive',
  parallel: 'processes.kindParallel',
  event_based: 'processes.kindEventBased',
  sub_process: 'processes.kindSubProcess',
  event_sub_process: 'processes.kindEventSubProcess',
  call: 'processes.kindCall',
};

/** What an element without a name is called: where ways part or meet it is a gateway, of whatever kind. */
export const UNNAMED: Record<string, Key> = {
  ...KINDS,
  exclusive: 'processes.gateway',
  parallel: 'processes.gateway',
  inclusive: 'processes.gateway',
  event_based: 'processes.gateway',
};

export const TRIGGERS: Record<string, Key> = {
  timer: 'processes.triggerTimer',
  message: 'processes.triggerMessage',
  signal: 'processes.triggerSignal',
  error: 'processes.triggerError',
  escalation: 'processes.triggerEscalation',
  compensation: 'processes.triggerCompensation',
  terminate: 'processes.triggerTerminate',
};

export const PARTS: Record<string, Key> = {
  process: 'processes.partProcess',
  element: 'processes.partElement',
  flow: 'processes.partFlow',
  form: 'processes.partForm',
  field: 'processes.partField',
  decision: 'processes.partDecision',
  rule: 'processes.partRule',
  text: 'processes.partText',
};

export const CHANGES: Record<string, Key> = {
  added: 'processes.added',
  removed: 'processes.removed',
  changed: 'processes.changed',
};

export const ATTRIBUTES: Record<string, Key> = {
  name: 'processes.attrName',
  start_roles: 'processes.attrStartRoles',
  channels: 'processes.attrChannels',
  case_name: 'processes.attrCaseName',
  kind: 'processes.attrKind',
  scope: 'processes.attrScope',
  default: 'processes.attrDefault',
  attached_to: 'processes.attrAttachedTo',
  interrupting: 'processes.attrInterrupting',
  role: 'processes.attrRole',
  assignee: 'processes.attrAssignee',
  form: 'processes.attrForm',
  service_level: 'processes.attrServiceLevel',
  at_risk: 'processes.attrAtRisk',
  calendar: 'processes.attrCalendar',
  procedure: 'processes.attrProcedure',
  not_same_as: 'processes.attrNotSameAs',
  excluded: 'processes.attrExcluded',
  authority: 'processes.attrAuthority',
  cost_minor: 'processes.attrCost',
  priority: 'processes.attrPriority',
  binding: 'processes.attrBinding',
  retries: 'processes.attrRetries',
  backoff: 'processes.attrBackoff',
  decision: 'processes.attrDecision',
  called: 'processes.attrCalled',
  calls: 'processes.attrCalls',
  sets: 'processes.attrSets',
  source: 'processes.attrSource',
  source_zh: 'processes.source',
  target: 'processes.attrTarget',
  condition: 'processes.attrCondition',
  zh: 'processes.attrChinese',
  en: 'processes.attrEnglish',
  order: 'processes.attrOrder',
  type: 'processes.attrType',
  required: 'processes.attrRequired',
  when: 'processes.attrWhen',
  secret: 'processes.attrSecret',
  choices: 'processes.attrChoices',
  least: 'processes.attrLeast',
  most: 'processes.attrMost',
  inputs: 'processes.attrInputs',
  outputs: 'processes.attrOutputs',
  hit: 'processes.attrHit',
  valid_from: 'processes.attrValidFrom',
  text: 'processes.attrText',
  'event.trigger': 'processes.attrTrigger',
  'event.timing': 'processes.attrTiming',
  'event.name': 'processes.attrMessage',
  'event.code': 'processes.attrCode',
  'event.calendar': 'processes.attrCalendar',
};

export const CASE_STATES: Record<string, readonly [Key, string]> = {
  running: ['state.running', 'tag-good'],
  incident: ['processes.stopped', 'tag-bad'],
  completed: ['state.completed', ''],
  cancelled: ['state.cancelled', 'tag-risk'],
  terminated: ['state.ended', ''],
  failed: ['state.failed', 'tag-bad'],
};

export const HOW: Record<string, Key> = {
  enabled: 'processes.howWaiting',
  started: 'processes.howAtWork',
  assigned: 'processes.howTaken',
  suspended: 'processes.stopped',
  resumed: 'processes.howAtWork',
  completed: 'processes.howDone',
  cancelled: 'processes.howGivenUp',
  failed: 'state.failed',
};

export const SETTLED: Record<string, Key> = {
  retry: 'processes.retried',
  skip: 'processes.skipped',
  cancel: 'processes.caseGivenUp',
};

export const FIELD_TYPES: Record<string, Key> = {
  text: 'processes.typeText',
  integer: 'processes.typeInteger',
  amount: 'processes.typeAmount',
  date: 'processes.typeDate',
  flag: 'processes.typeFlag',
  choice: 'processes.typeChoice',
  account: 'processes.typeAccount',
  branch: 'worklist.branch',
  denominations: 'processes.typeDenominations',
  show: 'processes.typeShow',
};

export const VALIDITY: Record<string, readonly [Key, string]> = {
  current: ['processes.holds', 'tag-good'],
  coming: ['processes.coming', 'tag-risk'],
  past: ['processes.past', ''],
};

export const CHANNELS: Record<string, Key> = {
  counter: 'processes.channelCounter',
  online: 'processes.channelOnline',
  phone: 'processes.channelPhone',
  kiosk: 'processes.channelKiosk',
  atm: 'processes.channelMachine',
  open_api: 'processes.channelInterface',
};

export const OBJECTS: Record<string, Key> = {
  account: 'processes.objectAccount',
  customer: 'processes.objectCustomer',
  journal: 'processes.objectJournal',
  complaint: 'processes.objectComplaint',
  electronic_signature: 'processes.objectSignature',
  agreement: 'processes.objectAgreement',
  agreement_deposit: 'processes.objectAgreementDeposit',
  appointment: 'processes.objectAppointment',
  block: 'processes.objectBlock',
  card: 'processes.objectCard',
  letter: 'processes.objectLetter',
  loss_report: 'processes.objectLossReport',
  passbook: 'processes.objectPassbook',
  product: 'processes.objectProduct',
  rate: 'processes.objectRate',
  standing_order: 'processes.objectStandingOrder',
  statement: 'processes.objectStatement',
  voucher: 'processes.objectVoucher',
};

/** Where a rule comes from, to a reader: documents keep their names, what is said of them has words in both languages. */
export function sourceOf(rule: { source: string; source_zh: string }, language: Language): string {
  return language === 'en' ? rule.source : rule.source_zh;
}
